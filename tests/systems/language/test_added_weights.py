from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recaudit.adapters.language.transformers_model import load_weights
from recaudit.systems.language.added_weights import (
    Example,
    add_weights,
    answer_logits,
    merged,
    stored,
    tune,
)
from recaudit.systems.torch_use import repeatable

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("peft", reason="needs the extra 'local'")

ANSWERS = (6, 7)
EXAMPLES = [Example(tokens=[10, 11, 40 + number % 2], liked=number % 2 == 0) for number in range(64)]


@pytest.fixture
def model(tiny_llama: Path) -> Any:
    return load_weights(str(tiny_llama))[0]


def margin(model: Any, example: Example) -> float:
    with torch.inference_mode():
        yes, no = answer_logits(model, example.tokens, ANSWERS)
    return float(yes - no)


def test_tuning_tells_the_liked_from_the_others_and_leaves_the_weights_alone(model: Any) -> None:
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    start = margin(model, EXAMPLES[0]) - margin(model, EXAMPLES[1])
    with repeatable(0):
        added = add_weights(model, rank=4, layers=2)
        tune(added, EXAMPLES, answers=ANSWERS, batch=4, learning_rate=0.03)
    assert margin(added, EXAMPLES[0]) - margin(added, EXAMPLES[1]) > start + 1
    after = {name.replace(".base_layer", ""): weight for name, weight in model.state_dict().items()}
    assert all(torch.equal(after[name], weight) for name, weight in before.items())


def test_what_is_stored_and_merged_gives_the_same_answers(
    model: Any, tiny_llama: Path, tmp_path: Path
) -> None:
    with repeatable(0):
        added = add_weights(model, rank=4, layers=1)
        tune(added, EXAMPLES[:8], answers=ANSWERS, batch=4, learning_rate=0.03)
    torch.save(stored(added), tmp_path / "added.pt")
    assert set(stored(added)) == {name for name in stored(added) if "lora_" in name}
    fresh = add_weights(load_weights(str(tiny_llama))[0], rank=4, layers=1)
    again = merged(fresh, tmp_path / "added.pt")
    assert margin(again, EXAMPLES[0]) == pytest.approx(margin(added, EXAMPLES[0]), abs=1e-4)
    assert not any("lora_" in name for name in again.state_dict())

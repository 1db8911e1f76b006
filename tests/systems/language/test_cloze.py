from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Recommender, Request
from recaudit.systems.language.cloze import cloze, load_gap

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")


@pytest.fixture
def options(tiny_bert: Path) -> dict[str, Any]:
    return {"weights": str(tiny_bert), "examples": 60, "batch": 6, "learning_rate": 0.01, "layers": 2}


def request(**changes: Any) -> Request:
    base: dict[str, Any] = {"unit": 0, "arm": "rank", "user": 0, "history": (1, 2, 3), "k": 3}
    return Request(**{**base, "candidates": (4, 5, 6), "needs": "candidates", **changes})


def test_candidates_are_ranked_by_what_fills_the_gap(tasteful: AuditData, options: dict[str, Any]) -> None:
    built = cloze(tasteful, **options)
    assert isinstance(built, Recommender)
    assert built.offers == {"candidates"}
    assert built.card.quadrant == "tuned, no CRM"
    [answer] = built.recommend([request()])
    assert answer.scores is not None
    assert list(answer.scores) == sorted(answer.scores, reverse=True)
    [turned] = built.recommend([request(history=(3, 2, 1))])
    assert turned.scores != answer.scores
    [alone] = built.recommend([request(history=(), candidates=answer.items[:1])])
    assert alone.items == answer.items[:1]


def test_the_margin_is_that_of_the_two_words_whatever_else_is_in_the_batch(tiny_bert: Path) -> None:
    gap = load_gap(tiny_bert, tokens=64, history=3)
    short, long = gap.prompt(["Item 1"], "Item 2"), gap.prompt(["Item 3", "Item 4", "Item 5"], "Item 6")
    assert "Item 5; Item 4; Item 3" in long
    with torch.inference_mode():
        alone = [float(gap.margins([one])[0]) for one in (short, long)]
        together = gap.margins([short, long]).tolist()
        read = gap.tokenizer([short], return_tensors="pt")
        logs = gap.model(**read).logits.log_softmax(-1)[read["input_ids"] == gap.tokenizer.mask_token_id][0]
    assert together == pytest.approx(alone, abs=1e-4)
    words = [gap.tokenizer.convert_tokens_to_ids(word) for word in ("Yes", "No")]
    assert alone[0] == pytest.approx(float(logs[words[0]] - logs[words[1]]), abs=1e-4)


def test_the_gap_survives_a_long_history(tiny_bert: Path) -> None:
    gap = load_gap(tiny_bert, tokens=32, history=40)
    titles = [f"Item {number}" for number in range(40)]
    assert gap.margins([gap.prompt(titles, "Item 1")]).shape == (1,)


def test_a_seed_repeats_and_another_does_not(
    tasteful: AuditData, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scores(place: str, seed: int) -> Any:
        monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / place))
        [answer] = cloze(tasteful, seed=seed, **options).recommend([request()])
        return answer.scores

    first = scores("one", 0)
    assert scores("one", 0) == first
    assert scores("two", 0) == first
    assert scores("three", 1) != first


def test_tuning_learns_which_items_are_last(tasteful: AuditData, options: dict[str, Any]) -> None:
    rows = tasteful.interactions
    last = ~rows["user"].duplicated(keep="last")
    rows = rows.assign(item=(rows["item"] % 50).where(~last, 50 + rows["user"] % 10))
    data = replace(tasteful, interactions=rows[last | ~rows.duplicated(["user", "item"])])

    def wins(built: Recommender) -> float:
        """How often one of the items that are last goes before one that never is."""
        requests = [
            request(unit=user, candidates=(50 + user % 10, (7 * user) % 50), history=(1, 2))
            for user in range(60)
        ]
        firsts = {one.id: (one.candidates or ())[0] for one in requests}
        return float(
            np.mean([answer.items[0] == firsts[answer.request] for answer in built.recommend(requests)])
        )

    long = {"examples": 2400, "learning_rate": 0.003, "history": 1}
    assert wins(cloze(data, **(options | long))) > 0.8


def test_bad_input_is_told(tasteful: AuditData, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="has 2 layers; tune 1 to 2 of them, not 7"):
        cloze(tasteful, **(options | {"layers": 7}))
    with pytest.raises(InputError, match="no model at nowhere"):
        cloze(tasteful, **(options | {"weights": "nowhere"}))

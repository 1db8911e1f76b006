"""A frozen language model is the same after it was asked as before."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit.adapters.language.factory import transformers
from recaudit.adapters.language.transformers_model import TransformersModel
from recaudit.datasets import AuditData
from recaudit.probes.lists import plan_lists
from recaudit.systems import text_encoder
from recaudit.systems.language import bi_encoder as bi_encoder_code
from recaudit.systems.language.bi_encoder import bi_encoder
from recaudit.systems.sequential.frozen_text import frozen_text_sasrec

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")


def digest(model: Any) -> str:
    """Of all weights but the pooler, which the tiny model lacks and nothing reads."""
    total = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        if name.startswith("pooler."):
            continue
        total.update(name.encode() + weight.detach().numpy().tobytes())
    return total.hexdigest()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[text_encoder.TextEncoder]:
    """The encoders that systems load, as they stand in memory."""
    encoders: list[text_encoder.TextEncoder] = []
    real = text_encoder.load_encoder

    def load(*args: Any, **options: Any) -> text_encoder.TextEncoder:
        encoders.append(real(*args, **options))
        return encoders[-1]

    monkeypatch.setattr(text_encoder, "load_encoder", load)
    monkeypatch.setattr(bi_encoder_code, "load_encoder", load)
    return encoders


@pytest.mark.parametrize("task", ["generate", "letters", "likelihood"])
def test_of_a_prompted_model(tasteful: AuditData, tiny_llama: Path, task: str) -> None:
    system = transformers(tasteful, path=str(tiny_llama), task=task, tokens_per_item=3)
    assert isinstance(system.model, TransformersModel)  # type: ignore[attr-defined]
    model = system.model._model  # type: ignore[attr-defined]
    before = digest(model)
    requests = plan_lists(tasteful, 3, 0)[:4]
    if task != "generate":
        requests = [replace(one, candidates=(1, 2, 3), needs="candidates") for one in requests]
    assert len(list(system.recommend(requests))) == 4
    assert digest(model) == before


def test_of_an_encoder_beside_a_conventional_model(
    tasteful: AuditData, tiny_bert: Path, loaded: list[text_encoder.TextEncoder]
) -> None:
    fresh = digest(text_encoder.load_encoder(str(tiny_bert)).model)
    system = frozen_text_sasrec(tasteful, weights=str(tiny_bert), epochs=2, dimensions=8, history=5)
    assert len(list(system.recommend(plan_lists(tasteful, 3, 0)[:4]))) == 4
    assert digest(loaded[-1].model) == fresh


def test_of_an_encoder_alone_but_not_of_a_tuned_one(
    tasteful: AuditData, tiny_bert: Path, loaded: list[text_encoder.TextEncoder]
) -> None:
    fresh = digest(text_encoder.load_encoder(str(tiny_bert)).model)
    for tuned in (True, False):
        system = bi_encoder(tasteful, tuned=tuned, weights=str(tiny_bert), steps=2, batch=4)
        assert len(list(system.recommend(plan_lists(tasteful, 3, 0)[:4]))) == 4
        assert (digest(loaded[-1].model) == fresh) is not tuned

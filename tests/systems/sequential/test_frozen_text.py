from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError, PrerequisiteError, UnknownNameError
from recaudit.records import Recommender
from recaudit.systems import text_encoder
from recaudit.systems.popularity import popularity
from recaudit.systems.sequential import sequences, training
from recaudit.systems.sequential.frozen_text import Adapter, frozen_text_sasrec, item_encoder
from recaudit.systems.torch_use import repeatable

if TYPE_CHECKING:
    from conftest import Ask

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")
pytest.importorskip("transformers", reason="needs transformers: pip install 'recaudit[local]'")

SMALL: dict[str, Any] = {
    "dimensions": 16, "layers": 1, "history": 8, "learning_rate": 0.02, "epochs": 40, "dropout": 0.0,
    "parts": 4, "codes": 12,
}  # fmt: skip
ADAPTERS: list[Adapter] = ["linear", "experts", "codes"]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_learns_what_comes_next_from_texts(
    adapter: Adapter, ring: AuditData, tiny_encoder: str, hits: Callable[[Recommender], float]
) -> None:
    system = frozen_text_sasrec(ring, adapter=adapter, weights=tiny_encoder, **SMALL)
    assert hits(system) > 2 * hits(popularity(ring))
    assert system.card.quadrant == "frozen, with CRM"
    assert system.card.name == f"frozen-text-sasrec ({adapter})"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_training_changes_neither_the_encoder_nor_its_vectors(
    adapter: Adapter, ring: AuditData, tiny_encoder: str
) -> None:
    language = text_encoder.load_encoder(tiny_encoder)
    tokens = text_encoder.tokenise(language, ring.items["title"].tolist())
    text = text_encoder.embed(language, tokens)
    weights = {name: weight.clone() for name, weight in language.model.state_dict().items()}
    before = text.clone()
    settings = training.Settings(
        dimensions=8,
        layers=1,
        heads=1,
        history=8,
        dropout=0.1,
        learning_rate=0.01,
        batch=32,
        epochs=2,
        seed=0,
    )
    with repeatable(0):
        network = training.new_network(settings)
        items = item_encoder(text, adapter, settings, parts=4, codes=8)
        learnt = items.vectors().detach().clone()
        training.train(network, items, sequences.item_sequences(ring), settings)
    assert not torch.equal(items.vectors(), learnt)
    assert torch.equal(text, before)
    assert all(torch.equal(weights[name], weight) for name, weight in language.model.state_dict().items())
    assert torch.equal(text_encoder.embed(language, tokens), before)


def test_the_card_counts_the_parameters(ring: AuditData, tiny_encoder: str) -> None:
    system = frozen_text_sasrec(ring, weights=tiny_encoder, **{**SMALL, "epochs": 0})
    language = text_encoder.load_encoder(tiny_encoder)
    assert system.card.llm_parameters == sum(weight.numel() for weight in language.model.parameters())
    assert system.card.llm == Path(tiny_encoder).name
    assert not system.card.tuned


def test_ranks_candidates_and_repeats_with_a_seed(
    ring: AuditData, tiny_encoder: str, ask: Ask, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(0, k=5, candidates=(7, 3, 11))

    def answer(folder: str, seed: int) -> tuple[float, ...] | None:
        monkeypatch.setenv("RECAUDIT_CACHE", str(own_cache / folder))
        system = frozen_text_sasrec(ring, weights=tiny_encoder, seed=seed, **{**SMALL, "epochs": 2})
        [answer] = system.recommend([request])
        assert sorted(answer.items) == [3, 7, 11]
        return answer.scores

    assert answer("a", 0) == answer("b", 0)
    assert answer("a", 0) != answer("a", 1)


def test_items_without_text_are_refused(ring: AuditData, tiny_encoder: str) -> None:
    items = ring.items.assign(title=["", *ring.items["title"].tolist()[1:]])
    with pytest.raises(
        InputError, match="1 of 24 items of ring have no title, such as 0; the system 'frozen-text-sasrec'"
    ):
        frozen_text_sasrec(replace(ring, items=items), weights=tiny_encoder)


def test_unknown_adapters_are_refused_with_near_names(ring: AuditData) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'experts'"):
        frozen_text_sasrec(ring, adapter="expert")  # type: ignore[arg-type]


def test_says_how_to_get_transformers(ring: AuditData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(PrerequisiteError, match=r"needs the package transformers.*recaudit\[local\]"):
        frozen_text_sasrec(ring)


def test_sizes_below_one_are_refused(ring: AuditData) -> None:
    with pytest.raises(InputError, match="experts is 0; give 1 or more"):
        frozen_text_sasrec(ring, adapter="experts", experts=0)

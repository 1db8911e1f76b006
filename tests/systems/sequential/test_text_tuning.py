from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recaudit.datasets import AuditData
from recaudit.systems import text_encoder
from recaudit.systems.item_texts import item_texts
from recaudit.systems.sequential import sequences, training
from recaudit.systems.sequential.text_adapters import linear_adapter
from recaudit.systems.sequential.text_tuning import Tunable, Tune, Tuning, tunable, tune
from recaudit.systems.torch_use import repeatable

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")
pytest.importorskip("transformers", reason="needs transformers: pip install 'recaudit[local]'")


def tuning(way: Tune, layers: int = 1) -> Tuning:
    return Tuning(
        tune=way,
        tuned_layers=layers,
        steps=4,
        items_per_step=8,
        encoder_rate=0.01,
        rate=0.01,
        batch=32,
        seed=0,
    )


@pytest.mark.parametrize(("way", "layers"), [("full", 0), ("layers", 1), ("layers", 2)])
def test_reading_some_items_gives_what_embedding_all_gives(
    way: Tune, layers: int, ring: AuditData, tiny_encoder: str
) -> None:
    language = text_encoder.load_encoder(tiny_encoder)
    tokens = text_encoder.tokenise(
        language, [*item_texts(ring, "test"), "a much longer text, the red car and the boat"]
    )
    part = tunable(language, tokens, tuning(way, layers))
    items = np.array([7, 0, len(tokens.ids) - 1])
    read = part.read(items).detach()
    np.testing.assert_allclose(read, text_encoder.embed(language, tokens)[items], atol=1e-5)


SETTINGS = training.Settings(
    dimensions=8, layers=1, heads=1, history=8, dropout=0.0, learning_rate=0.01, batch=32, epochs=1, seed=0
)


def tune_once(ring: AuditData, text: Any, part: Tunable, chosen: Tuning) -> None:
    with repeatable(0):
        layer = linear_adapter(text, 8).weights
        tune(
            training.new_network(SETTINGS),
            layer,
            weights=list(layer.parameters()),
            text=text,
            part=part,
            sequences=sequences.item_sequences(ring),
            history=8,
            tuning=chosen,
        )


def test_items_are_read_in_turns(ring: AuditData) -> None:
    text = torch.randn(24, 6, generator=torch.Generator().manual_seed(0))
    weights = torch.nn.Parameter(torch.zeros(6))
    read: list[int] = []

    def reading(items: Any) -> Any:
        read.extend(items.tolist())
        return text[items] + weights

    tune_once(ring, text, Tunable(weights=[weights], read=reading), tuning("full"))
    assert len(read) == 4 * 8
    assert sorted(read[:24]) == list(range(24))
    assert weights.abs().max() > 0


@pytest.mark.parametrize("way", ["layers", "full"])
def test_what_is_to_be_tuned_changes_and_nothing_else(way: Tune, ring: AuditData, tiny_encoder: str) -> None:
    language = text_encoder.load_encoder(tiny_encoder)
    tokens = text_encoder.tokenise(language, item_texts(ring, "test"))
    weights = {name: weight.clone() for name, weight in language.model.state_dict().items()}
    text = text_encoder.embed(language, tokens)
    before = text.clone()
    tune_once(ring, text, tunable(language, tokens, tuning(way)), tuning(way))
    changed = {
        name for name, weight in language.model.state_dict().items() if not torch.equal(weight, weights[name])
    }
    assert torch.equal(text, before)
    assert "encoder.layer.1.attention.self.query.weight" in changed
    below = {name for name in changed if not name.startswith("encoder.layer.1.")}
    assert ("embeddings.word_embeddings.weight" in below) == (way == "full")
    assert bool(below) == (way == "full")
    assert not torch.allclose(text_encoder.embed(language, tokens), before, atol=1e-3)

"""A frozen language model reads the items' texts, and a sequence model learns from its vectors."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from recaudit.datasets import AuditData
from recaudit.errors import UnknownNameError
from recaudit.records import Recommender, SystemCard
from recaudit.systems import item_texts, text_encoder
from recaudit.systems.kept import kept
from recaudit.systems.sequential import network, sequences, text_adapters, trained, training
from recaudit.systems.torch_use import repeatable, require, torch_version

if TYPE_CHECKING:
    from torch import Tensor

Adapter: TypeAlias = Literal["linear", "experts", "codes"]

NAME = "frozen-text-sasrec"
CODE = (item_texts, network, sequences, text_adapters, text_encoder, trained, training)

_DESCRIPTIONS: dict[Adapter, str] = {
    "linear": "a linear layer",
    "experts": "a mixture of linear experts",
    "codes": "product quantisation codes",
}


def frozen_text_sasrec(
    data: AuditData,
    *,
    adapter: Adapter = "linear",
    weights: str | None = None,
    experts: int = 8,
    parts: int = 32,
    codes: int = 64,
    dimensions: int = 64,
    layers: int = 2,
    heads: int = 2,
    history: int = 50,
    dropout: float = 0.2,
    learning_rate: float = 0.003,
    batch: int = 32,
    epochs: int = 10,
    seed: int = 0,
) -> Recommender:
    """The next item by self-attention over what the items' texts say; the language model is never changed.

    Adapters from text vectors to item vectors: "linear" is the idea of ZESRec (arXiv 2105.08318), "experts" that of
    UniSRec (arXiv 2206.05941), "codes" that of VQ-Rec (arXiv 2210.12316), each small and trained on this data alone.

    Args:
        data: What to train on; every item needs a title. Held-out truth is not seen.
        adapter: "linear", "experts" or "codes".
        weights: A folder made by `save_pretrained`; all-MiniLM-L6-v2 without it, fetched once (84 MB).
        experts: Of the mixture (experts).
        parts: Pieces of a text vector (codes).
        codes: Codes per piece (codes).
        dimensions: Of the vectors of items.
        layers: Of self-attention.
        heads: Of each layer; they share the dimensions.
        history: Items of a history that are seen, the newest ones.
        dropout: Share of numbers dropped in training.
        learning_rate: Step size.
        batch: Pieces of histories per step.
        epochs: Passes over the data.
        seed: One thread, so that a seed repeats exactly.

    Raises:
        PrerequisiteError: If torch or transformers is not installed, or the weights cannot be fetched.
        InputError: If there is nothing to train on, an item has no title, or options do not fit together.
    """
    if adapter not in get_args(Adapter):
        raise UnknownNameError.among("adapter", adapter, get_args(Adapter))
    training.check_sizes(experts=experts, parts=parts, codes=codes)
    require(NAME, "torch", "transformers")
    texts = item_texts.item_texts(data, NAME)
    rows = sequences.item_sequences(data)
    language = text_encoder.load_encoder(weights)
    settings = training.Settings(
        dimensions=dimensions,
        layers=layers,
        heads=heads,
        history=history,
        dropout=dropout,
        learning_rate=learning_rate,
        batch=batch,
        epochs=epochs,
        seed=seed,
    )
    sizes = {"experts": {"experts": experts}, "codes": {"parts": parts, "codes": codes}}.get(adapter, {})

    def train(folder: Path) -> None:
        text = text_encoder.embed(language, text_encoder.tokenise(language, texts))
        with repeatable(seed):
            untrained = training.new_network(settings)
            items = item_encoder(text, adapter, settings, **sizes)
            training.train(untrained, items, rows, settings)
            trained.save(folder, untrained, items)

    chosen = {**asdict(settings), "adapter": adapter, **sizes}
    options = {**chosen, "weights": language.digest, "torch": torch_version()}
    folder = kept(NAME, data, options, (*CODE, sys.modules[__name__]), train)
    card = SystemCard(
        reads=history,
        name=f"{NAME} ({adapter})",
        version=torch_version(),
        llm=language.name,
        llm_parameters=language.parameters,
        description=f"The next item by self-attention; items known by their texts through {_DESCRIPTIONS[adapter]}.",
        settings={**{name: str(value) for name, value in chosen.items()}, "weights": language.digest},
    )
    return trained.trained_recommender(data, folder, settings, card)


def item_encoder(
    text: Tensor,
    adapter: Adapter,
    settings: training.Settings,
    *,
    experts: int = 8,
    parts: int = 32,
    codes: int = 64,
) -> network.ItemEncoder:
    """Item vectors from text vectors that stay as they are.

    Args:
        text: (n_items, width).
        adapter: How.
        settings: Of the sequence model.
        experts: Of the mixture.
        parts: Pieces of a text vector.
        codes: Codes per piece.
    """
    around = text_adapters.centring(text)(text)
    if adapter == "codes":
        found = text_adapters.product_codes(around, parts=parts, codes=codes, seed=settings.seed)
        return text_adapters.codes_adapter(found, settings.dimensions)
    if adapter == "experts":
        return text_adapters.experts_adapter(around, settings.dimensions, experts=experts)
    return text_adapters.linear_adapter(around, settings.dimensions)

"""A language model that reads the items' texts is tuned together with a sequence model."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.errors import UnknownNameError
from recaudit.records import SystemCard
from recaudit.systems import item_texts, text_encoder
from recaudit.systems.kept import kept
from recaudit.systems.sequential import (
    network,
    sequences,
    text_adapters,
    text_tuning,
    trained,
    training,
)
from recaudit.systems.torch_use import repeatable, require, torch_version

if TYPE_CHECKING:
    from torch import nn

NAME = "tuned-text-sasrec"
CODE = (item_texts, network, sequences, text_adapters, text_encoder, text_tuning, trained, training)


def tuned_text_sasrec(
    data: AuditData,
    *,
    tune: text_tuning.Tune = "layers",
    tuned_layers: int = 1,
    steps: int | None = None,
    items_per_step: int | None = None,
    encoder_rate: float = 0.00005,
    weights: str | None = None,
    dimensions: int = 64,
    layers: int = 2,
    heads: int = 2,
    history: int = 50,
    dropout: float = 0.2,
    learning_rate: float = 0.003,
    batch: int = 32,
    epochs: int = 6,
    epochs_after: int = 3,
    seed: int = 0,
) -> CatalogueScorer:
    """The next item by self-attention over texts that a language model, tuned for it, reads.

    The idea of PLM-NR (arXiv 2104.07413) and MoRec (arXiv 2303.13835), small: first the sequence model learns over
    the frozen encoder, as `frozen_text_sasrec` does with a linear layer; then both are trained together; then the
    catalogue is read once more, and the sequence model settles on that. No language model runs when lists are asked
    for.

    Args:
        data: What to train on; every item needs a title. Held-out truth is not seen.
        tune: "layers" for the last layers of the encoder, "full" for all its weights.
        tuned_layers: How many layers are the last ones (layers).
        steps: Steps in which the encoder learns; 200 without it, 150 if all its weights are tuned.
        items_per_step: Texts that are read again in each step; 64 without it, 16 if all weights are tuned.
        encoder_rate: Step size for the encoder.
        weights: A folder made by `save_pretrained`; all-MiniLM-L6-v2 without it, fetched once (84 MB).
        dimensions: Of the vectors of items.
        layers: Of self-attention.
        heads: Of each layer; they share the dimensions.
        history: Items of a history that are seen, the newest ones.
        dropout: Share of numbers dropped in training, in the sequence model alone.
        learning_rate: Step size for the sequence model; a third of it while the encoder learns and after.
        batch: Pieces of histories per step.
        epochs: Passes over the data before the encoder learns.
        epochs_after: Passes over the data after it has learnt.
        seed: One thread, so that a seed repeats exactly.

    Raises:
        PrerequisiteError: If torch or transformers is not installed, or the weights cannot be fetched.
        InputError: If there is nothing to train on, an item has no title, or options do not fit together.
    """
    if tune not in get_args(text_tuning.Tune):
        raise UnknownNameError.among("way to tune", tune, get_args(text_tuning.Tune))
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
    tuning = text_tuning.Tuning(
        tune=tune,
        tuned_layers=tuned_layers if tune == "layers" else 0,
        steps=text_tuning.STEPS[tune] if steps is None else steps,
        items_per_step=text_tuning.ITEMS_PER_STEP[tune] if items_per_step is None else items_per_step,
        encoder_rate=encoder_rate,
        rate=learning_rate / 3,
        batch=batch,
        seed=seed,
    )
    after = replace(settings, learning_rate=tuning.rate, epochs=epochs_after, seed=seed + 1)

    def train(folder: Path) -> None:
        with repeatable(seed):
            trained.save(folder, *fit(language, texts, rows, settings=settings, tuning=tuning, after=after))

    chosen = {**asdict(settings), **asdict(tuning), "epochs_after": epochs_after}
    options = {**chosen, "weights": language.digest, "torch": torch_version()}
    folder = kept(NAME, data, options, (*CODE, sys.modules[__name__]), train)
    card = SystemCard(
        reads=history,
        name=f"{NAME} ({tune})",
        version=torch_version(),
        llm=language.name,
        llm_parameters=language.parameters,
        tuned=True,
        description="The next item by self-attention; items known by their texts, the reader of texts tuned with it.",
        settings={**{name: str(value) for name, value in chosen.items()}, "weights": language.digest},
    )
    return trained.trained_recommender(data, folder, settings, card)


def fit(
    language: text_encoder.TextEncoder,
    texts: list[str],
    rows: list[sequences.Codes],
    *,
    settings: training.Settings,
    tuning: text_tuning.Tuning,
    after: training.Settings,
) -> tuple[nn.ModuleDict, network.ItemEncoder]:
    """Train a sequence model and the encoder, this one in place.

    Args:
        language: The encoder.
        texts: Of the items.
        rows: Item codes of each user, oldest first.
        settings: Before the encoder learns.
        tuning: While it learns.
        after: When it has learnt.

    Returns:
        The network, and the item vectors that the tuned encoder gives.
    """
    tokens = text_encoder.tokenise(language, texts)
    part = text_tuning.tunable(language, tokens, tuning)
    text = text_encoder.embed(language, tokens)
    centre = text_adapters.centring(text)
    sequence = training.new_network(settings)
    items = text_adapters.linear_adapter(centre(text), settings.dimensions)
    layer = items.weights
    training.train(sequence, items, rows, settings)
    text_tuning.tune(
        sequence,
        lambda read: layer(centre(read)),
        weights=list(layer.parameters()),
        text=text,
        part=part,
        sequences=rows,
        history=settings.history,
        tuning=tuning,
    )
    tuned = centre(text_encoder.embed(language, tokens))
    given = network.ItemEncoder(weights=layer, vectors=lambda: layer(tuned))
    training.train(sequence, given, rows, after)
    return sequence, given

"""Self-attentive sequential recommendation on item ids (Kang and McAuley 2018, arXiv 1808.09781)."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from recaudit.datasets import AuditData
from recaudit.records import Recommender, SystemCard
from recaudit.systems.kept import kept
from recaudit.systems.sequential import network, sequences, trained, training
from recaudit.systems.torch_use import repeatable, require, torch_version


def sasrec(
    data: AuditData,
    *,
    dimensions: int = 64,
    layers: int = 2,
    heads: int = 2,
    history: int = 50,
    dropout: float = 0.2,
    learning_rate: float = 0.002,
    batch: int = 32,
    epochs: int = 10,
    seed: int = 0,
) -> Recommender:
    """The next item by causal self-attention over the newest items of a history; the idea of SASRec, small.

    Unlike the original it is trained by the cross-entropy over the whole catalogue, and a start vector stands
    before the first item, so that an empty history has an answer too.

    Args:
        data: What to train on; held-out truth is not seen.
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
        PrerequisiteError: If torch is not installed.
        InputError: If there is nothing to train on, or the heads do not divide the dimensions.
    """
    require("sasrec", "torch")
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
    rows = sequences.item_sequences(data)

    def train(folder: Path) -> None:
        with repeatable(seed):
            untrained = training.new_network(settings)
            items = network.id_encoder(len(data.items), dimensions)
            training.train(untrained, items, rows, settings)
            trained.save(folder, untrained, items)

    options = {**asdict(settings), "torch": torch_version()}
    code = (network, sequences, training, trained, sys.modules[__name__])
    folder = kept("sasrec", data, options, code, train)
    card = SystemCard(
        reads=history,
        name="sasrec",
        version=torch_version(),
        description="The next item by self-attention over the history, items known by id alone.",
        settings={name: str(value) for name, value in asdict(settings).items()},
    )
    return trained.trained_recommender(data, folder, settings, card)

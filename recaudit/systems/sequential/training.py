"""Training a sequence network and an item encoder to name the next item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.errors import InputError
from recaudit.systems.sequential.network import ItemEncoder, sequence_network, states
from recaudit.systems.sequential.sequences import NO_ITEM, Codes, windows

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides a training.

    Attributes:
        dimensions: Of the vectors of items and states.
        layers: Of self-attention.
        heads: Of each layer.
        history: Items that the network sees, the newest ones.
        dropout: Share of numbers that are dropped in training.
        learning_rate: Step size of AdamW.
        batch: Pieces of histories per step.
        epochs: Passes over the data.
        seed: Of the initial weights, the pieces and the dropout.

    Raises:
        InputError: If a size is below 1, the heads do not divide the dimensions, or dropout is no share.
    """

    dimensions: int
    layers: int
    heads: int
    history: int
    dropout: float
    learning_rate: float
    batch: int
    epochs: int
    seed: int

    def __post_init__(self) -> None:
        check_sizes(
            dimensions=self.dimensions,
            layers=self.layers,
            heads=self.heads,
            history=self.history,
            batch=self.batch,
        )
        if self.dimensions % self.heads:
            raise InputError(
                f"{self.heads} heads cannot share {self.dimensions} dimensions; give a multiple of {self.heads}"
            )
        if not 0 <= self.dropout < 1:
            raise InputError(f"dropout is {self.dropout:g}; give a share from 0 to below 1")


def check_sizes(**sizes: int) -> None:
    """Refuse sizes below 1.

    Raises:
        InputError: Naming the first such option.
    """
    for name, size in sizes.items():
        if size < 1:
            raise InputError(f"{name} is {size}; give 1 or more")


def new_network(settings: Settings) -> nn.ModuleDict:
    """An untrained network."""
    return sequence_network(
        dimensions=settings.dimensions,
        layers=settings.layers,
        heads=settings.heads,
        history=settings.history,
        dropout=settings.dropout,
    )


def train(network: nn.ModuleDict, items: ItemEncoder, sequences: Sequence[Codes], settings: Settings) -> None:
    """Fit both in place by the cross-entropy over the whole catalogue, at every place of every piece."""
    import torch

    rng = np.random.default_rng(settings.seed)
    learnt = [*network.parameters(), *items.weights.parameters()]
    optimiser = torch.optim.AdamW(learnt, lr=settings.learning_rate, weight_decay=0.01)
    network.train()
    items.weights.train()
    for _ in range(settings.epochs):
        for rows in batches(windows(sequences, settings.history + 1, rng), settings.batch):
            optimiser.zero_grad()
            loss = next_item_loss(network, items.vectors(), rows)
            torch.autograd.backward(loss)
            optimiser.step()
    network.eval()
    items.weights.eval()


def batches(rows: Codes, size: int) -> Iterator[Codes]:
    """Consecutive rows, `size` at a time."""
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def next_item_loss(network: nn.ModuleDict, vectors: Tensor, rows: Codes) -> Tensor:
    """Mean cross-entropy of each item given those before it.

    Args:
        network: The sequence part.
        vectors: (n_items, dimensions), both of what was had and of what may come.
        rows: (rows, items) codes, filled with `NO_ITEM`.
    """
    import torch
    from torch.nn import functional

    targets = torch.from_numpy(rows)
    before = targets[:, :-1].clamp(min=0)
    expected = states(network, vectors[before])
    is_item = targets != NO_ITEM
    return functional.cross_entropy(expected[is_item] @ vectors.T, targets[is_item])

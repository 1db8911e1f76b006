"""The sequence part: from the vectors of past items to a vector that the next item's should agree with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEncoder:
    """How items get their vectors.

    Attributes:
        weights: What is learnt.
        vectors: Gives (n_items, dimensions), with gradients.
    """

    weights: nn.Module
    vectors: Callable[[], Tensor]


def id_encoder(n_items: int, dimensions: int) -> ItemEncoder:
    """A free vector per item, learnt from interactions alone."""
    from torch import nn

    table = nn.Embedding(n_items, dimensions)
    nn.init.normal_(table.weight, std=0.02)
    return ItemEncoder(weights=table, vectors=lambda: table.weight)


def sequence_network(
    *, dimensions: int, layers: int, heads: int, history: int, dropout: float
) -> nn.ModuleDict:
    """Causal self-attention over a start vector and at most `history` items; the heads share the dimensions."""
    from torch import nn

    block = nn.TransformerEncoderLayer(
        dimensions, heads, 2 * dimensions, dropout, activation="gelu", batch_first=True, norm_first=True
    )
    blocks = nn.TransformerEncoder(block, layers, norm=nn.LayerNorm(dimensions), enable_nested_tensor=False)
    network = nn.ModuleDict(
        {
            "start": nn.Embedding(1, dimensions),
            "places": nn.Embedding(history + 1, dimensions),
            "dropout": nn.Dropout(dropout),
            "blocks": blocks,
        }
    )
    nn.init.normal_(_table(network, "start"), std=0.02)
    nn.init.normal_(_table(network, "places"), std=0.02)
    return network


def states(network: nn.ModuleDict, embedded: Tensor) -> Tensor:
    """What the network expects after each item.

    Args:
        network: Made by `sequence_network`.
        embedded: (rows, items, dimensions) vectors of the items, oldest first; what fills a row comes after its
            items, so that no item sees it.

    Returns:
        (rows, items + 1, dimensions): before the first item, after the first, ..., after the last.
    """
    import torch
    from torch import nn

    rows, items, dimensions = embedded.shape
    start = _table(network, "start").expand(rows, 1, dimensions)
    together = torch.cat([start, embedded * dimensions**0.5], dim=1) + _table(network, "places")[: items + 1]
    mask = nn.Transformer.generate_square_subsequent_mask(items + 1)
    hidden: Tensor = network["blocks"](network["dropout"](together), mask=mask, is_causal=True)
    return hidden


def _table(network: nn.ModuleDict, name: str) -> Any:
    return network[name].weight

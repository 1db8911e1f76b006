"""From fixed text vectors to the item vectors of a sequence model."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from recaudit.errors import InputError
from recaudit.systems.sequential.network import ItemEncoder

if TYPE_CHECKING:
    from torch import Tensor

    from recaudit.systems.sequential.sequences import Codes


def centring(text: Tensor) -> Callable[[Tensor], Tensor]:
    """Takes away what all items share, which tells none apart, and scales to a mean squared length of 1.

    Args:
        text: (n_items, width); centre and scale are theirs, whatever is centred later.
    """
    centre = text.mean(dim=0)
    scale = (text - centre).square().sum(dim=1).mean().clamp(min=1e-12).sqrt()
    return lambda vectors: (vectors - centre) / scale


def linear_adapter(text: Tensor, dimensions: int) -> ItemEncoder:
    """One linear layer, the idea of ZESRec (arXiv 2105.08318)."""
    from torch import nn

    layer = nn.Linear(text.shape[1], dimensions)
    return ItemEncoder(weights=layer, vectors=lambda: layer(text))


def experts_adapter(text: Tensor, dimensions: int, *, experts: int) -> ItemEncoder:
    """A mixture of linear experts with a gate that reads the text, the idea of UniSRec (arXiv 2206.05941)."""
    from torch import nn

    gate = nn.Linear(text.shape[1], experts)
    layers = nn.Linear(text.shape[1], experts * dimensions)

    def vectors() -> Tensor:
        each: Tensor = layers(text).view(len(text), experts, dimensions)
        mixed: Tensor = (gate(text).softmax(dim=-1)[..., None] * each).sum(dim=1)
        return mixed

    return ItemEncoder(weights=nn.ModuleDict({"gate": gate, "experts": layers}), vectors=vectors)


def codes_adapter(codes: Codes, dimensions: int) -> ItemEncoder:
    """The sum of a learnt vector per code, the idea of VQ-Rec (arXiv 2210.12316).

    Args:
        codes: (n_items, parts), made by `product_codes`.
        dimensions: Of the sum.
    """
    import torch
    from torch import nn

    parts, size = codes.shape[1], int(codes.max()) + 1
    table = nn.EmbeddingBag(parts * size, dimensions, mode="sum")
    nn.init.normal_(table.weight, std=0.02 / parts**0.5)
    places = torch.from_numpy(codes + np.arange(parts) * size)
    return ItemEncoder(weights=table, vectors=lambda: table(places))


def product_codes(text: Tensor, *, parts: int, codes: int, seed: int) -> Codes:
    """Cut each vector into parts, and name each part by its nearest of `codes` centres (k-means).

    Args:
        text: (n_items, width).
        parts: Pieces that a vector is cut into, as equal as can be.
        codes: Centres per part, as far as there are different parts.
        seed: Of the first centres.

    Returns:
        (n_items, parts), from 0 to codes - 1.

    Raises:
        InputError: If there are more parts than numbers in a vector.
    """
    from scipy.cluster.vq import kmeans2

    if parts > text.shape[1]:
        raise InputError(
            f"a text vector of {text.shape[1]} numbers cannot be cut into {parts} parts; lower parts"
        )
    rng = np.random.default_rng(seed)
    found = np.empty((len(text), parts), dtype=np.int64)
    with warnings.catch_warnings():
        # a centre without items only leaves a code unused
        warnings.filterwarnings("ignore", message="One of the clusters is empty")
        for part, piece in enumerate(np.array_split(text.double().numpy(), parts, axis=1)):
            distinct = len(np.unique(piece, axis=0))
            found[:, part] = kmeans2(piece, min(codes, distinct), minit="++", rng=rng)[1]
    return found

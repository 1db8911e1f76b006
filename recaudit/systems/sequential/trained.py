"""A trained sequence model in a folder: the network, and the vectors of the catalogue, computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Request, SystemCard
from recaudit.systems.sequential.network import ItemEncoder, states
from recaudit.systems.sequential.training import Settings, new_network
from recaudit.systems.torch_use import one_thread, repeatable

if TYPE_CHECKING:
    from torch import Tensor, nn

NETWORK, VECTORS = "network.npz", "vectors.npy"

Score: TypeAlias = Callable[[Request], FloatArray]


def save(folder: Path, network: nn.ModuleDict, items: ItemEncoder) -> None:
    """Write the network's weights and the vectors that the encoder gives."""
    import torch

    np.savez(folder / NETWORK, **{name: weight.numpy() for name, weight in network.state_dict().items()})
    with torch.inference_mode():
        np.save(folder / VECTORS, items.vectors().detach().numpy())


def load(folder: Path, settings: Settings) -> tuple[nn.ModuleDict, Tensor]:
    """Read what `save` wrote.

    Returns:
        The network in evaluation mode, and (n_items, dimensions) vectors.
    """
    import torch

    with repeatable(settings.seed):
        network = new_network(settings)
    with np.load(folder / NETWORK) as weights:
        network.load_state_dict({name: torch.from_numpy(weights[name]) for name in weights.files})
    return network.eval(), torch.from_numpy(np.load(folder / VECTORS))


def trained_recommender(
    data: AuditData, folder: Path, settings: Settings, card: SystemCard
) -> CatalogueScorer:
    """A recommender that scores the catalogue by the newest items of each request's history."""
    network, vectors = load(folder, settings)
    score = next_item_score(network, vectors, data.items.index, settings.history)
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)


def next_item_score(
    network: nn.ModuleDict, vectors: Tensor, catalogue: pd.Index[int] | pd.Index[str], history: int
) -> Score:
    """Maps a request to the agreement of every item with the state after its history.

    Items of the history that the catalogue lacks are passed over; an empty history is answered by what usually
    comes first.
    """
    import torch

    def score(request: Request) -> FloatArray:
        codes = catalogue.get_indexer(pd.Index(request.history))
        codes = codes[codes >= 0][-history:].astype(np.int64)
        with one_thread(), torch.inference_mode():
            state = states(network, vectors[torch.from_numpy(codes)][None])[0, -1]
            return np.asarray(vectors @ state, dtype=np.float64)

    return score

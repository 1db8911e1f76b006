"""What a conventional ranker knows about an item for a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags

from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Request

FEATURES = ("popularity", "neighbours", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFeatures:
    """Popularity and co-occurrence in training interactions, and the score of a system that reads texts.

    Attributes:
        popularity: (n_items,) natural logs of 1 + the number of interactions.
        similarity: (n_items, n_items) cosines between the users of two items, 0 of an item with itself.
        text: Maps a request to (n_items,) scores.
        catalogue: Item ids.
    """

    popularity: FloatArray
    similarity: csr_matrix[Any]
    text: Callable[[Request], FloatArray]
    catalogue: pd.Index[int] | pd.Index[str]

    def of(self, request: Request) -> FloatArray:
        """The features of every item, in the order of `FEATURES`.

        Popularity is the same for all requests; the others are on a scale of their own in each request, with mean 0
        and variance 1 over the catalogue, because only differences between items decide a list.

        Returns:
            (n_items, 3).
        """
        codes = self.catalogue.get_indexer(pd.Index(request.history))
        near = np.asarray(self.similarity[codes[codes >= 0]].sum(axis=0), dtype=np.float64).ravel()
        return np.column_stack([self.popularity, _standardised(near), _standardised(self.text(request))])


def ranking_features(data: AuditData, text: Callable[[Request], FloatArray]) -> RankingFeatures:
    """Count in the training interactions; item-kNN by cosine (Sarwar et al. 2001, doi 10.1145/371920.372071)."""
    rows = data.users.index.get_indexer(pd.Index(data.interactions["user"]))
    columns = data.items.index.get_indexer(pd.Index(data.interactions["item"]))
    shape = (len(data.users), len(data.items))
    had = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    counts = np.asarray(had.sum(axis=0), dtype=np.float64).ravel()
    scale = diags(1 / np.sqrt(np.maximum(counts, 1)))
    similarity = csr_matrix(scale @ (had.T @ had) @ scale)
    similarity.setdiag(0)
    return RankingFeatures(
        popularity=np.log1p(counts), similarity=similarity, text=text, catalogue=data.items.index
    )


def _standardised(values: FloatArray) -> FloatArray:
    spread = float(values.std())
    standardised: FloatArray = (values - values.mean()) / (spread or 1.0)
    return standardised

"""Turning scores over the catalogue into answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.records import Answer, Capability, FloatArray, Request, SystemCard


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueScorer:
    """A recommender that gives every catalogue item a score.

    Items in the request's history are left out of lists over the whole catalogue; ties keep catalogue order, whatever
    the order of candidates; an item scored -inf is never recommended.

    Attributes:
        card: What the system is.
        catalogue: Item ids; scores are in this order.
        score: Maps a request to (n_items,) scores.
        offers: Its capabilities.
    """

    card: SystemCard
    catalogue: pd.Index[int] | pd.Index[str]
    score: Callable[[Request], FloatArray]
    offers: frozenset[Capability] = frozenset({"lists", "candidates"})

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer each request with the best-scored items."""
        return (self._answer(request) for request in requests)

    def _answer(self, request: Request) -> Answer:
        scores = self.score(request)
        if request.candidates is None:
            allowed = np.ones(len(self.catalogue), dtype=bool)
            allowed[self.catalogue.get_indexer(pd.Index(request.history))] = False
            codes = np.flatnonzero(allowed)
        else:
            codes = np.sort(self.catalogue.get_indexer(pd.Index(request.candidates)))
        best = codes[best_first(scores[codes], request.k)]
        best = best[scores[best] > -np.inf]
        return Answer(
            request=request.id,
            items=tuple(self.catalogue[best].tolist()),
            scores=tuple(scores[best].tolist()),
        )


def best_first(scores: FloatArray, k: int) -> NDArray[np.intp]:
    """Positions of the k highest scores, highest first; ties keep their order.

    >>> best_first(np.array([0.1, 0.9, 0.9, 0.5]), 3).tolist()
    [1, 2, 3]
    """
    return np.argsort(-scores, kind="stable")[:k]

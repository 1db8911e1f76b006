"""The most popular items for everybody: a control that any recommender should beat."""

from __future__ import annotations

import numpy as np

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Recommender, Request, SystemCard


def popularity(data: AuditData) -> Recommender:
    """Rank by the number of training interactions; ties keep catalogue order; no own history."""
    counts = data.interactions["item"].value_counts()
    scores: FloatArray = np.asarray(counts.reindex(data.items.index, fill_value=0), dtype=np.float64)

    def score(request: Request) -> FloatArray:  # noqa: ARG001 - the same scores for everybody
        return scores

    card = SystemCard(name="popularity", description="The most popular items the user has not had yet.")
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)

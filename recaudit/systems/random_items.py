"""Items at random: the control that no quality gate may let through."""

from __future__ import annotations

import numpy as np

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Recommender, Request, SystemCard


def random_items(data: AuditData) -> Recommender:
    """Uniformly random items, drawn from each request's own seed; no own history."""
    size = len(data.items)

    def score(request: Request) -> FloatArray:
        return np.random.default_rng(request.seed).random(size)

    card = SystemCard(name="random", description="Uniformly random items the user has not had yet.")
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)

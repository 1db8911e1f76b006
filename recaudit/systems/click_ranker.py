"""Click prediction by logistic regression over the features of a conventional ranker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData, apply_split
from recaudit.records import FloatArray, Request
from recaudit.systems.ranking_features import FEATURES, RankingFeatures


def without_the_last(data: AuditData, held_back: int) -> AuditData:
    """The data with the last interactions of each user as truth, and all else for training.

    Raises:
        InputError: If no user has more than `held_back` interactions.
    """
    return apply_split(replace(data, truth=data.truth.iloc[:0], split=""), method="last", n=held_back)


def fitted(before: AuditData, features: RankingFeatures, negatives: int, seed: int) -> FloatArray:
    """Learn to tell what was held back from random items that the user did not have.

    Args:
        before: What `without_the_last` gives.
        features: Made of it.
        negatives: Random items for each held-back one.
        seed: Of what is drawn.

    Returns:
        (n_features,) coefficients.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    rows: list[FloatArray] = []
    labels: list[FloatArray] = []
    histories = before.histories()
    items = before.items.index
    for user, own in replace(before, interactions=before.truth).histories().items():
        request = Request(unit=user, arm="list", user=user, history=histories[user], k=1)
        wanted, had = items.get_indexer(pd.Index(own)), items.get_indexer(pd.Index(request.history))
        others = np.setdiff1d(np.arange(len(items)), np.concatenate([wanted, had]))
        drawn = rng.choice(others, min(len(others), negatives * len(wanted)), replace=False)
        rows.append(features.of(request)[np.concatenate([wanted, drawn])])
        labels.append(np.repeat([1.0, 0.0], [len(wanted), len(drawn)]))
    fitted = LogisticRegression(max_iter=1000).fit(np.concatenate(rows), np.concatenate(labels))
    coefficients: FloatArray = np.asarray(fitted.coef_[0], dtype=np.float64)
    return coefficients


def shown(coefficients: FloatArray) -> dict[str, str]:
    """The coefficients for the settings of a card."""
    return {f"weight of {name}": f"{weight:.3f}" for name, weight in zip(FEATURES, coefficients, strict=True)}

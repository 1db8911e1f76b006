"""A reader that guesses groups from features: ridge regression on group indicators, scored out of fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recaudit.records import FloatArray


def deal_folds(n: int, folds: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(n,) the fold of each user, dealt at random and evenly.

    Folds do not look at the groups, so that permuted groups are treated exactly as the real ones.
    """
    return rng.permutation(np.arange(n) % folds).astype(np.intp)


def out_of_fold_scores(
    features: FloatArray, labels: NDArray[np.intp], folds: NDArray[np.intp], *, groups: int, ridge: float
) -> FloatArray:
    """Scores of every user for every group, from models that have not seen the user.

    Args:
        features: (n, n) products of the users' features (a linear kernel).
        labels: (b, n) one or several ways to deal n users to groups 0 to g - 1.
        folds: (n,).
        groups: g.
        ridge: Penalty.

    Returns:
        (b, n, g) scores; one solution of the linear system serves all b, as the model is linear in the labels.
    """
    from sklearn.kernel_ridge import KernelRidge

    indicators = (labels[:, :, None] == np.arange(groups)).astype(np.float64)
    scores: FloatArray = np.empty(indicators.shape)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        learnt = indicators[:, outside]
        centred = learnt - learnt.mean(axis=1, keepdims=True)
        model = KernelRidge(alpha=ridge, kernel="precomputed")
        targets = centred.transpose(1, 0, 2).reshape(len(outside), -1)
        model.fit(features[np.ix_(outside, outside)], targets)
        given = model.predict(features[np.ix_(inside, outside)])
        scores[:, inside] = given.reshape(len(inside), len(labels), groups).transpose(1, 0, 2)
    return scores

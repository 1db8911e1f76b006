from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from recaudit.metrics.separation import AucDifference, FoldedAuc


@pytest.mark.parametrize("decimals", [1, 8])
def test_one_fold_agrees_with_scikit_learn_ties_and_weights_included(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    scores = rng.standard_normal((60, 2)).round(decimals)
    labels = rng.integers(0, 2, 60)
    weights = rng.integers(0, 4, 60).astype(float)
    made = FoldedAuc(scores=scores, labels=labels, folds=np.zeros(60, dtype=np.intp))
    for drawn in (np.ones(60), weights):
        expected = np.mean(
            [roc_auc_score(labels == group, scores[:, group], sample_weight=drawn) for group in (0, 1)]
        )
        assert made(drawn) == pytest.approx(expected)


def test_only_users_of_a_fold_are_compared() -> None:
    labels = np.array([0, 1, 0, 1])
    scores = np.array([[1.0], [0.0], [101.0], [100.0]])  # the second fold's model has another level
    apart = FoldedAuc(scores=scores, labels=labels, folds=np.array([0, 0, 1, 1]))
    together = FoldedAuc(scores=scores, labels=labels, folds=np.zeros(4, dtype=np.intp))
    assert apart(np.ones(4)) == 1
    assert together(np.ones(4)) == 0.75


def test_resamples_are_leading_axes_and_no_pair_is_undefined() -> None:
    made = FoldedAuc(
        scores=np.array([[2.0], [1.0]]), labels=np.array([0, 1]), folds=np.zeros(2, dtype=np.intp)
    )
    drawn = np.array([[1.0, 1.0], [2.0, 0.0]])
    assert made(drawn)[0] == 1
    assert np.isnan(made(drawn)[1])
    assert AucDifference(first=made, second=made)(drawn)[0] == 0

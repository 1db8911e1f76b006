from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from recaudit.errors import DataError
from recaudit.metrics import METRICS, Scored, parse_label


def test_scikit_learn_agrees_per_user_and_pooled() -> None:
    rng = np.random.default_rng(0)
    user, actual = rng.integers(0, 12, 400), rng.integers(0, 2, 400).astype(float)
    predicted = rng.integers(0, 11, 400) / 10
    scored = Scored(user=user, predicted=predicted, actual=actual, n_users=13)
    oracles = {
        "rmse": lambda a, p: np.sqrt(sk.mean_squared_error(a, p)),
        "mae": sk.mean_absolute_error,
        "log_loss": lambda a, p: sk.log_loss(a, p, labels=[0, 1]),
        "rating_auc": sk.roc_auc_score,
    }
    for name, oracle in oracles.items():
        values = parse_label(name).compute(scored)
        expected = [oracle(actual[user == one], predicted[user == one]) for one in range(12)]
        np.testing.assert_allclose(values[:12], expected, atol=1e-9, err_msg=name)
        assert np.isnan(values[12])
        assert parse_label(name).compute(scored.pooled())[0] == pytest.approx(oracle(actual, predicted)), name


def test_one_class_has_no_auc() -> None:
    scored = Scored(user=np.zeros(2, int), predicted=np.array([0.1, 0.2]), actual=np.ones(2), n_users=1)
    assert np.isnan(parse_label("rating_auc").compute(scored)[0])
    assert METRICS.get("rating_auc").undefined


def test_bad_values() -> None:
    def scored(predicted: float, actual: float) -> Scored:
        return Scored(
            user=np.array([0]), predicted=np.array([predicted]), actual=np.array([actual]), n_users=1
        )

    with pytest.raises(DataError, match="predicted value"):
        scored(np.nan, 1)
    with pytest.raises(DataError, match="probabilities from 0 to 1"):
        parse_label("log_loss").compute(scored(4.0, 1))
    with pytest.raises(DataError, match="values of 0 or 1, got 3"):
        parse_label("rating_auc").compute(scored(0.4, 3))

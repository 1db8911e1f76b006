from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import audit_data
from recaudit.records import Request
from recaudit.systems.ranking_features import ranking_features

ROWS = pd.DataFrame({"user": ["a", "a", "b", "b", "c"], "item": [1, 2, 1, 2, 1]})
ITEMS = pd.DataFrame({"item": [1, 2, 3]})


def asked(*history: int) -> Request:
    return Request(unit="a", arm="list", user="a", history=history, k=1)


def test_counts_and_cosines_by_hand() -> None:
    features = ranking_features(audit_data(ROWS, items=ITEMS), lambda _: np.zeros(3))
    assert features.popularity.tolist() == pytest.approx(np.log([4, 3, 1]).tolist())
    # items 1 and 2 share two users of three and two: 2 / sqrt(6); an item is no neighbour of itself
    expected = np.zeros((3, 3))
    expected[0, 1] = expected[1, 0] = 2 / 6**0.5
    np.testing.assert_allclose(features.similarity.toarray(), expected)


def test_features_are_those_of_the_request() -> None:
    features = ranking_features(
        audit_data(ROWS, items=ITEMS), lambda request: np.array([9.0, 0.0, 0.0]) * request.k
    )
    rows = features.of(asked(2))
    assert rows.shape == (3, 3)
    assert rows[:, 1].argmax() == 0
    assert features.of(asked(1))[:, 1].argmax() == 1
    assert rows[:, 2].argmax() == 0
    np.testing.assert_allclose(rows[:, 1:].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(rows[:, 1:].std(axis=0), 1)


def test_an_empty_history_has_no_neighbours() -> None:
    features = ranking_features(audit_data(ROWS, items=ITEMS), lambda _: np.zeros(3))
    assert features.of(asked())[:, 1:].tolist() == [[0, 0]] * 3

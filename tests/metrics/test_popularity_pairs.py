from __future__ import annotations

import numpy as np

from recaudit.metrics import Lists, Shown, Truth, make_catalogue, parse_label


def test_popular_first_counts_pairs_with_one_listed_item() -> None:
    catalogue = make_catalogue(Lists.of([[0, 1, 2], [0, 1], [0]]), 4)
    truth = Truth.of([{0: 1, 1: 1, 2: 1, 3: 0}] * 3)
    seen = Shown(
        lists=Lists.of([[2, 1, 0], [3, 0], [3]]),
        history=Lists.of([[], [], []]),
        catalogue=catalogue,
        truth=truth,
    )
    np.testing.assert_allclose(parse_label("popular_first@9").compute(seen), [0, 1, np.nan])

from __future__ import annotations

import numpy as np

from recaudit.metrics import Lists, Shown, make_catalogue, parse_label


def test_log_popularity_difference_changes_sign_when_list_and_history_swap() -> None:
    first, second = [[0, 1], [2]], [[2, 3], [0]]
    catalogue = make_catalogue(Lists.of([[0, 1, 2], [0, 3], [0]]), 8)
    label = parse_label("log_popularity_difference@9")
    one = label.compute(Shown(lists=Lists.of(first), history=Lists.of(second), catalogue=catalogue))
    other = label.compute(Shown(lists=Lists.of(second), history=Lists.of(first), catalogue=catalogue))
    np.testing.assert_allclose(one, -other)
    assert (one != 0).all()


def test_popularity_divides_by_the_shown_list() -> None:
    catalogue = make_catalogue(Lists.of([[0], [0, 1]]), 2)
    seen = Shown(lists=Lists.of([[0, 1]]), history=Lists.of([[0]]), catalogue=catalogue)
    assert parse_label("arp@1").compute(seen)[0] == 2
    assert parse_label("arp@10").compute(seen)[0] == 1.5

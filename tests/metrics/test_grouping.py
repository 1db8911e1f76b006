from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.metrics.grouping import group_rows

table = st.lists(st.tuples(st.sampled_from([-7, 0, 3, 10**15]), st.integers(0, 4)), min_size=1, max_size=30)


@settings(deadline=None)
@given(table, st.booleans())
def test_against_a_stable_sort(rows: list[tuple[int, int]], descending: bool) -> None:
    user, key = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    groups = group_rows(user, key, descending=descending)
    arranged = list(
        zip(groups.arranged(user).tolist(), groups.arranged(np.arange(user.size)).tolist(), strict=True)
    )
    sign = -1 if descending else 1
    ties = 0
    for at, code in enumerate(groups.users.tolist()):
        expected = sorted(np.flatnonzero(user == code).tolist(), key=lambda row: sign * key[row])
        block = arranged[groups.offsets[at] : groups.offsets[at + 1]]
        assert block == [(code, row) for row in expected]
        keys = key[expected]
        ties += int((keys[1:] == keys[:-1]).sum())
    assert groups.ties == ties
    assert sorted(groups.users.tolist()) == sorted(set(user.tolist()))


def test_rows_already_in_order_are_left_alone() -> None:
    groups = group_rows(np.array([4, 4, 1]), np.array([1, 2, 1]))
    assert groups.order is None
    assert not groups.scattered
    assert group_rows(np.array([4, 1, 4])).scattered

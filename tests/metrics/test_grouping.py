from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.metrics import threads
from recaudit.metrics.grouping import group_rows

table = st.lists(st.tuples(st.sampled_from([-7, 0, 3, 10**15]), st.integers(0, 4)), min_size=1, max_size=30)


@pytest.mark.parametrize("missing_place", [False, True])
def test_shuffled_ranks_without_gaps_and_with(missing_place: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 100)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 20, 60)
    user = np.repeat(np.arange(60) * 3 - 50, lengths)
    rank = np.concatenate([np.arange(1, length + 1) for length in lengths])
    rank[5] = rank[5] + 100 if missing_place else rank[5]
    shuffled = rng.permutation(user.size)
    groups = group_rows(user[shuffled], rank[shuffled])
    assert groups.ties == 0
    assert groups.users.tolist() == np.unique(user).tolist()
    np.testing.assert_array_equal(groups.arranged(user[shuffled]), user)
    inside = groups.arranged(rank[shuffled])
    assert all((np.diff(inside[a:b]) > 0).all() for a, b in pairwise(groups.offsets.tolist()))


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

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.metrics import threads
from recaudit.metrics.grouping import arrange_by_rank, find_scattered, group_rows

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


@pytest.mark.parametrize("first", [-3, 0, 1, 10**15])
@pytest.mark.parametrize("kind", ["small", "wide", "lowest"])
def test_values_straight_in_their_places(first: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 100)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    rng = np.random.default_rng(6)
    lengths = rng.integers(1, 20, 60)
    user = np.repeat(np.arange(60) * 3 - 50, lengths)
    rank = np.concatenate([np.arange(length) for length in lengths]) + first
    values = rng.integers(0, 2**30, user.size)
    values[0] = {"small": -(2**31) + 1, "wide": 2**40, "lowest": -(2**31)}[kind]
    rows = rng.permutation(user.size)
    scattered = find_scattered(user[rows])
    assert scattered is not None
    arranged = arrange_by_rank(scattered, rank[rows], values[rows])
    assert arranged is not None
    assert arranged.values.tolist() == values.tolist()
    assert arranged.values.dtype == (np.int32 if kind == "small" else np.int64)
    assert arranged.users.tolist() == np.unique(user).tolist()
    assert np.diff(arranged.offsets).tolist() == lengths.tolist()


@pytest.mark.parametrize("wrong", ["gap", "tie", "far", "float", "another first"])
def test_ranks_that_do_not_tell_the_place(wrong: str) -> None:
    scattered = find_scattered(np.array([5, 8, 5, 8, 5]))
    assert scattered is not None
    ranks = {
        "gap": [1, 1, 2, 2, 4],
        "tie": [1, 1, 2, 2, 2],
        "far": [-(2**63), 1, 2, 2, 2**63 - 1],
        "float": [1.0, 1.0, 2.0, 2.0, 3.0],
        "another first": [1, 2, 2, 3, 3],
    }
    assert arrange_by_rank(scattered, np.array(ranks[wrong]), np.arange(5)) is None


def test_the_lowest_number_of_all_leaves_no_mark_for_empty_places() -> None:
    scattered = find_scattered(np.array([5, 8, 5]))
    assert scattered is not None
    assert arrange_by_rank(scattered, np.array([1, 1, 2]), np.array([-(2**63), 1, 2])) is None


def test_order_is_checked_across_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    user = np.repeat([4, 2, 9], [3, 4, 1])
    key = np.array([1, 2, 3, 1, 2, 3, 4, 1])
    assert group_rows(user, key).order is None
    assert group_rows(user, key).offsets.tolist() == [0, 3, 7, 8]
    for row in (1, 2, 4, 5, 6):
        late = key.copy()
        late[row] = 0
        assert group_rows(user, late).order is not None

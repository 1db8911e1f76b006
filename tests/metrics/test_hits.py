from __future__ import annotations

import os

import numpy as np
import pytest

from recaudit.metrics import Lists, RepeatedItemError, Truth, find_hits, hashing, threads
from recaudit.metrics import hits as hits_module
from recaudit.metrics.hashing import mark_repeats


@pytest.mark.parametrize("rows_per_thread", [150, 10**6])
def test_hits_match_a_plain_loop_for_any_size_of_ids(
    rows_per_thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", rows_per_thread)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    rng = np.random.default_rng(0)
    for high in (30, 2**62):
        pool = rng.integers(-high, high, 500)
        lists = [list(dict.fromkeys(rng.choice(pool, 40).tolist())) for _ in range(50)]
        lists[0] = lists[16] = lists[17] = lists[-1] = []
        truth = [{int(item): float(rng.integers(0, 3)) for item in rng.choice(pool, 20)} for _ in range(50)]
        hits = find_hits(Lists.of(lists), Truth.of(truth))
        expected = [
            (user, rank, held[item])
            for user, (row, held) in enumerate(zip(lists, truth, strict=True))
            for rank, item in enumerate(row, 1)
            if held.get(item, 0) > 0
        ]
        assert len(expected) > 20
        assert list(zip(hits.user.tolist(), hits.rank.tolist(), hits.grade.tolist(), strict=True)) == expected
        np.testing.assert_array_equal(hits.relevant, [sum(g > 0 for g in held.values()) for held in truth])


def test_repeats_name_user_item_and_rows() -> None:
    with pytest.raises(RepeatedItemError) as caught:
        find_hits(Lists.of([[1], [5, 2, 5]]), Truth.of([{}, {}]))
    error = caught.value
    assert (error.what, error.user, error.item, error.first, error.second) == ("list", 1, 5, 1, 3)
    truth = Truth(offsets=np.array([0, 2]), items=np.array([4, 4]), grades=np.ones(2))
    with pytest.raises(RepeatedItemError, match="held-out items of user 0"):
        find_hits(Lists.of([[1]]), truth)


def test_numbers_of_users_must_agree() -> None:
    with pytest.raises(ValueError, match="2 lists came with the held-out items of 1"):
        find_hits(Lists.of([[1], [2]]), Truth.of([{}]))


def test_the_same_item_in_two_lists_is_no_repeat() -> None:
    lists = Lists.of([[1, 2], [2, 1], [1, 1]])
    assert mark_repeats(lists.offsets, lists.items).tolist() == [False] * 5 + [True]


@pytest.mark.parametrize("direct_slots", [0, 2**20])
def test_items_of_other_lists_stay_out_by_address_and_by_hash(
    direct_slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "DIRECT_SLOTS", direct_slots)
    rng = np.random.default_rng(8)
    lists = [rng.permutation(30)[: rng.integers(0, 25)].tolist() for _ in range(80)]
    truth = [{int(item): 1.0 for item in rng.permutation(40)[:8]} for _ in range(80)]
    hits = find_hits(Lists.of(lists), Truth.of(truth))
    expected = [
        (user, row.index(item) + 1)
        for user, (row, held) in enumerate(zip(lists, truth, strict=True))
        for item in sorted(held.keys() & set(row), key=row.index)
    ]
    assert list(zip(hits.user.tolist(), hits.rank.tolist(), strict=True)) == expected
    table = hashing.empty_table(np.array([0, 3]), np.array([5, 9, 7]))
    assert (table.bits == 0) == bool(direct_slots)


def test_the_table_is_emptied_before_its_numbers_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, loop in ((hashing, "_mark_repeats"), (hits_module, "_scan")):
        monkeypatch.setattr(module, "LAST_STAMP", 7)
        monkeypatch.setattr(module, loop, getattr(module, loop).py_func)
    lists = Lists.of([[1, 2, 3], [3, 2, 1], [1, 3], [2, 1, 3, 0]])
    hits = find_hits(lists, Truth.of([{3: 1}, {1: 1, 0: 1}, {2: 1}, {0: 1}]))
    assert (hits.user.tolist(), hits.rank.tolist()) == ([0, 1, 3], [3, 3, 4])

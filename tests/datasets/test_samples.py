from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from recaudit.datasets import first_users


@given(st.sets(st.integers(0, 500), min_size=1), st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_a_smaller_sample_lies_in_a_larger_one(users: set[int], few: int, more: int, seed: int) -> None:
    few, more = sorted((few, more))
    listed = sorted(users)
    small, large = first_users(listed, few, seed), first_users(listed, more, seed)
    assert set(small) <= set(large)
    assert len(small) == min(few, len(listed))
    assert small == sorted(small)


def test_other_users_change_nothing_but_who_is_there() -> None:
    everybody = list(range(300))
    sample = set(first_users(everybody, 100, 4))
    without = first_users([user for user in everybody if user % 2], 50, 4)
    assert sample & {user for user in everybody if user % 2} <= set(first_users(everybody[1::2], 100, 4))
    assert len(without) == 50


def test_every_user_is_drawn_about_as_often() -> None:
    drawn = Counter(user for seed in range(2000) for user in first_users(list(range(20)), 5, seed))
    assert min(drawn.values()) > 400
    assert max(drawn.values()) < 600

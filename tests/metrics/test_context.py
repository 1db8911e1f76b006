from __future__ import annotations

import pytest

from recaudit.metrics import Lists, Shown, make_catalogue


def test_tail_and_head_keep_equal_popularity_together() -> None:
    catalogue = make_catalogue(Lists.of([[0, 1, 2, 3]]), 4)
    assert not catalogue.tail.any()
    assert catalogue.head.all()
    skewed = make_catalogue(Lists.of([[0, 1, 2]] + [[0]] * 7 + [[1]]), 5)
    assert skewed.popularity.tolist() == [8, 2, 1, 0, 0]
    assert skewed.tail.tolist() == [False, False, True, True, True]
    assert skewed.head.tolist() == [True, False, False, False, False]


def test_codes_and_numbers_of_users_must_fit_the_catalogue() -> None:
    catalogue = make_catalogue(Lists.of([[0]]), 1)
    with pytest.raises(ValueError, match=r"0\.\.0"):
        Shown(lists=Lists.of([[1]]), history=Lists.of([[0]]), catalogue=catalogue)
    with pytest.raises(ValueError, match="numbers of users differ"):
        Shown(lists=Lists.of([[0], [0]]), history=Lists.of([[0]]), catalogue=catalogue)

from __future__ import annotations

import os

import numpy as np
import pytest

from recaudit.metrics import threads
from recaudit.metrics.threads import in_parts, side_by_side


@pytest.mark.parametrize("size", [0, 1, 99, 100, 1001])
def test_parts_cover_all_rows_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 50)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    seen = np.zeros(size, np.int64)

    def visit(start: int, stop: int) -> None:
        seen[start:stop] += 1

    in_parts(visit, size)
    assert (seen == 1).all()


def test_an_error_in_a_part_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    with pytest.raises(KeyError, match="8"):
        in_parts(lambda _, stop: {2: 0, 4: 0, 6: 0}[stop], 8)


def test_side_by_side_keeps_the_order_and_is_never_far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    made = []

    def pieces():
        for number in range(20):
            made.append(number)
            yield number

    for at, result in enumerate(side_by_side(lambda number: number * 10, pieces())):
        assert result == at * 10
        assert len(made) <= at + 4
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda number: 1 // number, [1, 0]))

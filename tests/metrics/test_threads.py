from __future__ import annotations

import os

import numpy as np
import pytest

from recaudit.metrics import threads
from recaudit.metrics.threads import in_parts


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

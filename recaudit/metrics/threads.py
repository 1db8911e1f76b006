"""Spreading a pass over many rows over the processors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

ROWS_PER_THREAD = 500_000


def in_parts(work: Callable[[int, int], Result], size: int) -> list[Result]:
    """Call `work(start, stop)` on parts that cover all rows, at the same time when there are many.

    Args:
        work: Releases the interpreter lock while it works, and touches nothing that other parts write.
        size: Number of rows.

    Returns:
        What it returned for each part, in the order of the rows.

    >>> in_parts(lambda start, stop: (start, stop), 3)
    [(0, 3)]
    """
    parts = min(os.cpu_count() or 1, size // ROWS_PER_THREAD)
    if parts < 2:
        return [work(0, size)]
    borders = [size * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, borders[:-1], borders[1:]))

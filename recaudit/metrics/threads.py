"""Spreading a pass over many rows over the processors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS_PER_THREAD = 500_000


def in_parts(work: Callable[[int, int], object], size: int) -> None:
    """Call `work(start, stop)` on parts that cover all rows, at the same time when there are many.

    Args:
        work: Releases the interpreter lock while it works, and touches nothing that other parts write.
        size: Number of rows.

    >>> in_parts(print, 3)
    0 3
    """
    parts = min(os.cpu_count() or 1, size // ROWS_PER_THREAD)
    if parts < 2:
        work(0, size)
        return
    borders = [size * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, borders[:-1], borders[1:]))

"""Spreading a pass over many rows over the processors."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Piece = TypeVar("Piece")
Result = TypeVar("Result")

ROWS_PER_THREAD = 1_000_000


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


def side_by_side(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
    """What `work` returns for each piece, in order; it works on a few while the next are made.

    >>> list(side_by_side(len, ["a", "bcd"]))
    [1, 3]
    """
    threads = os.cpu_count() or 1
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

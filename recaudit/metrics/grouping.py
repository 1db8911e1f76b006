"""Bringing the rows of one user together, best first, and sorting only what is not sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.metrics.columns import IntArray, offsets_of
from recaudit.metrics.compiled import compiled
from recaudit.metrics.threads import in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.records import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Rows by user.

    Attributes:
        users: (n,) code of each user, none twice.
        offsets: (n + 1,) where each user's rows start and end.
        order: (rows,) which input row stands where, or None when the rows stay as they came.
        ties: Neighbouring rows of one user with equal keys.
        scattered: Whether the rows of a user did not come together.
    """

    users: IntArray
    offsets: IntArray
    order: NDArray[np.signedinteger] | None
    ties: int
    scattered: bool

    def arranged(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column in the order of the groups."""
        if self.order is None:
            return column
        order, arranged = self.order, np.empty_like(column)

        def take(start: int, stop: int) -> None:
            _take(column, order, arranged, start, stop)

        in_parts(take, column.size)
        return arranged

    def ties_broken_by(self, key: NDArray[Any], among: IntArray) -> Grouped:
        """Rows of one user with equal keys stand in descending order of `among`.

        >>> grouped = group_rows(np.array([1, 1, 1]), np.array([5, 5, 9]))
        >>> grouped.ties_broken_by(np.array([5, 5, 9]), np.array([3, 4, 8])).order
        array([1, 0, 2])
        """
        runs = np.cumsum(~ties_above(self.arranged(key), self.offsets))
        within = np.lexsort((-self.arranged(among), runs))
        return replace(self, order=within if self.order is None else self.order[within])

    def row(self, place: int) -> int:
        """The input row that stands at a place."""
        return place if self.order is None else int(self.order[place])


def group_rows(user: IntArray, key: NDArray[Any] | None = None, *, descending: bool = False) -> Grouped:
    """Group rows by user and order them by key within each; equal keys keep their order.

    Args:
        user: (rows,) code of the user.
        key: (rows,) rank or score without NaN, or None to keep the order of the rows.
        descending: Whether the largest key comes first.

    >>> grouped = group_rows(np.array([7, 7, 3]), np.array([0.1, 0.9, 0.5]), descending=True)
    >>> grouped.users, grouped.offsets, grouped.order
    (array([7, 3]), array([0, 2, 3]), array([1, 0, 2]))
    """
    order: NDArray[np.signedinteger] | None = None
    scattered = _is_scattered(user)
    if scattered:
        users, codes, low, counts = _number(user)
        offsets = offsets_of(counts[counts > 0])
        starts = np.zeros(counts.size, np.int64)
        starts[counts > 0] = offsets[:-1]
        if key is not None and key.dtype.kind == "i" and not descending:
            order = _by_rank(codes, low, key.astype(np.int64, copy=False), starts, counts)
            if order is not None:
                return Grouped(users=users, offsets=offsets, order=order, ties=0, scattered=True)
        order = _place(codes, low, starts)
        key = None if key is None else key[order]
    else:
        users, offsets = _blocks(user)
    if key is None:
        return Grouped(users=users, offsets=offsets, order=order, ties=0, scattered=scattered)
    if _in_order(key, offsets, strictly=True, descending=descending):
        return Grouped(users=users, offsets=offsets, order=order, ties=0, scattered=scattered)
    if not _in_order(key, offsets, strictly=False, descending=descending):
        values = key.astype(np.float64)
        within = _order_within(offsets, -values if descending else values)
        order = within if order is None else order[within]
        key = key[within]
    ties = int(ties_above(key, offsets).sum())
    return Grouped(users=users, offsets=offsets, order=order, ties=ties, scattered=scattered)


def ties_above(key: NDArray[Any], offsets: IntArray) -> NDArray[np.bool_]:
    """(rows,) whether the row before is of the same user and has the same key.

    >>> ties_above(np.array([3, 3, 3, 5]), np.array([0, 0, 2, 4]))
    array([False,  True, False, False])
    """
    ties = np.zeros(key.size, np.bool_)
    ties[1:] = key[1:] == key[:-1]
    ties[offsets[:-1][np.diff(offsets) > 0]] = False
    return ties


def is_unique(codes: IntArray) -> bool:
    """Whether no code comes twice; quick when they ascend."""
    return bool((codes[1:] > codes[:-1]).all()) or pd.Index(codes).is_unique


def _blocks(user: IntArray) -> tuple[IntArray, IntArray]:
    starts = np.flatnonzero(user[1:] != user[:-1]) + 1
    offsets = np.concatenate([[0], starts, [user.size]]) if user.size else np.zeros(1, np.int64)
    return user[offsets[:-1]], offsets


def _is_scattered(user: IntArray) -> bool:
    """Whether the rows of some user do not come together."""
    blocks, ascending = _count_blocks(user)
    if ascending:
        return False
    return blocks > int(user.max()) - int(user.min()) + 1 or not is_unique(_blocks(user)[0])


def _number(user: IntArray) -> tuple[IntArray, IntArray, int, IntArray]:
    """The different users, ascending; codes of the rows, the lowest code and the rows of each code."""
    low, high = int(user.min()), int(user.max())
    if high - low < 4 * user.size:
        counts = _count(user, low, high - low + 1)
        return np.flatnonzero(counts) + low, user, low, counts
    codes, users = pd.factorize(user, sort=True)
    return np.asarray(users, np.int64), codes.astype(np.int64), 0, np.bincount(codes)


def _by_rank(
    codes: IntArray, low: int, rank: IntArray, starts: IntArray, counts: IntArray
) -> NDArray[np.signedinteger] | None:
    """The order of the rows if the ranks of each user are 1, 2, ... without gaps and ties, else None.

    There are as many places as rows, so every place is filled only if no two rows share one.
    """
    order: NDArray[np.signedinteger] = np.full(codes.size, -1, np.int32)
    if codes.size >= 2**31:
        order = order.astype(np.int64)

    def place(start: int, stop: int) -> None:
        _place_by_rank(codes, low, rank, starts, counts, order, start, stop)

    in_parts(place, codes.size)
    return None if order.min() < 0 else order


def _in_order(key: NDArray[Any], offsets: IntArray, *, strictly: bool, descending: bool) -> bool:
    later, earlier = (key[:-1], key[1:]) if descending else (key[1:], key[:-1])
    good = later > earlier if strictly else later >= earlier
    good[offsets[1:-1] - 1] = True
    return bool(good.all())


@compiled
def _count_blocks(user: IntArray) -> tuple[int, bool]:  # pragma: no cover
    blocks, ascending = 1, True
    for row in range(1, user.size):
        blocks += user[row] != user[row - 1]
        ascending &= user[row] >= user[row - 1]
    return blocks, ascending


@compiled
def _count(codes: IntArray, low: int, size: int) -> IntArray:  # pragma: no cover
    counts = np.zeros(size, np.int64)
    for row in range(codes.size):
        counts[codes[row] - low] += 1
    return counts


@compiled
def _take(
    column: NDArray[Any], order: NDArray[np.signedinteger], taken: NDArray[Any], start: int, stop: int
) -> None:  # pragma: no cover
    for row in range(start, stop):
        taken[row] = column[order[row]]


@compiled
def _place(codes: IntArray, low: int, starts: IntArray) -> IntArray:  # pragma: no cover
    free = starts.copy()
    order = np.empty(codes.size, np.int64)
    for row in range(codes.size):
        code = codes[row] - low
        order[free[code]] = row
        free[code] += 1
    return order


@compiled
def _place_by_rank(  # noqa: PLR0917
    codes: IntArray,
    low: int,
    rank: IntArray,
    starts: IntArray,
    counts: IntArray,
    order: NDArray[np.signedinteger],
    start: int,
    stop: int,
) -> None:  # pragma: no cover
    for row in range(start, stop):
        code = codes[row] - low
        if 1 <= rank[row] <= counts[code]:
            order[starts[code] + rank[row] - 1] = row


@compiled
def _order_within(offsets: IntArray, key: FloatArray) -> IntArray:  # pragma: no cover
    order = np.empty(key.size, np.int64)
    for user in range(offsets.size - 1):
        start, stop = offsets[user], offsets[user + 1]
        order[start:stop] = start + np.argsort(key[start:stop], kind="mergesort")
    return order

"""Bringing the rows of one user together, best first, and sorting only what is not sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.compiled import compiled
from recaudit.metrics.columns import IntArray, offsets_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """A column by user, best first.

    Attributes:
        users: (n,) code of each user, none twice.
        offsets: (n + 1,) where each user's values start and end.
        values: (rows,) the column.
        ties: Neighbouring rows of one user with equal keys.
        scattered: Whether the rows of a user did not come together.
    """

    users: IntArray
    offsets: IntArray
    values: IntArray
    ties: int
    scattered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scattered:
    """Users whose rows do not come together.

    Attributes:
        users: (n,) code of each user, ascending.
        offsets: (n + 1,) where each user's rows belong.
        codes: (rows,) number of the user, counted from `low`.
        low: The smallest number.
        starts: (numbers + 1,) where the rows of each number belong, also of those that nobody has.
    """

    users: IntArray
    offsets: IntArray
    codes: IntArray
    low: int
    starts: IntArray


def find_scattered(user: IntArray) -> Scattered | None:
    """Who the users are and where their rows belong; None if the rows of each user come together."""
    if not user.size:
        return None
    parts = in_parts(lambda start, stop: _survey(user, start, stop), user.size)
    blocks, ascending = sum(part[0] for part in parts), all(part[1] for part in parts)
    low, high = min(part[2] for part in parts), max(part[3] for part in parts)
    if ascending or (blocks <= high - low + 1 and is_unique(_blocks(user)[0])):
        return None
    if high - low < 4 * user.size:
        codes, size = user, high - low + 1
    else:
        numbers, uniques = pd.factorize(user, sort=True)
        codes, low, size = numbers.astype(np.int64), 0, uniques.size
    counts = np.sum(in_parts(lambda start, stop: _count(codes[start:stop], low, size), user.size), axis=0)
    there = np.flatnonzero(counts)
    starts = offsets_of(counts)
    users = there + low if codes is user else np.asarray(uniques, np.int64)
    offsets = np.append(starts[there], user.size)
    return Scattered(users=users, offsets=offsets, codes=codes, low=low, starts=starts)


def arrange_by_rank(scattered: Scattered, rank: NDArray[Any], column: IntArray) -> Arranged | None:
    """Put each value of scattered rows straight in its place, if ranks without gaps and ties tell it.

    Args:
        scattered: The users of the rows.
        rank: (rows,) numbers.
        column: (rows,) values.

    Returns:
        None if the ranks are not whole numbers that go up by one from the same first one for all users.

    >>> scattered = find_scattered(np.array([7, 3, 7]))
    >>> arrange_by_rank(scattered, np.array([2, 1, 1]), np.array([10, 20, 30])).values
    array([20, 30, 10], dtype=int32)
    """
    values = _in_place(scattered, rank, column) if rank.dtype.kind == "i" else None
    if values is None:
        return None
    users, offsets = scattered.users, scattered.offsets
    return Arranged(users=users, offsets=offsets, values=values, ties=0, scattered=True)


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
    return group_found(user, find_scattered(user), key, descending=descending)


def group_found(
    user: IntArray, found: Scattered | None, key: NDArray[Any] | None, *, descending: bool
) -> Grouped:
    """Group rows of which `find_scattered` told whether they come together."""
    order: NDArray[np.signedinteger] | None = None
    scattered = found is not None
    if found is not None:
        users, offsets = found.users, found.offsets
        order = _place(found.codes, found.low, found.starts)
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
    def starts(start: int, stop: int) -> IntArray:
        start = max(start, 1)
        return np.flatnonzero(user[start:stop] != user[start - 1 : stop - 1]) + start

    ends = [user.size] if user.size else []
    offsets = np.concatenate([[0], *in_parts(starts, user.size), ends]).astype(np.int64, copy=False)
    return user[offsets[:-1]], offsets


def _in_place(scattered: Scattered, rank: NDArray[Any], column: IntArray) -> IntArray | None:
    """The column with each value at the place that its rank tells; None if ranks have gaps or ties.

    There are as many places as rows, so every place is filled only if no two rows share one.
    """
    low, high, first = int(column.min()), int(column.max()), int(rank.min())
    small = low > -(2**31) and high < 2**31
    empty = -(2**31) if small else low - 1
    if empty < -(2**63) or int(rank.max()) - first >= rank.size:
        return None
    values: IntArray = np.full(column.size, empty, np.int32 if small else np.int64)

    def put(start: int, stop: int) -> bool:
        part = slice(start, stop)
        return _put(
            scattered.codes[part], scattered.low, scattered.starts, rank[part], first, column[part], values
        )

    return values if all(in_parts(put, column.size)) and values.min() > empty else None


def _in_order(key: NDArray[Any], offsets: IntArray, *, strictly: bool, descending: bool) -> bool:
    borders = offsets[1:-1]

    def ordered(start: int, stop: int) -> bool:
        start = max(start, 1)
        later, earlier = key[start:stop], key[start - 1 : stop - 1]
        if descending:
            later, earlier = earlier, later
        good = later > earlier if strictly else later >= earlier
        first, last = np.searchsorted(borders, [start, stop])
        good[borders[first:last] - start] = True
        return bool(good.all())

    return all(in_parts(ordered, key.size))


@compiled
def _survey(user: IntArray, start: int, stop: int) -> tuple[int, bool, int, int]:  # pragma: no cover
    """Return how many rows differ from the one before, whether all ascend, the smallest and the largest."""
    blocks, ascending = 1 if start == 0 else 0, True
    low = high = before = user[start - 1 if start else 0]
    for row in range(start, stop):
        code = user[row]
        blocks += code != before
        ascending &= code >= before
        low = code if code < low else low
        high = code if code > high else high
        before = code
    return blocks, ascending, low, high


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
def _put(  # noqa: PLR0917
    codes: IntArray,
    low: int,
    starts: IntArray,
    rank: NDArray[np.signedinteger],
    first: int,
    column: IntArray,
    values: NDArray[np.signedinteger],
) -> bool:  # pragma: no cover
    """Put values at their places, and return whether every rank is one of its user."""
    for row in range(codes.size):
        code = codes[row] - low
        place = starts[code] + rank[row] - first
        if place >= starts[code + 1]:
            return False
        values[place] = column[row]
    return True


@compiled
def _order_within(offsets: IntArray, key: FloatArray) -> IntArray:  # pragma: no cover
    order = np.empty(key.size, np.int64)
    for user in range(offsets.size - 1):
        start, stop = offsets[user], offsets[user + 1]
        order[start:stop] = start + np.argsort(key[start:stop], kind="mergesort")
    return order

"""Bringing the rows of one user together, best first, and sorting only what is not sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.metrics.columns import IntArray, offsets_of
from recaudit.metrics.compiled import compiled

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
    order: IntArray | None
    ties: int
    scattered: bool

    def arranged(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column in the order of the groups."""
        return column if self.order is None else column[self.order]

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
    users, offsets = _blocks(user)
    order = None
    scattered = not is_unique(users)
    if scattered:
        users, codes = _number(user)
        counts = np.bincount(codes, minlength=users.size)
        offsets = offsets_of(counts)
        order = _place(codes, offsets[:-1].copy())
        key = None if key is None else key[order]
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


def _number(user: IntArray) -> tuple[IntArray, IntArray]:
    """The different users, ascending, and for each row the position of its user among them."""
    low, high = int(user.min()), int(user.max())
    if high - low < 4 * user.size:
        present = np.zeros(high - low + 1, np.bool_)
        present[user - low] = True
        users = np.flatnonzero(present) + low
        return users, (np.cumsum(present) - 1)[user - low]
    codes, users = pd.factorize(user, sort=True)
    return np.asarray(users, np.int64), codes.astype(np.int64)


def _in_order(key: NDArray[Any], offsets: IntArray, *, strictly: bool, descending: bool) -> bool:
    later, earlier = (key[:-1], key[1:]) if descending else (key[1:], key[:-1])
    good = later > earlier if strictly else later >= earlier
    good[offsets[1:-1] - 1] = True
    return bool(good.all())


@compiled
def _place(codes: IntArray, free: IntArray) -> IntArray:  # pragma: no cover
    order = np.empty(codes.size, np.int64)
    for row in range(codes.size):
        order[free[codes[row]]] = row
        free[codes[row]] += 1
    return order


@compiled
def _order_within(offsets: IntArray, key: FloatArray) -> IntArray:  # pragma: no cover
    order = np.empty(key.size, np.int64)
    for user in range(offsets.size - 1):
        start, stop = offsets[user], offsets[user + 1]
        order[start:stop] = start + np.argsort(key[start:stop], kind="mergesort")
    return order

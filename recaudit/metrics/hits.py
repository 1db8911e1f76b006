"""Finding the relevant items in the lists: the one pass over the data that all ranking metrics share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.compiled import compiled
from recaudit.errors import DataError
from recaudit.metrics.hashing import LAST_STAMP, empty_table, find_slot, mark_repeats
from recaudit.metrics.threads import in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray, Lists, Truth
    from recaudit.records import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Where relevant items stand in the lists, and what a metric needs besides.

    Attributes:
        user: (h,) position of the user, ascending.
        rank: (h,) 1-based rank in the user's list, ascending within a user.
        grade: (h,) grade, above 0.
        ordinal: (h,) 1 for a user's first hit, 2 for the second, and so on.
        relevant: (n,) number of relevant held-out items.
        length: (n,) number of listed items.
        truth: The held-out items, for the ideal list.
        highest_grade: The top of the grade scale.
        candidates: Number of items that could have been ranked for each user, (n,) or one for all; None when
            unknown.
    """

    user: IntArray
    rank: IntArray
    grade: FloatArray
    ordinal: IntArray
    relevant: IntArray
    length: IntArray
    truth: Truth
    highest_grade: float
    candidates: IntArray | int | None

    @property
    def n_users(self) -> int:
        """Number of users, those without lists or truth included."""
        return self.relevant.size


class RepeatedItemError(DataError):
    """A list, or a user's held-out items, holds an item twice.

    Args:
        what: "list" or "held-out items".
        user: Position of the user.
        item: Code of the item.
        first: Row of the first occurrence in the flat items.
        second: Row of the second.
    """

    def __init__(self, what: str, *, user: int, item: int, first: int, second: int) -> None:
        self.what, self.user, self.item, self.first, self.second = what, user, item, first, second
        super().__init__(f"the {what} of user {user} hold(s) item {item} twice, in rows {first} and {second}")


def find_hits(
    lists: Lists,
    truth: Truth,
    *,
    candidates: IntArray | int | None = None,
    highest_grade: float | None = None,
) -> Hits:
    """Find the relevant items in the lists.

    Args:
        lists: One list per user.
        truth: Held-out items of the same users in the same order.
        candidates: Number of items that could have been ranked, for `auc`.
        highest_grade: Top of the grade scale, for `err`; the highest grade in `truth` when None.

    Raises:
        RepeatedItemError: If a list or a user's held-out items hold an item twice.
        ValueError: If the numbers of users differ.

    >>> from recaudit.metrics import Lists, Truth
    >>> hits = find_hits(Lists.of([[7, 8, 9]]), Truth.of([{9: 2, 7: 1, 5: 1, 8: 0}]))
    >>> hits.rank, hits.grade, hits.ordinal, hits.relevant
    (array([1, 3]), array([1., 2.]), array([1, 2]), array([3]))
    """
    if lists.n_users != truth.n_users:
        raise ValueError(f"{lists.n_users} lists came with the held-out items of {truth.n_users} users")
    user, rank, grade, ordinal, relevant = _found(lists, truth)
    if highest_grade is None:
        highest_grade = float(truth.grades.max(initial=0.0))
    return Hits(
        user=user,
        rank=rank,
        grade=grade,
        ordinal=ordinal,
        relevant=relevant,
        length=lists.lengths,
        truth=truth,
        highest_grade=highest_grade,
        candidates=candidates,
    )


def _found(lists: Lists, truth: Truth) -> tuple[IntArray, IntArray, FloatArray, IntArray, IntArray]:
    """User, rank, grade and ordinal of the hits, and each user's number of relevant items."""
    room = truth.items.size
    rank, user, grade = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.float64)
    ordinal, relevant = np.empty(room, np.int64), np.zeros(truth.n_users, np.int64)
    columns = (lists.offsets, lists.items, truth.offsets, truth.items, truth.grades)

    def scan(start: int, stop: int) -> tuple[slice, int]:
        first, last = np.searchsorted(lists.offsets[:-1], [start, stop])
        last = lists.n_users if stop == lists.items.size else last
        begin, end = int(truth.offsets[first]), int(truth.offsets[last])
        listed = lists.items[lists.offsets[first] : lists.offsets[last]]
        table = empty_table(lists.offsets[first : last + 1], listed, truth.items[begin:end])
        end, repeated = _scan(*columns, user, rank, grade, ordinal, relevant, begin, first, last, *table)
        return slice(begin, end), repeated

    parts = in_parts(scan, lists.items.size)
    for _, repeated in parts:
        if repeated >= 0:
            raise _repeat("list", lists.offsets, lists.items, repeated)
    refuse_repeats(truth, "held-out items")
    if len(parts) == 1:
        hits = parts[0][0]
        return user[hits], rank[hits], grade[hits], ordinal[hits], relevant
    user, rank, ordinal = (
        np.concatenate([column[hits] for hits, _ in parts]) for column in (user, rank, ordinal)
    )
    return user, rank, np.concatenate([grade[hits] for hits, _ in parts]), ordinal, relevant


def refuse_repeats(lists: Lists | Truth, what: str = "list") -> None:
    """Refuse lists that hold an item twice.

    Raises:
        RepeatedItemError: If one does.
    """
    repeated = mark_repeats(lists.offsets, lists.items)
    if repeated.any():
        raise _repeat(what, lists.offsets, lists.items, int(np.argmax(repeated)))


def _repeat(what: str, offsets: IntArray, items: IntArray, row: int) -> RepeatedItemError:
    user = int(np.searchsorted(offsets, row, side="right")) - 1
    start = int(offsets[user])
    first = start + int(np.flatnonzero(items[start:row] == items[row])[0])
    return RepeatedItemError(what, user=user, item=int(items[row]), first=first, second=row)


@compiled
def _scan(  # noqa: C901, PLR0917
    list_offsets: IntArray,
    list_items: IntArray,
    truth_offsets: IntArray,
    truth_items: IntArray,
    truth_grades: FloatArray,
    user: IntArray,
    rank: IntArray,
    grade: FloatArray,
    ordinal: IntArray,
    relevant: IntArray,
    begin: int,
    first_user: int,
    last_user: int,
    keys: IntArray,
    stamps: NDArray[np.int32],
    low: int,
    bits: int,
) -> tuple[int, int]:  # pragma: no cover
    """Fill the hit columns from `begin` on with the hits of some users.

    Returns:
        Where the hits end, and the row of the first repeated item or -1.
    """
    found, stamp = begin, 1
    for u in range(first_user, last_user):
        start, stop = list_offsets[u], list_offsets[u + 1]
        if stamp + stop - start >= LAST_STAMP:
            for slot in range(stamps.size):  # a slice takes longer to compile
                stamps[slot] = 0
            stamp = 1
        for row in range(start, stop):
            slot = find_slot(keys, stamps, low, bits, stamp, list_items[row])
            if stamps[slot] >= stamp:
                return found, row
            stamps[slot] = stamp + row - start
            if bits:
                keys[slot] = list_items[row]
        first_hit = found
        for row in range(truth_offsets[u], truth_offsets[u + 1]):
            if truth_grades[row] <= 0:
                continue
            relevant[u] += 1
            slot = find_slot(keys, stamps, low, bits, stamp, truth_items[row])
            place = stamps[slot] - stamp + 1
            if place < 1:
                continue
            at = found
            while at > first_hit and rank[at - 1] > place:
                rank[at] = rank[at - 1]
                grade[at] = grade[at - 1]
                at -= 1
            rank[at] = place
            grade[at] = truth_grades[row]
            found += 1
        for hit in range(first_hit, found):
            user[hit] = u
            ordinal[hit] = hit - first_hit + 1
        stamp += stop - start
    return found, -1

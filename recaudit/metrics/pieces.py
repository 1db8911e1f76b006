"""Measuring some of the users at a time; the pieces join to the same result as one pass over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from recaudit.errors import DataError
from recaudit.metrics.columns import IntArray, Lists, Truth, offsets_of
from recaudit.metrics.grouping import Grouped, group_rows
from recaudit.metrics.hashing import mark_repeats
from recaudit.metrics.hits import Hits, RepeatedItemError, find_hits
from recaudit.metrics.ids import examples, refuse_different_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recaudit.metrics.spec import MetricLabel
    from recaudit.metrics.tables import HeldOut, OrderedBy, Recommended
    from recaudit.records import FloatArray

OnDuplicate: TypeAlias = Literal["error", "first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Who was measured and who was not.

    Attributes:
        users: Users with a relevant held-out item; the means are over them.
        users_without_truth: Users with a list and no relevant held-out item: no value.
        users_without_list: Users with a relevant held-out item and no list: they score 0.
        short_lists: Lists with fewer items than the largest cut-off.
        ties: Neighbouring items of a list with the same rank or score; they keep the order of the rows.
        repeats_removed: Items left out because they stood earlier in the same list.
    """

    users: int = 0
    users_without_truth: int = 0
    users_without_list: int = 0
    short_lists: int = 0
    ties: int = 0
    repeats_removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What `evaluate` found.

    Attributes:
        per_user: Index `user`, a column per metric; NaN for users without a relevant held-out item.
        counts: Who was measured and who was not.
        ordered_by: What put the lists in order: "rank", "score" or the order of the "rows".
    """

    per_user: pd.DataFrame
    counts: Counts
    ordered_by: OrderedBy

    @property
    def mean(self) -> dict[str, float]:
        """Mean of each metric over the users that have a value; NaN when there is none."""
        return {str(name): float(value) for name, value in self.per_user.mean().items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some users with one array per metric, and their counts."""

    users: pd.Index
    values: tuple[FloatArray, ...]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be measured against which held-out items.

    Attributes:
        rows: The held-out items.
        groups: Their rows by user.
        users: The users' ids in the order of the groups.
        labels: Ranking metrics.
        on_duplicate: What to do with a repeated item in a list.
        candidates: Number of items that could have been listed for each user.
    """

    rows: HeldOut
    groups: Grouped
    users: pd.Index
    labels: Sequence[MetricLabel]
    on_duplicate: OnDuplicate
    candidates: int | None

    @classmethod
    def of(
        cls, rows: HeldOut, labels: Sequence[MetricLabel], on_duplicate: OnDuplicate, candidates: int | None
    ) -> Task:
        """Group the held-out rows by user."""
        groups = group_rows(rows.user.codes)
        users = rows.user.index(groups.users, "user")
        return cls(
            rows=rows,
            groups=groups,
            users=users,
            labels=labels,
            on_duplicate=on_duplicate,
            candidates=candidates,
        )

    def truth(self, items: IntArray, place: IntArray) -> Truth:
        """The held-out items of the users at these places, nothing for place -1."""
        groups = self.groups
        items, grades = groups.arranged(items), groups.arranged(self.rows.grade)
        if np.array_equal(place, np.arange(len(self.users))):
            return Truth(offsets=groups.offsets, items=items, grades=grades)
        lengths = np.where(place < 0, 0, np.diff(groups.offsets)[place])
        offsets = offsets_of(lengths)
        row = np.arange(offsets[-1]) + np.repeat(groups.offsets[:-1][place] - offsets[:-1], lengths)
        return Truth(offsets=offsets, items=items[row], grades=grades[row])

    def hits(self, lists: Lists, truth: Truth) -> Hits:
        """The hits, on the grade scale of all held-out items."""
        highest = float(self.rows.grade.max())
        return find_hits(lists, truth, candidates=self.candidates, highest_grade=highest)


def measure_listed(rows: Recommended, groups: Grouped, task: Task) -> tuple[Piece, IntArray]:
    """Measure the users who have a list.

    Returns:
        The piece, and each user's place among the users of the task, -1 for one without held-out items.

    Raises:
        DataError: If ids are of different types on the two sides, or an item comes twice.
    """
    refuse_different_types(rows.user, task.rows.user, "user")
    refuse_different_types(rows.item, task.rows.item, "item")
    users = rows.user.index(groups.users, "user")
    same = users.size == task.users.size and users.equals(task.users)
    place = np.arange(users.size) if same else task.users.get_indexer(users).astype(np.int64)
    lists, removed = Lists(offsets=groups.offsets, items=groups.arranged(rows.item.codes)), 0
    if task.on_duplicate == "first":
        lists, removed = _without_repeats(lists)
    items = task.rows.item.matched_to(rows.item)
    try:
        hits = task.hits(lists, task.truth(items.codes, place))
    except RepeatedItemError as error:
        user, item = rows.user.name(groups.users[error.user]), items.name(error.item)
        if error.what != "list":
            raise _repeated_truth(user, item) from error
        raise DataError(
            f"the list of user {user!r} holds item {item!r} twice, in rows {groups.row(error.first)} and "
            f"{groups.row(error.second)}; remove repeats or choose on_duplicate='first'"
        ) from error
    return _piece(users, hits, task, ties=groups.ties, removed=removed), place


def measure_unlisted(task: Task, place: IntArray) -> Piece:
    """Measure the users at these places of the task, who have no list.

    Raises:
        DataError: If a user's held-out items hold an item twice.
    """
    nobody = Lists(offsets=np.zeros(place.size + 1, np.int64), items=np.zeros(0, np.int64))
    users = task.users[place]
    try:
        hits = task.hits(nobody, task.truth(task.rows.item.codes, place))
    except RepeatedItemError as error:
        user = task.rows.user.name(task.groups.users[place[error.user]])
        raise _repeated_truth(user, task.rows.item.name(error.item)) from error
    return _piece(users, hits, task, ties=0, removed=0)


def join(pieces: Sequence[Piece], unlisted: NDArray[np.bool_], task: Task, last: Recommended) -> Evaluation:
    """Join measured pieces and add the users without a list.

    Args:
        pieces: Pieces of users with lists.
        unlisted: Which of the task's users had none.
        task: What was measured.
        last: The last rows seen, for messages.

    Raises:
        DataError: If no listed user has held-out items.
    """
    if unlisted.all():
        raise DataError(
            f"no user of the recommendations ({examples(last.user)}) is in the truth "
            f"({examples(task.rows.user)}); check that both use the same ids"
        )
    whole = [*pieces, measure_unlisted(task, np.flatnonzero(unlisted))] if unlisted.any() else list(pieces)
    columns = {
        str(label): np.concatenate([piece.values[at] for piece in whole])
        for at, label in enumerate(task.labels)
    }
    index = whole[0].users.append([piece.users for piece in whole[1:]])
    fields = Counts.__slots__
    counts = Counts(**{name: sum(getattr(piece.counts, name) for piece in whole) for name in fields})
    return Evaluation(
        per_user=pd.DataFrame(columns, index=index, copy=False), counts=counts, ordered_by=last.ordered_by
    )


def _piece(users: pd.Index, hits: Hits, task: Task, *, ties: int, removed: int) -> Piece:
    deepest = max((label.k or 0) for label in task.labels)
    listed, relevant = hits.length > 0, hits.relevant > 0
    counts = Counts(
        users=int(relevant.sum()),
        users_without_truth=int((listed & ~relevant).sum()),
        users_without_list=int((relevant & ~listed).sum()),
        short_lists=int((listed & (hits.length < deepest)).sum()),
        ties=ties,
        repeats_removed=removed,
    )
    return Piece(users=users, values=tuple(label.compute(hits) for label in task.labels), counts=counts)


def _without_repeats(lists: Lists) -> tuple[Lists, int]:
    repeated = mark_repeats(lists.offsets, lists.items)
    before = np.concatenate([[0], np.cumsum(~repeated)])
    return Lists(offsets=before[lists.offsets], items=lists.items[~repeated]), int(repeated.sum())


def _repeated_truth(user: object, item: object) -> DataError:
    return DataError(f"the truth holds item {item!r} of user {user!r} twice; remove repeated rows")

"""Measuring some of the users at a time; the pieces join to the same result as one pass over all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from recaudit.errors import DataError
from recaudit.metrics.columns import IntArray, Lists, Truth, offsets_of
from recaudit.metrics.grouping import (
    Arranged,
    Grouped,
    Scattered,
    arrange_by_rank,
    find_scattered,
    group_found,
    group_rows,
)
from recaudit.metrics.hashing import mark_repeats
from recaudit.metrics.hits import RepeatedItemError, find_hits
from recaudit.metrics.ids import Ids, refuse_different_types
from recaudit.metrics.places import Places
from recaudit.records.notebook import as_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recaudit.metrics.spec import MetricLabel
    from recaudit.metrics.tables import HeldOut, Names, OrderedBy, Recommended
    from recaudit.records import FloatArray

OnDuplicate: TypeAlias = Literal["error", "first"]
Ties: TypeAlias = Literal["rows", "id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Who was measured and who was not.

    Attributes:
        users: Users with a relevant held-out item; the means are over them.
        users_without_truth: Users with a list and no relevant held-out item: no value.
        users_without_list: Users with a relevant held-out item and no list: they score 0.
        short_lists: Lists with fewer items than the largest cut-off.
        ties: Neighbouring items of a list with the same rank or score.
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

    def to_pandas(self) -> pd.DataFrame:
        """A row per user, a column per metric; a copy of `per_user`."""
        return self.per_user.copy()

    def _repr_html_(self) -> str:
        """The means and who was measured, for a notebook."""
        users = [int(column.notna().sum()) for _, column in self.per_user.items()]
        means = pd.DataFrame({"metric": list(self.mean), "mean": list(self.mean.values()), "users": users})
        told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in asdict(self.counts).items())
        return as_html(f"Ranking quality, lists in order of {self.ordered_by}", means, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some users with one array per metric, and their counts."""

    users: pd.Index
    values: tuple[FloatArray, ...]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be measured, whatever the data.

    Attributes:
        labels: Ranking metrics.
        names: The columns of the tables.
        on_duplicate: What to do with a repeated item in a list.
        ties: What puts items with equal rank or score in order.
        candidates: Number of items that could have been listed for each user.
    """

    labels: Sequence[MetricLabel]
    names: Names
    on_duplicate: OnDuplicate
    ties: Ties
    candidates: int | None

    @property
    def deepest(self) -> int:
        """The largest cut-off, 0 when no metric has one."""
        return max((label.k or 0) for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Some users' values, and what kind of users they are.

    Attributes:
        values: (n,) per metric.
        listed: (n,) whether the user has a list.
        relevant: (n,) whether the user has a relevant held-out item.
        short: (n,) whether the user has a list with fewer items than the largest cut-off.
    """

    values: tuple[FloatArray, ...]
    listed: NDArray[np.bool_]
    relevant: NDArray[np.bool_]
    short: NDArray[np.bool_]


def measure(lists: Lists, truth: Truth, question: Question, *, highest_grade: float) -> Measured:
    """Measure some users: the one function that tables, files and clusters call on their part of the data.

    Args:
        lists: One list per user.
        truth: Held-out items of the same users in the same order.
        question: What to measure.
        highest_grade: Top of the grade scale of all held-out items.

    Raises:
        RepeatedItemError: If a list or a user's held-out items hold an item twice.
    """
    hits = find_hits(lists, truth, candidates=question.candidates, highest_grade=highest_grade)
    listed = hits.length > 0
    return Measured(
        values=tuple(label.compute(hits) for label in question.labels),
        listed=listed,
        relevant=hits.relevant > 0,
        short=listed & (hits.length < question.deepest),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be measured against which held-out items.

    Attributes:
        rows: The held-out items.
        groups: Their rows by user.
        users: The users' ids in the order of the groups.
        places: Where the code of a user stands among them.
        items, grades: The columns of the rows in the order of the groups.
        highest_grade: Top of the grade scale.
        question: What to measure.
    """

    rows: HeldOut
    groups: Grouped
    users: pd.Index
    places: Places
    items: IntArray
    grades: FloatArray
    highest_grade: float
    question: Question

    @classmethod
    def of(cls, rows: HeldOut, question: Question) -> Task:
        """Group the held-out rows by user."""
        groups = group_rows(rows.user.codes)
        return cls(
            rows=rows,
            groups=groups,
            users=rows.user.index(groups.users, "user"),
            places=Places.of(groups.users),
            items=groups.arranged(rows.item.codes),
            grades=groups.arranged(rows.grade),
            highest_grade=float(rows.grade.max()),
            question=question,
        )

    def truth(self, place: IntArray) -> Truth:
        """The held-out items of the users at these places, nothing for place -1."""
        groups = self.groups
        if place.size and place[0] >= 0 and (place[1:] - place[:-1] == 1).all():
            offsets = groups.offsets[place[0] : place[-1] + 2]
            rows = slice(offsets[0], offsets[-1])
            return Truth(offsets=offsets - offsets[0], items=self.items[rows], grades=self.grades[rows])
        lengths = np.where(place < 0, 0, np.diff(groups.offsets)[place])
        offsets = offsets_of(lengths)
        row = np.arange(offsets[-1]) + np.repeat(groups.offsets[:-1][place] - offsets[:-1], lengths)
        return Truth(offsets=offsets, items=self.items[row], grades=self.grades[row])

    def measure(self, lists: Lists, truth: Truth) -> Measured:
        """Measure these lists on the grade scale of all held-out items.

        Raises:
            DataError: If a user's held-out items hold an item twice.
            RepeatedItemError: If a list does.
        """
        try:
            return measure(lists, truth, self.question, highest_grade=self.highest_grade)
        except RepeatedItemError as error:
            if error.what == "list":
                raise
            held = Lists(offsets=self.groups.offsets, items=self.items)
            message = _repeats(held, self.groups, self.rows.user, self.rows.item)
            raise DataError(
                f"column '{self.question.names.item}' of the truth {message}; remove repeated rows"
            ) from error


def arrange_recommended(rows: Recommended, question: Question) -> Arranged:
    """Bring each user's items together, best first."""
    found = find_scattered(rows.user.codes)
    if found is not None and rows.ordered_by == "rank" and rows.key is not None:
        arranged = arrange_by_rank(found, rows.key, rows.item.codes)
        if arranged is not None:
            return arranged
    groups = _group_recommended(rows, found, question)
    return Arranged(
        users=groups.users,
        offsets=groups.offsets,
        values=groups.arranged(rows.item.codes),
        ties=groups.ties,
        scattered=groups.scattered,
    )


def _group_recommended(rows: Recommended, found: Scattered | None, question: Question) -> Grouped:
    groups = group_found(rows.user.codes, found, rows.key, descending=rows.ordered_by == "score")
    if question.ties == "rows" or rows.key is None or groups.ties == 0:
        return groups
    return groups.ties_broken_by(rows.key, rows.item.order)


def measure_listed(rows: Recommended, arranged: Arranged, task: Task) -> tuple[Piece, IntArray]:
    """Measure the users who have a list.

    Returns:
        The piece, and each user's place among the users of the task, -1 for one without held-out items.

    Raises:
        DataError: If ids are of different types on the two sides, or an item comes twice.
    """
    refuse_different_types(rows.user, task.rows.user, "user")
    refuse_different_types(rows.item, task.rows.item, "item")
    place = task.places.find(arranged.users)
    lists = whole = Lists(offsets=arranged.offsets, items=arranged.values)
    if task.question.on_duplicate == "first":
        lists = without_repeats(whole)
    try:
        measured = task.measure(lists, task.truth(place))
    except RepeatedItemError as error:
        groups = _group_recommended(rows, find_scattered(rows.user.codes), task.question)
        message = _repeats(whole, groups, rows.user, rows.item)
        raise DataError(
            f"column '{task.question.names.item}' of the recommendations {message}; remove repeats or choose "
            "on_duplicate='first'"
        ) from error
    removed = whole.items.size - lists.items.size
    same = np.array_equal(arranged.users, task.groups.users)
    users = task.users if same else rows.user.index(arranged.users, "user")
    return _piece(users, measured, ties=arranged.ties, removed=removed), place


def measure_unlisted(task: Task, place: IntArray) -> Piece:
    """Measure the users at these places of the task, who have no list.

    Raises:
        DataError: If a user's held-out items hold an item twice.
    """
    nobody = Lists(offsets=np.zeros(place.size + 1, np.int64), items=np.zeros(0, np.int64))
    measured = task.measure(nobody, task.truth(place))
    return _piece(task.users[place], measured, ties=0, removed=0)


def join(
    pieces: Sequence[Piece], unlisted: NDArray[np.bool_], task: Task, ordered_by: OrderedBy
) -> Evaluation:
    """Join measured pieces and add the users without a list.

    Args:
        pieces: Pieces of users with lists.
        unlisted: Which of the task's users had none.
        task: What was measured.
        ordered_by: What put the lists in order.

    Raises:
        DataError: If no listed user has held-out items.
    """
    if unlisted.all():
        listed = pieces[0].users.append([piece.users for piece in pieces[1:]])
        raise no_common_user(
            task.question.names.user,
            listed=(len(listed), listed[:3].tolist()),
            held=(len(task.users), task.users[:3].tolist()),
        )
    whole = [*pieces, measure_unlisted(task, np.flatnonzero(unlisted))] if unlisted.any() else list(pieces)
    columns = {
        str(label): np.concatenate([piece.values[at] for piece in whole])
        for at, label in enumerate(task.question.labels)
    }
    index = whole[0].users.append([piece.users for piece in whole[1:]])
    fields = Counts.__slots__
    counts = Counts(**{name: sum(getattr(piece.counts, name) for piece in whole) for name in fields})
    return Evaluation(
        per_user=pd.DataFrame(columns, index=index, copy=False), counts=counts, ordered_by=ordered_by
    )


def no_common_user(
    column: str, *, listed: tuple[int, Sequence[object]], held: tuple[int, Sequence[object]]
) -> DataError:
    """The error for tables without a common user; each side is a number of users and some of them."""
    some, others = (", ".join(map(repr, users)) for _, users in (listed, held))
    return DataError(
        f"column '{column}': none of the {listed[0]} user(s) of the recommendations ({some}) is among the "
        f"{held[0]} of the truth ({others}); check that both use the same ids"
    )


def without_repeats(lists: Lists) -> Lists:
    """The lists with only the first place of each item."""
    repeated = mark_repeats(lists.offsets, lists.items)
    before = np.concatenate([[0], np.cumsum(~repeated)])
    return Lists(offsets=before[lists.offsets], items=lists.items[~repeated])


def _piece(users: pd.Index, measured: Measured, *, ties: int, removed: int) -> Piece:
    listed, relevant = measured.listed, measured.relevant
    counts = Counts(
        users=int(relevant.sum()),
        users_without_truth=int((listed & ~relevant).sum()),
        users_without_list=int((relevant & ~listed).sum()),
        short_lists=int(measured.short.sum()),
        ties=ties,
        repeats_removed=removed,
    )
    return Piece(users=users, values=measured.values, counts=counts)


def _repeats(lists: Lists, groups: Grouped, user: Ids, item: Ids) -> str:
    """How often lists repeat an item, and the first example."""
    repeated = mark_repeats(lists.offsets, lists.items)
    second = int(np.argmax(repeated))
    owner = int(np.searchsorted(lists.offsets, second, side="right")) - 1
    start, code = int(lists.offsets[owner]), int(lists.items[second])
    first = start + int(np.argmax(lists.items[start:second] == code))
    return (
        f"repeats an item of the same user in {int(repeated.sum())} of {repeated.size} row(s): user "
        f"{user.name(groups.users[owner])!r} holds item {item.name(code)!r} twice, in rows {groups.row(first)} "
        f"and {groups.row(second)}"
    )

"""Ranking quality of whole tables of recommendations: one value per user and metric, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from recaudit.errors import DataError, InputError
from recaudit.metrics.columns import IntArray, Lists, Truth, offsets_of
from recaudit.metrics.grouping import Grouped, group_rows
from recaudit.metrics.hashing import mark_repeats
from recaudit.metrics.hits import Hits, RepeatedItemError, find_hits
from recaudit.metrics.ids import Ids, examples, refuse_different_types
from recaudit.metrics.spec import MetricLabel, parse_label
from recaudit.metrics.tables import HeldOut, Names, OrderedBy, Recommended, read_held_out, read_recommended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from narwhals.stable.v2.typing import IntoDataFrame

OnDuplicate = Literal["error", "first"]


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

    users: int
    users_without_truth: int
    users_without_list: int
    short_lists: int
    ties: int
    repeats_removed: int


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


def evaluate(
    recommendations: IntoDataFrame | Mapping[Any, Any] | str | Path,
    truth: IntoDataFrame | Mapping[Any, Any] | str | Path,
    metrics: Sequence[str],
    *,
    user: str = "user",
    item: str = "item",
    rank: str | None = None,
    score: str | None = None,
    relevance: str | None = None,
    on_duplicate: OnDuplicate = "error",
    candidates: int | None = None,
) -> Evaluation:
    """Compute ranking metrics for each user.

    An explicit rank decides the order of a list, else the score (largest first), else the order of the rows.
    Ranks only order: gaps between them do not count. Ids keep their type: 1 and "1" are different.

    Args:
        recommendations: Table with a row per listed item (pandas, polars, Arrow), dictionary of user to items or
            to {item: score}, or path of a parquet file or folder, which is read in pieces.
        truth: The same with held-out items and, where they have them, grades.
        metrics: Labels such as "ndcg@10".
        user: Column of the user.
        item: Column of the item.
        rank: Column of the rank; None takes a column "rank" if there is one and no score is named.
        score: Column of the score; None takes a column "score" if there is one.
        relevance: Column of the grade in `truth`; None takes "grade" if there is one, else every row has grade 1.
        on_duplicate: Whether a repeated item in a list is an error or only its first place counts.
        candidates: Number of items that could have been listed for each user, for `auc`.

    Raises:
        InputError: If a label, a table or a column cannot be used; the message says what to do.

    User a's one relevant item stands second; user b has no list.

    >>> found = evaluate({"a": ["x", "y"]}, {"a": ["y"], "b": ["z"]}, ["mrr@10", "recall@10"])
    >>> found.mean, found.counts.users_without_list
    ({'mrr@10': 0.25, 'recall@10': 0.5}, 1)
    """
    labels = ranking_labels(metrics)
    if on_duplicate not in {"error", "first"}:
        raise InputError(f"on_duplicate must be 'error' or 'first', got {on_duplicate!r}")
    names = Names(user=user, item=item, rank=rank, score=score, relevance=relevance)
    if isinstance(truth, str | Path):
        truth = _whole_parquet(truth)
    held_out = read_held_out(truth, names)
    if isinstance(recommendations, str | Path):
        from recaudit.metrics.streaming import evaluate_parquet  # noqa: PLC0415

        return evaluate_parquet(Path(recommendations), held_out, labels, names, on_duplicate, candidates)
    rows = read_recommended(recommendations, names)
    return evaluate_rows(rows, Target.of(held_out), labels, on_duplicate, candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Held-out items grouped by user."""

    rows: HeldOut
    groups: Grouped

    @classmethod
    def of(cls, rows: HeldOut) -> Target:
        """Group the rows."""
        return cls(rows=rows, groups=group_rows(rows.user.codes))


def ranking_labels(metrics: Sequence[str]) -> list[MetricLabel]:
    """Read labels and refuse those that need more than lists and held-out items.

    Raises:
        InputError: If there is no label, or one of another kind.
    """
    if isinstance(metrics, str) or not metrics:
        raise InputError(f"metrics must be a list of labels such as ['ndcg@10'], got {metrics!r}")
    labels = [parse_label(text) for text in metrics]
    for label in labels:
        if label.spec.kind != "ranking":
            raise InputError(
                f"'{label}' is a {label.spec.kind} metric, which needs more than lists and held-out items; "
                "compute it with parse_label(...).compute(...)"
            )
    return labels


def evaluate_rows(
    rows: Recommended,
    target: Target,
    labels: Sequence[MetricLabel],
    on_duplicate: OnDuplicate,
    candidates: int | None,
) -> Evaluation:
    """Evaluate recommendations that are in memory."""
    refuse_different_types(rows.user, target.rows.user, "user")
    refuse_different_types(rows.item, target.rows.item, "item")
    groups = group_rows(rows.user.codes, rows.key, descending=rows.ordered_by == "score")
    lists = Lists(offsets=groups.offsets, items=groups.arranged(rows.item.codes))
    removed = 0
    if on_duplicate == "first":
        lists, removed = without_repeats(lists)
    truth_user = target.rows.user.matched_to(rows.user)
    truth_item = target.rows.item.matched_to(rows.item)
    blocks = target.groups
    wanted = truth_user.codes[blocks.arranged(np.arange(truth_user.codes.size))[blocks.offsets[:-1]]]
    place = locate(groups.users, wanted)
    if (place < 0).all():
        raise DataError(
            f"no user of the recommendations ({examples(rows.user)}) is in the truth "
            f"({examples(target.rows.user)}); check that both use the same ids"
        )
    unlisted = np.ones(wanted.size, np.bool_)
    unlisted[place[place >= 0]] = False
    place = np.concatenate([place, np.flatnonzero(unlisted)])
    empty = np.full(int(unlisted.sum()), lists.items.size)
    lists = Lists(offsets=np.concatenate([lists.offsets, empty]), items=lists.items)
    truth = take_users(blocks, truth_item.codes, target.rows.grade, place)
    users = np.concatenate([groups.users, wanted[unlisted]])
    try:
        highest = float(target.rows.grade.max())
        hits = find_hits(lists, truth, candidates=candidates, highest_grade=highest)
    except RepeatedItemError as error:
        raise _named(error, truth_user, users, truth_item, groups) from error
    values = {str(label): label.compute(hits) for label in labels}
    per_user = pd.DataFrame(values, index=truth_user.index(users, "user"))
    counts = count(hits, labels, ties=groups.ties, removed=removed)
    return Evaluation(per_user=per_user, counts=counts, ordered_by=rows.ordered_by)


def count(hits: Hits, labels: Sequence[MetricLabel], *, ties: int, removed: int) -> Counts:
    """Count who was measured and who was not."""
    deepest = max((label.k or 0) for label in labels)
    listed, relevant = hits.length > 0, hits.relevant > 0
    return Counts(
        users=int(relevant.sum()),
        users_without_truth=int((listed & ~relevant).sum()),
        users_without_list=int((relevant & ~listed).sum()),
        short_lists=int((listed & (hits.length < deepest)).sum()),
        ties=ties,
        repeats_removed=removed,
    )


def locate(wanted: IntArray, known: IntArray) -> IntArray:
    """The position of each wanted code among the known ones, -1 where there is none."""
    if np.array_equal(wanted, known):
        return np.arange(wanted.size)
    return pd.Index(known).get_indexer(pd.Index(wanted)).astype(np.int64)


def take_users(groups: Grouped, items: IntArray, grades: np.ndarray[Any, Any], place: IntArray) -> Truth:
    """The held-out items of the users at these places, nothing for place -1."""
    items, grades = groups.arranged(items), groups.arranged(grades)
    if np.array_equal(place, np.arange(groups.users.size)):
        return Truth(offsets=groups.offsets, items=items, grades=grades)
    lengths = np.where(place < 0, 0, np.diff(groups.offsets)[place])
    offsets = offsets_of(lengths)
    row = np.arange(offsets[-1]) + np.repeat(groups.offsets[:-1][place] - offsets[:-1], lengths)
    return Truth(offsets=offsets, items=items[row], grades=grades[row])


def without_repeats(lists: Lists) -> tuple[Lists, int]:
    """The lists with only the first of equal items, and how many were left out."""
    repeated = mark_repeats(lists.offsets, lists.items)
    removed = int(repeated.sum())
    if not removed:
        return lists, 0
    before = np.concatenate([[0], np.cumsum(~repeated)])
    return Lists(offsets=before[lists.offsets], items=lists.items[~repeated]), removed


def _named(
    error: RepeatedItemError,
    user_ids: Ids,
    users: IntArray,
    item_ids: Ids,
    groups: Grouped,
) -> DataError:
    user, item = user_ids.name(users[error.user]), item_ids.name(error.item)
    if error.what == "list":
        where = f"rows {groups.row(error.first)} and {groups.row(error.second)}"
        hint = "remove the repeats or choose on_duplicate='first'"
        return DataError(f"the list of user {user!r} holds item {item!r} twice, in {where}; {hint}")
    return DataError(f"the truth holds item {item!r} of user {user!r} twice; remove repeated rows")


def _whole_parquet(path: str | Path) -> Any:
    import pyarrow.dataset as ds  # noqa: PLC0415

    if not Path(path).exists():
        raise DataError(f"there is no file or folder {path}")
    return ds.dataset(path, format="parquet").to_table()

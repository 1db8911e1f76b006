"""Evaluating frames that a Spark cluster holds: rows are grouped in the JVM, measured in Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from recaudit.errors import DataError
from recaudit.metrics.columns import IntArray, Lists, Truth, offsets_of
from recaudit.metrics.grouping import ties_above
from recaudit.metrics.hashing import mark_repeats
from recaudit.metrics.ids import Ids, read_ids, refuse_different_types
from recaudit.metrics.pieces import Counts, Question, measure, no_common_user, without_repeats
from recaudit.metrics.tables import HeldOut, OrderedBy, held_out_of, no_rows, recommended_of

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from recaudit.metrics.tables import Names

FLAGS = {
    "listed": "boolean",
    "held_out": "boolean",
    "relevant": "boolean",
    "short": "boolean",
    "ties": "bigint",
    "list_repeats": "bigint",
    "truth_repeats": "bigint",
    "repeated": "string",
}
"""What is known of each user beside the values; `repeated` is the first item that comes twice."""

GROUPED = """
select user, listed, held_out
from (select user, sort_array(collect_list(struct(key, item)), false) as listed from {recommended} group by user)
full outer join (select user, collect_list(struct(item, grade)) as held_out from {truth} group by user)
using (user)
"""

Summary: TypeAlias = dict[str, Any]


class SparkFrame(Protocol):
    """What is used of `pyspark.sql.DataFrame`, which is not imported here."""

    columns: list[str]
    sparkSession: Any  # noqa: N815

    def selectExpr(self, *expressions: str) -> Any:  # noqa: N802
        """Select by SQL expressions."""

    def mapInArrow(  # noqa: N802
        self, function: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]], schema: str
    ) -> Any:
        """Map Arrow batches of rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkEvaluation:
    """What `evaluate` found in a Spark frame.

    Attributes:
        per_user: Spark frame, computed when used: `user` and a column per metric, NaN for users without a
            relevant held-out item.
        mean: Mean of each metric over the users that have a value; NaN when there is none.
        counts: Who was measured and who was not.
        ordered_by: What put the lists in order.
    """

    per_user: SparkFrame
    mean: dict[str, float]
    counts: Counts
    ordered_by: OrderedBy


def is_spark(source: object) -> TypeIs[SparkFrame]:
    """Whether something is a Spark frame, told without importing Spark.

    >>> is_spark({})
    False
    """
    return type(source).__module__.startswith("pyspark.sql.") and hasattr(source, "mapInArrow")


def evaluate_spark(
    recommendations: SparkFrame, truth: SparkFrame | HeldOut, question: Question
) -> SparkEvaluation:
    """Evaluate recommendations that a cluster holds; the input is read twice, once to check it.

    Args:
        recommendations: A rank or a score puts the lists in order, since rows of a Spark frame have none;
            items with equal rank or score stand by descending id.
        truth: Held-out items, as a Spark frame or read.
        question: What to measure.

    Raises:
        DataError: If the tables cannot be used.
    """
    names = question.names
    schema = recommended_of(_empty(recommendations), names)
    if schema.ordered_by == "rows":
        raise DataError(
            f"the recommendations have the columns {', '.join(recommendations.columns)}, and the rows of a Spark "
            "frame have no order; give a column 'rank' or 'score' or name one"
        )
    if isinstance(truth, HeldOut):
        names = replace(names, relevance="grade")
    held_out = _as_spark(truth, names, recommendations) if isinstance(truth, HeldOut) else truth
    held = held_out_of(_empty(held_out), names)
    key = names.order_column(recommendations.columns)[1]
    grade = names.grade_column(held_out.columns)
    _check(recommendations, names, key, "recommendations")
    highest = _check(held_out, names, grade, "truth")
    _refuse_other_ids(recommendations, held_out, names, schema.user, held.user, names.user)
    _refuse_other_ids(recommendations, held_out, names, schema.item, held.item, names.item)
    ids = [f"{_id(names.user, held.user)} as user", f"{_id(names.item, held.item)} as item"]
    sign = "-" if schema.ordered_by == "rank" else ""
    grouped = recommendations.sparkSession.sql(
        GROUPED,
        recommended=recommendations.selectExpr(*ids, f"{sign}cast({_quoted(key)} as double) as key"),
        truth=held_out.selectExpr(*ids, f"cast({_quoted(grade) if grade else '1'} as double) as grade"),
    )
    user_type = "bigint" if held.user.names is None else "string"
    labels = [_quoted(str(label)) for label in question.labels]
    columns = [
        f"user {user_type}",
        *(f"{label} double" for label in labels),
        *(f"{name} {kind}" for name, kind in FLAGS.items()),
    ]
    measured = grouped.mapInArrow(_Part(question=question, highest_grade=highest), ", ".join(columns))
    summary = _summary(measured, labels)
    _refuse_repeats(summary, question)
    if not summary["common"]:
        raise no_common_user(
            names.user,
            listed=(summary["lists"], _examples(recommendations, names.user)),
            held=(summary["held"], _examples(held_out, names.user)),
        )
    return SparkEvaluation(
        per_user=measured.select("user", *labels),
        mean={
            str(label): np.nan if summary[f"mean {place}"] is None else summary[f"mean {place}"]
            for place, label in enumerate(question.labels)
        },
        counts=Counts(**{name: summary[name] for name in Counts.__slots__}),
        ordered_by=schema.ordered_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Measures the users of one partition; sent to the workers."""

    question: Question
    highest_grade: float

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield self._measured(batch)

    def _measured(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        listed, held = batch.column("listed"), batch.column("held_out")
        shown, known = listed.flatten(), held.flatten()
        items = pa.chunked_array([shown.field("item"), known.field("item")])
        ids = read_ids(nw.from_native(items, series_only=True), "recommendations and the truth")
        whole = Lists(offsets=_offsets(listed), items=ids.codes[: len(shown)])
        kept = without_repeats(whole)
        every = Lists(offsets=_offsets(held), items=ids.codes[len(shown) :])
        repeated = mark_repeats(every.offsets, every.items)
        distinct = without_repeats(every)
        grades = known.field("grade").to_numpy(zero_copy_only=False)[~repeated]
        truth = Truth(offsets=distinct.offsets, items=distinct.items, grades=grades)
        keys = shown.field("key").to_numpy(zero_copy_only=False)
        found = measure(kept, truth, self.question, highest_grade=self.highest_grade)
        flags = {
            "listed": found.listed,
            "held_out": every.lengths > 0,
            "relevant": found.relevant,
            "short": found.short,
            "ties": np.bincount(whole.users[ties_above(keys, whole.offsets)], minlength=whole.n_users),
            "list_repeats": whole.lengths - kept.lengths,
            "truth_repeats": every.lengths - distinct.lengths,
            "repeated": _repeated_items(whole, every, ids),
        }
        values = dict(zip(map(str, self.question.labels), found.values, strict=True))
        return pa.RecordBatch.from_pydict({"user": batch.column("user"), **values, **flags})


def _offsets(lists: pa.ListArray) -> IntArray:
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return offsets_of(lengths.astype(np.int64))


def _repeated_items(lists: Lists, held: Lists, ids: Ids) -> pa.Array:
    """(n,) text of an item that comes twice for the user, null for nearly all."""
    names: list[str | None] = [None] * lists.n_users
    for part in (held, lists):
        rows = np.flatnonzero(mark_repeats(part.offsets, part.items))
        for user, code in zip(part.users[rows], part.items[rows], strict=True):
            names[user] = repr(ids.name(code))
    return pa.array(names, pa.string())


def _as_spark(truth: HeldOut, names: Names, beside: SparkFrame) -> SparkFrame:
    user, item = (ids.index(ids.codes, "id").to_numpy() for ids in (truth.user, truth.item))
    table = pa.table({names.user: user, names.item: item, "grade": truth.grade})
    frame: SparkFrame = beside.sparkSession.createDataFrame(table)
    return frame


def _empty(frame: SparkFrame) -> nw.DataFrame[Any]:
    """The columns of a Spark frame without rows."""
    empty: nw.DataFrame[Any] = nw.from_native(frame.selectExpr("*").limit(0).toArrow(), eager_only=True)
    return empty


def _check(frame: SparkFrame, names: Names, value: str | None, table: str) -> float:
    """Refuse missing ids, missing or NaN values and, in the truth, values below 0.

    Returns:
        The largest value, 1 without a column of values.

    Raises:
        DataError: If there are any; says how many and shows one.
    """
    wrong = {name: (f"{_quoted(name)} is null", "missing") for name in (names.user, names.item)}
    if value is not None:
        number = f"cast({_quoted(value)} as double)"
        wrong[value] = (f"{number} is null or isnan({number})", "missing or NaN")
    checks = [(name, *what) for name, what in wrong.items()]
    if value is not None and table == "truth":
        checks.append((value, f"{number} < 0 or {number} = double('infinity')", "negative or infinite"))
    expressions = ["count(*) as rows", f"max({number}) as highest" if value else "1.0D as highest"]
    for place, (name, condition, _) in enumerate(checks):
        row = ", ".join(
            f"'{column}=', coalesce(cast({_quoted(column)} as string), 'missing'), ' '"
            for column in dict.fromkeys([names.user, names.item, name])
        )
        expressions += [
            f"count_if({condition}) as n{place}",
            f"min(case when {condition} then trim(concat({row})) end) as example{place}",
        ]
    found = frame.selectExpr(*expressions).first()
    if not found["rows"]:
        raise no_rows(table)
    for place, (name, _, what) in enumerate(checks):
        if found[f"n{place}"]:
            raise DataError(
                f"column '{name}' of the {table} is {what} in {found[f'n{place}']} of {found['rows']} row(s), "
                f"such as {found[f'example{place}']}; correct or remove such rows"
            )
    return float(found["highest"])


def _refuse_other_ids(  # noqa: PLR0917
    recommendations: SparkFrame, truth: SparkFrame, names: Names, first: Ids, second: Ids, column: str
) -> None:
    """Refuse text ids on one side and whole numbers on the other, with examples.

    Raises:
        DataError: If the types differ.
    """
    if (first.names is None) != (second.names is None):
        listed, held = (
            read_ids(nw.from_native(frame.selectExpr(_quoted(column)).limit(3).toArrow())[column], table)
            for frame, table in ((recommendations, "recommendations"), (truth, "truth"))
        )
        refuse_different_types(listed, held, "user" if column == names.user else "item")


def _summary(measured: SparkFrame, labels: list[str]) -> Summary:
    sums = {
        "users": "count_if(relevant)",
        "users_without_truth": "count_if(listed and not relevant)",
        "users_without_list": "count_if(relevant and not listed)",
        "short_lists": "count_if(short)",
        "ties": "sum(ties)",
        "repeats_removed": "sum(list_repeats)",
        "truth_repeats": "sum(truth_repeats)",
        "lists": "count_if(listed)",
        "held": "count_if(held_out)",
        "common": "count_if(listed and held_out)",
        "in_list": "min(case when list_repeats > 0 then struct(user, repeated) end)",
        "in_truth": "min(case when truth_repeats > 0 then struct(user, repeated) end)",
    }
    sums |= {f"mean {place}": f"avg(nanvl({label}, null))" for place, label in enumerate(labels)}
    row = measured.selectExpr(*(f"{sql} as {_quoted(name)}" for name, sql in sums.items())).first()
    found: Summary = row.asDict()
    return found


def _refuse_repeats(summary: Summary, question: Question) -> None:
    """Refuse items that come twice.

    Raises:
        DataError: If there are any.
    """
    sides = [("truth", "truth_repeats", "in_truth", "remove repeated rows")]
    if question.on_duplicate == "error":
        way_out = "remove repeats or choose on_duplicate='first'"
        sides.append(("recommendations", "repeats_removed", "in_list", way_out))
    for table, number, example, way_out in sides:
        if summary[number]:
            user, item = summary[example]
            raise DataError(
                f"column '{question.names.item}' of the {table} repeats an item of the same user in "
                f"{summary[number]} row(s): user {user!r} holds item {item} twice; {way_out}"
            )


def _examples(frame: SparkFrame, column: str) -> list[object]:
    return [row[0] for row in frame.selectExpr(_quoted(column)).distinct().limit(3).collect()]


def _id(column: str, ids: Ids) -> str:
    return f"cast({_quoted(column)} as {'bigint' if ids.names is None else 'string'})"


def _quoted(column: str | None) -> str:
    return "`" + str(column).replace("`", "``") + "`"

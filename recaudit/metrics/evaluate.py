"""Ranking quality of whole tables of recommendations, with one value per user and metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from recaudit.errors import InputError
from recaudit.metrics.pieces import (
    Evaluation,
    OnDuplicate,
    Question,
    Task,
    Ties,
    arrange_recommended,
    join,
    measure_listed,
)
from recaudit.metrics.spark import SparkEvaluation, SparkFrame, evaluate_spark, is_spark
from recaudit.metrics.spec import MetricLabel, parse_label
from recaudit.metrics.streaming import evaluate_files, exceed_a_batch, parquet_files, read_whole
from recaudit.metrics.tables import HeldOut, Names, Recommended, read_held_out, read_recommended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from narwhals.stable.v2.typing import IntoDataFrame


@overload
def evaluate(
    recommendations: IntoDataFrame | Mapping[Any, Any] | str | Path,
    truth: IntoDataFrame | Mapping[Any, Any] | str | Path,
    metrics: Sequence[str],
    *,
    user: str = ...,
    item: str = ...,
    rank: str | None = ...,
    score: str | None = ...,
    relevance: str | None = ...,
    on_duplicate: OnDuplicate = ...,
    ties: Ties = ...,
    candidates: int | None = ...,
) -> Evaluation: ...
@overload
def evaluate(
    recommendations: SparkFrame,
    truth: SparkFrame | IntoDataFrame | Mapping[Any, Any] | str | Path,
    metrics: Sequence[str],
    *,
    user: str = ...,
    item: str = ...,
    rank: str | None = ...,
    score: str | None = ...,
    relevance: str | None = ...,
    on_duplicate: OnDuplicate = ...,
    ties: Ties = ...,
    candidates: int | None = ...,
) -> SparkEvaluation: ...
def evaluate(
    recommendations: SparkFrame | IntoDataFrame | Mapping[Any, Any] | str | Path,
    truth: SparkFrame | IntoDataFrame | Mapping[Any, Any] | str | Path,
    metrics: Sequence[str],
    *,
    user: str = "user",
    item: str = "item",
    rank: str | None = None,
    score: str | None = None,
    relevance: str | None = None,
    on_duplicate: OnDuplicate = "error",
    ties: Ties = "rows",
    candidates: int | None = None,
) -> Evaluation | SparkEvaluation:
    """Compute ranking metrics for each user.

    An explicit rank decides the order of a list, else the score (largest first), else the order of the rows.
    Ranks only order: gaps between them do not count. Ids keep their type: 1 and "1" are different.

    Args:
        recommendations: Table with a row per listed item (pandas, polars, Arrow), dictionary of user to
            items or to {item: score}, or path of a parquet file or folder, which is read in pieces; or a
            PySpark frame, which is measured where it is and gives the values per user as a Spark frame.
        truth: The same with held-out items and, where they have them, grades; a Spark frame only beside one.
        metrics: Labels such as "ndcg@10".
        user: Column of the user.
        item: Column of the item.
        rank: Column of the rank; None takes a column "rank" if there is one and no score is named.
        score: Column of the score; None takes a column "score" if there is one.
        relevance: Column of the grade in `truth`; None takes "grade" if there is one, else every row has
            grade 1.
        on_duplicate: Whether a repeated item in a list is an error or only its first place counts.
        ties: Whether items with equal rank or score keep the order of the rows, or stand by descending id as
            in trec_eval. Rows of a Spark frame have no order, so there it is always the id.
        candidates: Number of items that could have been listed for each user, for `auc`.

    Raises:
        InputError: If a label, a table or a column cannot be used; the message says what to do.

    User a's one relevant item stands second; user b has no list.

    >>> found = evaluate({"a": ["x", "y"]}, {"a": ["y"], "b": ["z"]}, ["mrr@10", "recall@10"])
    >>> found.mean, found.counts.users_without_list
    ({'mrr@10': 0.25, 'recall@10': 0.5}, 1)
    """
    labels = _ranking_labels(metrics)
    if on_duplicate not in {"error", "first"}:
        raise InputError(f"on_duplicate must be 'error' or 'first', got {on_duplicate!r}")
    if ties not in {"rows", "id"}:
        raise InputError(f"ties must be 'rows' or 'id', got {ties!r}")
    names = Names(user=user, item=item, rank=rank, score=score, relevance=relevance)
    question = Question(
        labels=labels, names=names, on_duplicate=on_duplicate, ties=ties, candidates=candidates
    )
    if is_spark(recommendations):
        held_out = truth if is_spark(truth) else _held_out(truth, names)
        return evaluate_spark(recommendations, held_out, question)
    if is_spark(truth):
        raise InputError("the truth is a Spark frame and the recommendations are not; give both to Spark")
    task = Task.of(_held_out(truth, names), question)
    if not isinstance(recommendations, str | Path):
        return _evaluate_rows(read_recommended(recommendations, names, task.rows), task)
    files = parquet_files(recommendations)
    found = evaluate_files(files, task) if exceed_a_batch(files) else None
    if found is None:
        whole = read_whole(files, names.of_recommendations, "recommendations")
        found = _evaluate_rows(read_recommended(whole, names, task.rows), task)
    return found


def _held_out(truth: IntoDataFrame | Mapping[Any, Any] | str | Path, names: Names) -> HeldOut:
    if isinstance(truth, str | Path):
        return read_held_out(read_whole(parquet_files(truth), names.of_truth, "truth"), names)
    return read_held_out(truth, names)


def _evaluate_rows(rows: Recommended, task: Task) -> Evaluation:
    piece, place = measure_listed(rows, arrange_recommended(rows, task.question), task)
    unlisted = np.ones(len(task.users), np.bool_)
    unlisted[place[place >= 0]] = False
    return join([piece], unlisted, task, rows.ordered_by)


def _ranking_labels(metrics: Sequence[str]) -> list[MetricLabel]:
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

"""Evaluating a parquet file, or a folder of them, in pieces of bounded memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recaudit.errors import DataError
from recaudit.metrics.columns import Lists, Truth
from recaudit.metrics.evaluate import (
    Counts,
    Evaluation,
    OnDuplicate,
    Target,
    count,
    evaluate_rows,
    ranked_lists,
    take_users,
)
from recaudit.metrics.grouping import group_rows, is_unique
from recaudit.metrics.hits import RepeatedItemError, find_hits
from recaudit.metrics.ids import examples, refuse_different_types
from recaudit.metrics.tables import HeldOut, Names, OrderedBy, Recommended, read_recommended, require_columns

if TYPE_CHECKING:
    from recaudit.metrics.spec import MetricLabel
    from recaudit.records import FloatArray

BATCH_ROWS = 1_000_000


class UnsortedWarning(UserWarning):
    """A file whose users are scattered had to be read whole and sorted."""


class _ScatteredError(Exception):
    """A user's rows are not together."""


def evaluate_parquet(
    path: Path,
    held_out: HeldOut,
    labels: Sequence[MetricLabel],
    names: Names,
    on_duplicate: OnDuplicate,
    candidates: int | None,
) -> Evaluation:
    """Evaluate recommendations in parquet; users may span batches and files.

    A file whose rows are not grouped by user is read whole and sorted, with an `UnsortedWarning`.

    Raises:
        DataError: If there is no such file, it is empty, or the rows cannot be used.
    """
    files = sorted(path.glob("**/*.parquet")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise DataError(f"there is no parquet file at {path}; give the path of a file or of a folder of them")
    target = Target.of(held_out)
    try:
        return _evaluate_pieces(files, target, labels, names, on_duplicate, candidates)
    except _ScatteredError:
        message = f"the rows of {path} are not grouped by user, so it is read whole and sorted; sort it to save memory"
        warnings.warn(message, UnsortedWarning, stacklevel=3)
        whole = pa.concat_tables(pq.read_table(file) for file in files)
        return evaluate_rows(read_recommended(whole, names), target, labels, on_duplicate, candidates)


def _evaluate_pieces(
    files: Sequence[Path],
    target: Target,
    labels: Sequence[MetricLabel],
    names: Names,
    on_duplicate: OnDuplicate,
    candidates: int | None,
) -> Evaluation:
    known = target.index
    seen = np.zeros(len(known), np.bool_)
    highest = float(target.rows.grade.max())
    pieces: list[Measured] = []
    strangers: list[pd.Index] = []
    rows: Recommended | None = None
    for table in _user_blocks(files, names):
        rows = read_recommended(table, names)
        refuse_different_types(rows.user, target.rows.user, "user")
        refuse_different_types(rows.item, target.rows.item, "item")
        groups = group_rows(rows.user.codes, rows.key, descending=rows.ordered_by == "score")
        users = rows.user.index(groups.users, "user")
        place = known.get_indexer(users).astype(np.int64)
        found = place[place >= 0]
        if groups.regrouped or seen[found].any():
            raise _ScatteredError
        seen[found] = True
        strangers.append(users[place < 0])
        lists, removed = ranked_lists(rows, groups, on_duplicate)
        truth = take_users(target.groups, target.rows.item.matched_to(rows.item).codes, target.rows.grade, place)
        try:
            hits = find_hits(lists, truth, candidates=candidates, highest_grade=highest)
        except RepeatedItemError as error:
            raise DataError(
                f"the {error.what} of user {users[error.user]!r} hold an item twice; remove the repeats or choose "
                "on_duplicate='first'"
            ) from error
        pieces.append(_measured(users, hits, labels, groups.ties, removed))
    if rows is None:
        raise DataError("the recommendations hold no rows; check how they were made")
    if not seen.any():
        raise DataError(
            f"no user of the recommendations ({examples(rows.user)}) is in the truth ({examples(target.rows.user)}); "
            "check that both use the same ids"
        )
    if not strangers_unique(strangers):
        raise _ScatteredError
    rest = np.flatnonzero(~seen)
    truth = take_users(target.groups, target.rows.item.codes, target.rows.grade, rest)
    nobody = Lists(offsets=np.zeros(rest.size + 1, np.int64), items=np.zeros(0, np.int64))
    hits = find_hits(nobody, truth, candidates=candidates, highest_grade=highest)
    pieces.append(_measured(known[rest], hits, labels, 0, 0))
    return _joined(pieces, labels, rows.ordered_by)

"""Evaluating parquet files in pieces of bounded memory."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recaudit.errors import DataError
from recaudit.metrics.grouping import group_rows
from recaudit.metrics.pieces import Evaluation, Piece, Task, join, measure_listed
from recaudit.metrics.tables import Names, Recommended, read_recommended

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

BATCH_ROWS = 1_000_000


class UnsortedWarning(UserWarning):
    """A file whose users are scattered had to be read whole and sorted."""


def parquet_files(path: str | Path) -> list[Path]:
    """The file, or the parquet files of a folder in the order of their names.

    Raises:
        DataError: If there are none.
    """
    place = Path(path)
    files = sorted(place.glob("**/*.parquet")) if place.is_dir() else [place]
    if not files or not files[0].is_file():
        raise DataError(f"there is no parquet file at {path}; give a parquet file or a folder of them")
    return files


def evaluate_files(files: Sequence[Path], task: Task, names: Names) -> Evaluation | None:
    """Evaluate recommendations in parquet; a user's rows may span batches and files.

    Returns:
        The evaluation, or None, with an `UnsortedWarning`, when a user's rows are not together.

    Raises:
        DataError: If the rows cannot be used.
    """
    unlisted = np.ones(len(task.users), np.bool_)
    pieces: list[Piece] = []
    strangers: list[pd.Index] = []
    rows: Recommended | None = None
    for table in _user_blocks(files, names):
        rows = read_recommended(table, names)
        groups = group_rows(rows.user.codes, rows.key, descending=rows.ordered_by == "score")
        if groups.scattered:
            _warn_scattered(files)
            return None
        piece, place = measure_listed(rows, groups, task)
        known = place[place >= 0]
        if not unlisted[known].all():
            _warn_scattered(files)
            return None
        unlisted[known] = False
        strangers.append(piece.users[place < 0])
        pieces.append(piece)
    if rows is None:
        raise DataError("the recommendations hold no rows; check how they were made")
    if not strangers[0].append(strangers[1:]).is_unique:
        _warn_scattered(files)
        return None
    return join(pieces, unlisted, task, rows)


def _warn_scattered(files: Sequence[Path]) -> None:
    message = (
        f"the rows of {files[0]} are not grouped by user, so everything is read at once and sorted; "
        "sort by user to save memory and time"
    )
    warnings.warn(message, UnsortedWarning, stacklevel=4)


def _user_blocks(files: Sequence[Path], names: Names) -> Iterator[pa.Table]:
    """Tables that end where a user ends."""
    rest: pa.Table | None = None
    for batch in _read_ahead(_batches(files, names)):
        table = batch if rest is None else pa.concat_tables([rest, batch])
        user = table[names.user].combine_chunks() if names.user in table.column_names else None
        if user is None or len(user) == 0:
            rest = table
            continue
        last = user[len(user) - 1]
        changes = pc.not_equal(user, last).to_numpy(zero_copy_only=False)
        other = np.flatnonzero(changes)
        cut = int(other[-1]) + 1 if other.size else 0
        if cut:
            yield table.slice(0, cut)
        rest = table.slice(cut)
    if rest is not None:
        yield rest


def _batches(files: Sequence[Path], names: Names) -> Iterator[pa.Table]:
    for file in files:
        with pq.ParquetFile(file) as parquet:
            columns = parquet.schema_arrow.names
            wanted = {names.user, names.item, names.order_column(columns)[1]}
            present = [column for column in columns if column in wanted]
            for batch in parquet.iter_batches(BATCH_ROWS, columns=present):
                yield pa.Table.from_batches([batch])


def _read_ahead(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Read the next batch while the present one is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch

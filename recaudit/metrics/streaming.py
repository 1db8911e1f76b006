"""Evaluating parquet files in pieces of bounded memory."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recaudit.errors import DataError
from recaudit.metrics.pieces import Evaluation, Piece, Task, arrange_recommended, join, measure_listed
from recaudit.metrics.tables import Names, no_rows, read_recommended, require_columns
from recaudit.metrics.threads import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from recaudit.metrics.columns import IntArray
    from recaudit.metrics.tables import OrderedBy

BATCH_ROWS = 1_000_000
"""Rows that one thread works on at a time."""


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


def exceed_a_batch(files: Sequence[Path]) -> bool:
    """Whether the files hold more rows than are read at a time.

    Raises:
        DataError: If a file cannot be read.
    """
    rows = 0
    for place, file in enumerate(files):
        with _readable(file, place, len(files)), pq.ParquetFile(file) as parquet:
            rows += parquet.metadata.num_rows
    return rows > BATCH_ROWS


def evaluate_files(files: Sequence[Path], task: Task) -> Evaluation | None:
    """Evaluate recommendations in parquet; a user's rows may span batches and files.

    Returns:
        The evaluation, or None, with an `UnsortedWarning`, when a user's rows are not together.

    Raises:
        DataError: If the rows cannot be used.
    """
    unlisted = np.ones(len(task.users), np.bool_)
    pieces: list[Piece] = []
    strangers: list[pd.Index] = []
    blocks = _user_blocks(files, task.question.names)
    for measured in side_by_side(partial(_measure_block, task=task), blocks):
        if measured is None:
            _warn_scattered(files)
            return None
        piece, place, ordered_by = measured
        known = place[place >= 0]
        if not unlisted[known].all():
            _warn_scattered(files)
            return None
        unlisted[known] = False
        strangers.append(piece.users[place < 0])
        pieces.append(piece)
    if not strangers[0].append(strangers[1:]).is_unique:
        _warn_scattered(files)
        return None
    return join(pieces, unlisted, task, ordered_by)


def _measure_block(block: _Block, task: Task) -> tuple[Piece, IntArray, OrderedBy] | None:
    """Measure the users of a block; None if the rows of one are not together."""
    with _in_rows(block.start, len(block.table)):
        rows = read_recommended(block.table, task.question.names, task.rows)
        arranged = arrange_recommended(rows, task.question)
        return None if arranged.scattered else (*measure_listed(rows, arranged, task), rows.ordered_by)


def _warn_scattered(files: Sequence[Path]) -> None:
    message = (
        f"the rows of {files[0]} are not grouped by user, so everything is read at once and sorted; "
        "sort by user to save memory and time"
    )
    warnings.warn(message, UnsortedWarning, stacklevel=4)


class _Block(NamedTuple):
    """Rows that end where a user ends, and the number of rows before them."""

    table: pa.Table
    start: int


def _user_blocks(files: Sequence[Path], names: Names) -> Iterator[_Block]:
    """All rows in blocks; a batch whose last user does not go on in the next is one as it came."""
    held: pa.Table | None = None
    start = 0
    for batch in _batches(files, names.of_recommendations, "recommendations"):
        if held is None:
            held = batch
            continue
        last = held[names.user][-1]
        cut = len(held) if batch[names.user][0] != last else _start_of_last(held[names.user], last)
        if cut:
            yield _Block(held.slice(0, cut), start)
        start += cut
        rest = held.slice(cut)
        held = pa.concat_tables([rest, batch]).combine_chunks() if len(rest) else batch
    if held is not None:
        yield _Block(held, start)


def _start_of_last(users: pa.ChunkedArray, last: pa.Scalar) -> int:
    """Where the rows of the last user start, found from the end."""
    window = 0
    while window < len(users):
        window = max(1000, 8 * window)
        begin = max(0, len(users) - window)
        other = np.flatnonzero(pc.not_equal(users.slice(begin), last).fill_null(True))
        if other.size:
            return begin + int(other[-1]) + 1
    return 0


def read_whole(files: Sequence[Path], wanted: Callable[[list[str]], list[str]], table: str) -> pa.Table:
    """Read files into one table.

    Args:
        files: Parquet files.
        wanted: Gives the columns to read from those of a file.
        table: "recommendations" or "truth", for messages.

    Raises:
        DataError: If a file cannot be read, lacks a column or differs from the first in a column's type, or
            there are no rows.
    """
    batches = list(_batches(files, wanted, table))
    if not batches:
        raise no_rows(table)
    return pa.concat_tables(batches)


def _batches(
    files: Sequence[Path], wanted: Callable[[list[str]], list[str]], table: str
) -> Iterator[pa.Table]:
    first: pa.Schema | None = None
    for place, file in enumerate(files):
        with _readable(file, place, len(files)), pq.ParquetFile(file) as parquet:
            columns = wanted(parquet.schema_arrow.names)
            require_columns(parquet.schema_arrow.names, columns, table)
            schema = pa.schema([parquet.schema_arrow.field(column) for column in columns])
            first = first or schema
            _refuse_other_types(schema, first, file, files[0])
            for batch in parquet.iter_batches(BATCH_ROWS, columns=columns):
                if len(batch):
                    yield pa.Table.from_batches([batch])


def _refuse_other_types(schema: pa.Schema, first: pa.Schema, file: Path, first_file: Path) -> None:
    for name in schema.names:
        if name not in first.names or schema.field(name).type != first.field(name).type:
            before = first.field(name).type if name in first.names else "not there"
            raise DataError(
                f"column '{name}' is {schema.field(name).type} in {file} and {before} in {first_file}; write "
                "all files of a folder with the same columns"
            )


@contextmanager
def _readable(file: Path, place: int, n_files: int) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        size = f"{file.stat().st_size} bytes" if file.is_file() else "no file"
        reason = str(error).splitlines()[0]
        raise DataError(
            f"cannot read {file} ({size}, file {place + 1} of {n_files}): {reason}; it is not parquet or was "
            "written only in part: write it again"
        ) from error


@contextmanager
def _in_rows(start: int, rows: int) -> Iterator[None]:
    """Say in which part of the files a message counts rows."""
    try:
        yield
    except DataError as error:
        raise DataError(f"in rows {start} to {start + rows - 1}, counted from there: {error}") from error

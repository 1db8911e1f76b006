"""Numbering the texts of a column: equal texts get equal numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from recaudit.compiled import compiled
from recaudit.metrics.text_table import Memory, Table, number
from recaudit.metrics.threads import in_parts

if TYPE_CHECKING:
    from recaudit.metrics.columns import IntArray


ROWS_AT_A_TIME = 2**16
"""Texts whose keys stay in the cache of a processor until they are looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Different texts, numbered from 0.

    Attributes:
        texts: The text of each number.
        table: Finds the numbers of texts; of a vocabulary that goes on from a known one, only its own. None if
            different texts have the same key.
    """

    texts: pa.ChunkedArray
    table: Table | None


def number_texts(column: pa.ChunkedArray, known: Vocabulary | None = None) -> tuple[IntArray, Vocabulary]:
    """Number the texts of a column.

    Args:
        column: (rows,) texts of any Arrow type, none missing.
        known: Texts that have their numbers; new ones get the numbers after theirs.

    Returns:
        (rows,) numbers, and the texts behind them.

    >>> codes, vocabulary = number_texts(pa.chunked_array([["b", "a"], ["b"]]))
    >>> codes, vocabulary.texts.to_pylist()
    (array([0, 1, 0]), ['b', 'a'])
    """
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = column.cast(pa.large_string())
    codes = np.empty(len(column), np.int64)
    found = _number_in_parts(column, codes, known)
    return codes, found if found else _number_one_by_one(column, codes, known)


def _number_in_parts(column: pa.ChunkedArray, codes: IntArray, known: Vocabulary | None) -> Vocabulary | None:
    """Fill the codes, or return None when different texts have the same key."""
    before, start = (known.table, len(known.texts)) if known else (Table.empty(1), 0)
    if before is None:
        return None

    def number_part(begin: int, end: int) -> tuple[int, int, Table | None]:
        part = column.slice(begin, end - begin)
        return begin, end, _number(part, codes[begin:end], before, Table.empty(), start)

    table, rows = Table.empty(), []
    for begin, end, part in in_parts(number_part, len(column)):
        if part is None:
            return None
        theirs = begin + part.rows[: part.size]
        if begin == 0:
            table = part
            rows.append(theirs)
            continue
        place, size = np.empty(theirs.size, np.int64), table.size
        merged = _number(_rows(column, theirs), place, Table.empty(1), table, start)
        if merged is None:
            return None
        table = merged
        rows.append(theirs[table.rows[size : table.size]])
        _renumber(codes[begin:end], start, place)
    return Vocabulary(texts=_continued(known, _rows(column, np.concatenate(rows))), table=table)


@compiled
def _renumber(codes: IntArray, start: int, place: IntArray) -> None:  # pragma: no cover
    for row in range(codes.size):
        if codes[row] >= start:
            codes[row] = place[codes[row] - start]


def _number(column: pa.ChunkedArray, codes: IntArray, known: Table, table: Table, start: int) -> Table | None:
    row = 0
    for chunk in column.chunks:
        memory = _memory(chunk)
        for begin in range(0, len(chunk), ROWS_AT_A_TIME):
            end = min(begin + ROWS_AT_A_TIME, len(chunk))
            part = codes[row + begin : row + end]
            numbered = number(memory.part(begin, end), part, known, table, start=start, row=row + begin)
            if numbered is None:
                return None
            table = numbered
        row += len(chunk)
    return table


def _number_one_by_one(column: pa.ChunkedArray, codes: IntArray, known: Vocabulary | None) -> Vocabulary:
    """Fill the codes in plain Python, where keys do not tell texts apart."""
    numbers = {text: code for code, text in enumerate(known.texts.to_pylist() if known else [])}
    start = len(numbers)
    codes[:] = [numbers.setdefault(text, len(numbers)) for text in column.to_pylist()]
    fresh = pa.chunked_array([list(numbers)[start:]], pa.large_string())
    return Vocabulary(texts=_continued(known, fresh), table=None)


def _continued(known: Vocabulary | None, fresh: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = fresh.cast(pa.large_string()).chunks
    return pa.chunked_array([*(known.texts.chunks if known else []), *chunks], pa.large_string())


def _memory(chunk: pa.Array) -> Memory:
    _, offsets, data = chunk.buffers()
    kind: type[np.signedinteger] = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    if not len(chunk):
        return Memory.of(np.zeros(1, kind), np.zeros(0, np.uint8))
    return Memory.of(
        np.frombuffer(offsets, kind)[chunk.offset : chunk.offset + len(chunk) + 1],
        np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8),
    )


def _rows(column: pa.ChunkedArray, rows: IntArray) -> pa.ChunkedArray:
    """The texts of ascending rows; Arrow would copy the whole column first."""
    taken, start = [], 0
    borders = np.searchsorted(rows, np.cumsum([0, *map(len, column.chunks)]))
    for chunk, begin, end in zip(column.chunks, borders[:-1], borders[1:], strict=True):
        if begin < end:
            taken.append(chunk.take(pa.array(rows[begin:end] - start)))
        start += len(chunk)
    return pa.chunked_array(taken, column.type)

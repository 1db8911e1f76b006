"""A table from texts to numbers that reads the memory of an Arrow column, eight bytes at a time.

A text of up to seven bytes is its own key, with its length in the top byte. The key of a longer one is a hash
and below 0, so the bytes of long texts are kept and every row is compared with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recaudit.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray


class Memory(NamedTuple):
    """The memory of some texts.

    Attributes:
        offsets: (n + 1,) where each text starts and ends, in bytes.
        data: (bytes,) the texts.
        words: (bytes - 7,) the eight bytes from each byte on, as one number.
    """

    offsets: NDArray[np.signedinteger]
    data: NDArray[np.uint8]
    words: IntArray

    @classmethod
    def of(cls, offsets: NDArray[np.signedinteger], data: NDArray[np.uint8]) -> Memory:
        """Look at bytes as overlapping words."""
        if data.size < 8:
            data = np.concatenate([data, np.zeros(8, np.uint8)])
        words: IntArray = np.ndarray((data.size - 7,), np.int64, buffer=data.data, strides=(1,))
        return cls(offsets, data, words)

    def part(self, start: int, stop: int) -> Memory:
        """Some of the texts."""
        return self._replace(offsets=self.offsets[start : stop + 1])


class Table(NamedTuple):
    """Different texts and their numbers.

    Attributes:
        slots: (2 × slots,) key and number + 1 of each slot, 0 where it is free; at most a quarter are taken.
        size: Number of texts.
        rows: (size or more,) where each text came first.
        starts: (size or more,) where the bytes of a long text are kept.
        kept: (used or more,) the eight-byte words of long texts, the length of each before them.
        used: Words that are kept.
    """

    slots: IntArray
    size: int
    rows: IntArray
    starts: IntArray
    kept: IntArray
    used: int

    @classmethod
    def empty(cls, texts: int = 1024) -> Table:
        """A table with room for so many texts, a power of two."""
        room = np.empty(texts, np.int64)
        return cls(np.zeros(8 * texts, np.int64), 0, room, room.copy(), np.empty(0, np.int64), 0)

    def with_more_room(self) -> Table:
        """The same texts with room for four times as many."""
        slots = np.zeros(4 * self.slots.size, np.int64)
        _move(self.slots, slots)
        room = np.empty(3 * self.rows.size, np.int64)
        rows, starts = (np.concatenate([column, room]) for column in (self.rows, self.starts))
        return self._replace(slots=slots, rows=rows, starts=starts)


def number(
    memory: Memory, codes: IntArray, known: Table, table: Table, *, start: int, row: int
) -> Table | None:
    """Number texts by what is known and by a table, and add those that neither holds.

    Args:
        memory: n texts.
        codes: (n,) takes the numbers.
        known: Texts with numbers from 0 on; stays as it is.
        table: Other texts, with numbers from `start` on.
        start: The first number of `table`.
        row: The row of the first text, for `Table.rows`.

    Returns:
        The table with the new texts, in place of `table`; None if different texts have the same key.
    """
    keys, before, at = np.empty_like(codes), table.size, 0
    long = _make_keys(*memory, keys)
    while True:
        at, size = _look_up(keys, codes, known.slots, table.slots, table.rows, table.size, start, row, at)
        table = table._replace(size=size)
        if at == codes.size:
            break
        table = table.with_more_room()
    if not long:
        return table
    table = _with_bytes(memory, keys, table, before, row)
    tables = known.starts, known.kept, table.starts, table.kept
    return table if _are_kept(memory.offsets, memory.words, keys, codes, *tables, start) else None


def _with_bytes(memory: Memory, keys: IntArray, table: Table, before: int, row: int) -> Table:
    """Keep the bytes of the long texts among those that came after the first `before`."""
    fresh = before + np.flatnonzero(keys[table.rows[before : table.size] - row] < 0)
    rows = table.rows[fresh] - row
    ends = table.used + np.cumsum(
        1 + (memory.offsets[rows + 1].astype(np.int64) - memory.offsets[rows] + 7) // 8
    )
    used = int(ends[-1]) if fresh.size else table.used
    kept = table.kept
    if used > kept.size:
        kept = np.empty(2 * used, np.int64)
        kept[: table.used] = table.kept[: table.used]
    table.starts[fresh] = np.concatenate([[table.used], ends])[: fresh.size]
    _keep(memory.offsets, memory.words, rows, table.starts[fresh], kept)
    return table._replace(kept=kept, used=used)


@compiled
def _make_keys(
    offsets: NDArray[np.signedinteger], data: NDArray[np.uint8], words: IntArray, keys: IntArray
) -> bool:  # pragma: no cover
    """Fill the keys and return whether there is a long text."""
    any_long = False
    for row in range(keys.size):
        start = int(np.int64(offsets[row]))
        length = int(np.int64(offsets[row + 1])) - start
        key = np.int64(length << 56)
        if length >= 8:
            key = np.int64(hash_of(words, start, length))
            any_long = True
        elif start < words.size:
            key |= words[start] & ((1 << (8 * length)) - 1)
        else:
            for at in range(length):
                key |= np.int64(data[start + at]) << (8 * at)
        keys[row] = key
    return any_long


@compiled
def hash_of(words: IntArray, start: int, length: int) -> int:  # pragma: no cover
    """Return the key of a text of eight bytes or more; its last word overlaps the one before."""
    mixed = np.uint64(length)
    for word in range((length + 7) >> 3):
        value = words[start + min(8 * word, length - 8)]
        mixed = (mixed ^ np.uint64(value)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return int(np.int64(mixed | np.uint64(1 << 63)))


@compiled
def _address(key: int, slots: IntArray) -> int:  # pragma: no cover
    mixed = np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return int((np.int64(mixed >> np.uint64(32)) << 1) & (slots.size - 1))


@compiled
def _move(old: IntArray, new: IntArray) -> None:  # pragma: no cover
    """Put the taken slots of a table in an empty one."""
    for place in range(0, old.size, 2):
        if old[place + 1] != 0:
            at = _address(old[place], new)
            while new[at + 1] != 0:
                at = (at + 2) & (new.size - 1)
            new[at] = old[place]
            new[at + 1] = old[place + 1]


@compiled
def _look_up(  # noqa: PLR0917
    keys: IntArray,
    codes: IntArray,
    known: IntArray,
    slots: IntArray,
    rows: IntArray,
    size: int,
    first_number: int,
    first_row: int,
    begin: int,
) -> tuple[int, int]:  # pragma: no cover
    """Number the keys from `begin` on as far as there is room; return how far and the new size."""
    last_key, code = np.int64(0), np.int64(-1)
    for row in range(begin, keys.size):
        key = keys[row]
        if key == last_key and code >= 0:
            codes[row] = code
            continue
        at = _address(key, known)
        while known[at + 1] != 0 and known[at] != key:
            at = (at + 2) & (known.size - 1)
        code = known[at + 1] - 1
        if code < 0:
            at = _address(key, slots)
            while slots[at + 1] != 0 and slots[at] != key:
                at = (at + 2) & (slots.size - 1)
            code = slots[at + 1] - 1
        if code < 0:
            if size == rows.size:
                return row, size
            code = np.int64(first_number + size)
            rows[size] = first_row + row
            slots[at] = key
            slots[at + 1] = code + 1
            size += 1
        last_key = key
        codes[row] = code
    return keys.size, size


@compiled
def _keep(
    offsets: NDArray[np.signedinteger], words: IntArray, rows: IntArray, starts: IntArray, kept: IntArray
) -> None:  # pragma: no cover
    for text in range(rows.size):
        start = int(np.int64(offsets[rows[text]]))
        length = int(np.int64(offsets[rows[text] + 1])) - start
        kept[starts[text]] = length
        for word in range((length + 7) >> 3):
            kept[starts[text] + 1 + word] = words[start + min(8 * word, length - 8)]


@compiled
def _are_kept(  # noqa: PLR0917
    offsets: NDArray[np.signedinteger],
    words: IntArray,
    keys: IntArray,
    codes: IntArray,
    known_starts: IntArray,
    known_kept: IntArray,
    starts: IntArray,
    kept: IntArray,
    first_number: int,
) -> bool:  # pragma: no cover
    """Return whether every long text has the bytes that are kept for its number."""
    for row in range(keys.size):
        if keys[row] >= 0:
            continue
        start = int(np.int64(offsets[row]))
        length = int(np.int64(offsets[row + 1])) - start
        own = codes[row] - first_number
        at = starts[own] if own >= 0 else known_starts[codes[row]]
        differs = (kept[at] if own >= 0 else known_kept[at]) ^ length
        for word in range(0 if differs else (length + 7) >> 3):
            stored = kept[at + 1 + word] if own >= 0 else known_kept[at + 1 + word]
            differs |= stored ^ words[start + min(8 * word, length - 8)]
        if differs:
            return False
    return True

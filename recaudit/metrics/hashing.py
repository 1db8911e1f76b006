"""A table of the items of one list that costs nothing to empty for the next; repeats and hits are found with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recaudit.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray

DIRECT_SLOTS = 2**20
"""The largest table with a slot for every possible item: 4 MB, which the caches of a processor hold."""

LAST_STAMP = 2**31
"""Where stamps run out; the table is emptied before."""


class Table(NamedTuple):
    """Which items stand in a list, and at which place.

    Attributes:
        keys: (slots,) the item of a slot; not used when each item has a slot of its own.
        stamps: (slots,) where the item stands, counted over all lists so far. A smaller number than that of
            the list's first place is left from an earlier list, so the slot is free.
        low: The smallest item.
        bits: Bits of a slot's address when it is hashed, 0 when each item has a slot of its own.
    """

    keys: IntArray
    stamps: NDArray[np.int32]
    low: int
    bits: int


def empty_table(offsets: IntArray, *items: IntArray) -> Table:
    """A table for lists of these lengths and items.

    Args:
        offsets: (n + 1,) where each list starts and ends.
        items: All items that are put in or looked for.

    >>> empty_table(np.array([0, 2]), np.array([7, 9])).stamps.size
    3
    >>> empty_table(np.array([0, 2]), np.array([7, 10**15])).stamps.size
    16
    """
    low = min((int(part.min()) for part in items if part.size), default=0)
    high = max((int(part.max()) for part in items if part.size), default=0)
    slots = high - low + 1
    if slots <= min(DIRECT_SLOTS, 4 * sum(part.size for part in items)):
        return Table(np.empty(0, np.int64), np.zeros(slots, np.int32), low, 0)
    # At most an eighth full: a processor that guesses "no collision" is then nearly always right.
    bits = max(3, (8 * int(np.diff(offsets).max(initial=0)) - 1).bit_length())
    return Table(np.empty(1 << bits, np.int64), np.zeros(1 << bits, np.int32), low, bits)


def mark_repeats(offsets: IntArray, items: IntArray) -> NDArray[np.bool_]:
    """Mark every item that already stood earlier in the same list.

    Args:
        offsets: (n + 1,) where each list starts and ends.
        items: The lists one after another.

    >>> mark_repeats(np.array([0, 2, 4]), np.array([7, 8, 8, 8]))
    array([False, False, False,  True])
    """
    repeated = np.zeros(items.size, np.bool_)
    _mark_repeats(offsets, items, repeated, *empty_table(offsets, items))
    return repeated


@compiled
def find_slot(  # noqa: PLR0917
    keys: IntArray, stamps: NDArray[np.int32], low: int, bits: int, first: int, item: int
) -> int:  # pragma: no cover
    """Return the slot that holds an item since the stamp `first`, or the free slot where it belongs."""
    if bits == 0:
        return item - low
    mask = (1 << bits) - 1
    slot = np.int64((np.uint64(item) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits))
    while stamps[slot] >= first and keys[slot] != item:
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def _mark_repeats(  # noqa: PLR0917
    offsets: IntArray,
    items: IntArray,
    repeated: NDArray[np.bool_],
    keys: IntArray,
    stamps: NDArray[np.int32],
    low: int,
    bits: int,
) -> None:  # pragma: no cover
    first = 1
    for user in range(offsets.size - 1):
        start, stop = offsets[user], offsets[user + 1]
        if first + stop - start >= LAST_STAMP:
            for slot in range(stamps.size):  # a slice takes longer to compile
                stamps[slot] = 0
            first = 1
        for row in range(start, stop):
            slot = find_slot(keys, stamps, low, bits, first, items[row])
            if stamps[slot] >= first:
                repeated[row] = True
                continue
            stamps[slot] = first + row - start
            if bits:
                keys[slot] = items[row]
        first += stop - start

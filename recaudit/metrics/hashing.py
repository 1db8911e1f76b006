"""A hash table of integers that costs nothing to empty between users; repeated items are found with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray


def empty_table(offsets: IntArray) -> tuple[IntArray, IntArray, int]:
    """Keys, stamps and address bits of a table at most half full with the longest list.

    >>> keys, stamps, bits = empty_table(np.array([0, 5, 15]))
    >>> keys.size, int(stamps[0]), bits
    (32, -1, 5)
    """
    longest = int(np.diff(offsets).max(initial=0))
    bits = max(3, (2 * longest - 1).bit_length())
    return np.empty(1 << bits, np.int64), np.full(1 << bits, -1, np.int64), bits


def mark_repeats(offsets: IntArray, items: IntArray) -> NDArray[np.bool_]:
    """Mark every item that already stood earlier in the same list.

    Args:
        offsets: (n + 1,) where each list starts and ends.
        items: The lists one after another.

    >>> mark_repeats(np.array([0, 2, 4]), np.array([7, 8, 8, 8]))
    array([False, False, False,  True])
    """
    repeated = np.zeros(items.size, np.bool_)
    _mark_repeats(offsets, items, repeated, *empty_table(offsets))
    return repeated


@compiled
def find_slot(
    keys: IntArray, stamps: IntArray, stamp: int, key: np.int64, bits: int
) -> int:  # pragma: no cover
    """Return the slot that holds `key` for this stamp, or the free slot where it belongs.

    A slot belongs to the current user when its stamp is the user's, so nothing is cleared between users.
    """
    mask = (1 << bits) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits))
    while stamps[slot] == stamp and keys[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def _mark_repeats(  # noqa: PLR0917
    offsets: IntArray,
    items: IntArray,
    repeated: NDArray[np.bool_],
    keys: IntArray,
    stamps: IntArray,
    bits: int,
) -> None:  # pragma: no cover
    for user in range(offsets.size - 1):
        for row in range(offsets[user], offsets[user + 1]):
            slot = find_slot(keys, stamps, user, items[row], bits)
            if stamps[slot] == user:
                repeated[row] = True
            else:
                stamps[slot] = user
                keys[slot] = items[row]

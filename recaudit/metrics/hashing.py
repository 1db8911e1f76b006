"""A hash table of integers that costs nothing to empty between users; repeated items are found with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


@compiled
def table_bits(longest: int) -> int:
    """The number of address bits of a table at most half full with `longest` keys."""
    bits = 3
    while (1 << bits) < 2 * longest:
        bits += 1
    return bits


@compiled
def find_slot(
    keys: NDArray[np.int64], stamps: NDArray[np.int64], stamp: int, key: np.int64, bits: int
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
def mark_repeats(
    offsets: NDArray[np.int64], items: NDArray[np.int64]
) -> NDArray[np.bool_]:  # pragma: no cover
    """Mark every item that already stood earlier in the same list.

    Args:
        offsets: (n + 1,) where each list starts and ends.
        items: The lists one after another.
    """
    longest = 0
    for user in range(offsets.size - 1):
        longest = max(longest, offsets[user + 1] - offsets[user])
    bits = table_bits(longest)
    keys = np.empty(1 << bits, np.int64)
    stamps = np.full(1 << bits, -1, np.int64)
    repeated = np.zeros(items.size, np.bool_)
    for user in range(offsets.size - 1):
        for row in range(offsets[user], offsets[user + 1]):
            slot = find_slot(keys, stamps, user, items[row], bits)
            if stamps[slot] == user:
                repeated[row] = True
            else:
                stamps[slot] = user
                keys[slot] = items[row]
    return repeated

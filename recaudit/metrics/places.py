"""At which place a code stands among the users of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from recaudit.metrics.columns import IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Finds places; nothing changes while it does, so threads can share it.

    Attributes:
        codes: The codes in ascending order, or None when `place` has an entry for every code from `low` on.
        place: The place of each of them, -1 for nobody.
        low: The smallest code.
    """

    codes: IntArray | None
    place: IntArray
    low: int

    @classmethod
    def of(cls, codes: IntArray) -> Places:
        """Index (n,) codes, none twice."""
        low, span = int(codes.min()), int(codes.max()) - int(codes.min()) + 1
        if span > 4 * codes.size:
            order = np.argsort(codes)
            return cls(codes=codes[order], place=order, low=low)
        place = np.full(span, -1, np.int64)
        place[codes - low] = np.arange(codes.size)
        return cls(codes=None, place=place, low=low)

    def find(self, codes: IntArray) -> IntArray:
        """The place of each code, -1 where it has none.

        >>> Places.of(np.array([7, 5])).find(np.array([5, 6, 7, 8])), Places.of(np.array([7, -99])).find(np.array([7]))
        (array([ 1, -1,  0, -1]), array([0]))
        """
        if self.codes is None:
            inside = (codes >= self.low) & (codes < self.low + self.place.size)
            return np.where(inside, self.place[np.where(inside, codes - self.low, 0)], -1)
        near = np.minimum(np.searchsorted(self.codes, codes), self.codes.size - 1)
        return np.where(self.codes[near] == codes, self.place[near], -1)

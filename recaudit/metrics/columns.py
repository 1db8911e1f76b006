"""Many users' lists and held-out items as columns: the form in which all metrics take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recaudit.records import FloatArray, ItemId

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """One list of items per user, best (or oldest) first.

    Attributes:
        offsets: (n + 1,) user u's list is `items[offsets[u]:offsets[u + 1]]`.
        items: The lists one after another, as integer codes.
    """

    offsets: IntArray
    items: IntArray

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Lists:
        """Make lists from one sequence of codes per user.

        >>> Lists.of([[4, 2], [], [7]]).offsets
        array([0, 2, 2, 3])
        """
        return cls(
            offsets=offsets_of(np.fromiter(map(len, rows), np.int64, len(rows))),
            items=np.fromiter((item for row in rows for item in row), np.int64),
        )

    @property
    def n_users(self) -> int:
        """Number of lists, empty ones included."""
        return self.offsets.size - 1

    @property
    def lengths(self) -> IntArray:
        """(n,) items in each list."""
        return np.diff(self.offsets)

    @property
    def users(self) -> IntArray:
        """The user position of each row of `items`."""
        return np.repeat(np.arange(self.n_users), self.lengths)

    @property
    def ranks(self) -> IntArray:
        """The 1-based position of each row of `items` in its list."""
        return np.arange(1, self.items.size + 1) - np.repeat(self.offsets[:-1], self.lengths)

    def first(self, k: int) -> Lists:
        """The first k items of each list.

        >>> Lists.of([[4, 2, 9], [7]]).first(2).items
        array([4, 2, 7])
        """
        if self.items.size == 0 or int(self.lengths.max()) <= k:
            return self
        return Lists(offsets=offsets_of(np.minimum(self.lengths, k)), items=self.items[self.ranks <= k])


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The held-out items of each user.

    Attributes:
        offsets: (n + 1,) user u's items are `items[offsets[u]:offsets[u + 1]]`.
        items: Integer codes, in the coding of the lists.
        grades: How relevant each is; 0 is not relevant. Finite, never negative.
    """

    offsets: IntArray
    items: IntArray
    grades: FloatArray

    @classmethod
    def of(cls, rows: Sequence[Mapping[int, float]]) -> Truth:
        """Make truth from one mapping of code to grade per user.

        >>> Truth.of([{4: 1.0, 2: 3.0}, {}]).grades
        array([1., 3.])
        """
        items = Lists.of([list(row) for row in rows])
        grades = np.fromiter((grade for row in rows for grade in row.values()), np.float64)
        return cls(offsets=items.offsets, items=items.items, grades=grades)

    @property
    def n_users(self) -> int:
        """Number of users, those without held-out items included."""
        return self.offsets.size - 1

    @property
    def users(self) -> IntArray:
        """The user position of each row of `items`."""
        return np.repeat(np.arange(self.n_users), np.diff(self.offsets))

    @property
    def relevant(self) -> IntArray:
        """(n,) items with a grade above 0."""
        return np.bincount(self.users[self.grades > 0], minlength=self.n_users)


def offsets_of(lengths: IntArray) -> IntArray:
    """Turn (n,) lengths into (n + 1,) offsets."""
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def encode_lists(rows: Sequence[Sequence[ItemId]], items: pd.Index) -> Lists:
    """Encode lists of catalogue ids by their position in the catalogue.

    Args:
        rows: One list of ids per user.
        items: The catalogue's ids, none twice.

    Raises:
        DataError: If an id is not in the catalogue.

    >>> encode_lists([["b", "a"], []], pd.Index(["a", "b"])).items
    array([1, 0])
    """
    flat = [item for row in rows for item in row]
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return Lists(offsets=offsets_of(lengths), items=_codes(pd.Index(flat, dtype=items.dtype), items, "item"))


def encode_rows(rows: pd.DataFrame, users: pd.Index, items: pd.Index) -> Lists:
    """Encode a table of interactions; each user's rows keep their order.

    Args:
        rows: Columns `user` and `item`.
        users: The users wanted, in the order wanted; rows of others are left out.
        items: The catalogue's ids, none twice.

    Raises:
        DataError: If an item is not in the catalogue.
    """
    user = users.get_indexer(pd.Index(rows["user"]))
    order = np.argsort(user, kind="stable")[int((user < 0).sum()) :]
    codes = _codes(pd.Index(rows["item"].iloc[order]), items, "item")
    return Lists(offsets=offsets_of(np.bincount(user[order], minlength=len(users))), items=codes)


def encode_truth(rows: pd.DataFrame, users: pd.Index, items: pd.Index) -> Truth:
    """Encode a table of held-out items.

    Args:
        rows: Columns `user`, `item` and `grade`.
        users: The users wanted, in the order wanted; rows of others are left out.
        items: The catalogue's ids, none twice.

    Raises:
        DataError: If an item is not in the catalogue.
    """
    user = users.get_indexer(pd.Index(rows["user"]))
    order = np.argsort(user, kind="stable")[int((user < 0).sum()) :]
    encoded = encode_rows(rows, users, items)
    grades = rows["grade"].to_numpy(np.float64)[order]
    return Truth(offsets=encoded.offsets, items=encoded.items, grades=grades)


def _codes(ids: pd.Index, known: pd.Index, what: str) -> IntArray:
    codes = known.get_indexer(ids).astype(np.int64)
    if codes.size and codes.min() < 0:
        unknown = ids[codes < 0]
        raise DataError(
            f"{len(unknown)} {what} id(s) are not in the catalogue, the first is {unknown[0]!r}; "
            "remove them or add them to the items table"
        )
    return codes

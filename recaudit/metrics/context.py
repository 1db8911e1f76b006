"""What list and corpus metrics know besides the lists: the catalogue and what users knew before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recaudit.metrics.columns import IntArray, Lists, Truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from recaudit.records import FloatArray

BoolArray = NDArray[np.bool_]
TAIL_SHARE = 0.2
"""Share of the training interactions that the tail, and likewise the head, holds unless asked otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The items that can be listed; arrays are indexed by item code.

    Attributes:
        popularity: (n_items,) users who interacted with the item in training, written φ.
        n_users: Users in training.
        tail: (n_items,) the least popular items, which together hold at most the tail's share of
            interactions.
        head: (n_items,) the most popular items, which together hold at least that share; never in the tail.
        membership: (n_items, n_groups) 1 where an item belongs to a group, or None without groups.
        group_names: Names of the groups, in the order of the columns.
    """

    popularity: IntArray
    n_users: int
    tail: BoolArray
    head: BoolArray
    membership: csr_matrix[Any] | None
    group_names: tuple[str, ...]

    @property
    def n_items(self) -> int:
        """Number of items in the catalogue."""
        return self.popularity.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What users were shown and what list metrics compare it with, for the same users in one order.

    Attributes:
        lists: Recommended items, best first.
        history: Training items.
        catalogue: The items.
        truth: Held-out items, for the metrics that need them.

    Raises:
        ValueError: If the numbers of users differ or an item code is not in the catalogue.
    """

    lists: Lists
    history: Lists
    catalogue: Catalogue
    truth: Truth | None = None

    def __post_init__(self) -> None:
        parts = [self.lists, self.history] + ([self.truth] if self.truth else [])
        if len({part.n_users for part in parts}) > 1:
            raise ValueError(f"numbers of users differ: {[part.n_users for part in parts]}")
        for part in parts:
            if part.items.size and not 0 <= part.items.min() <= part.items.max() < self.catalogue.n_items:
                raise ValueError(f"item codes must lie in 0..{self.catalogue.n_items - 1}")


def make_catalogue(
    history: Lists,
    n_items: int,
    *,
    groups: Sequence[Sequence[str]] | None = None,
    tail_share: float = TAIL_SHARE,
) -> Catalogue:
    """Describe the items of the training data.

    The tail is cut by share of interactions, not of items. Items of equal popularity always fall on the same
    side, so that renaming items changes nothing: a class of equal popularity is in the tail only if it fits
    wholly.

    Args:
        history: Training items of all training users.
        n_items: Number of items in the catalogue.
        groups: For each item the names of its groups (genres, for instance), or None.
        tail_share: Share of interactions, between 0 and 1.

    Popularities 5, 3, 1, 1 make ten interactions: the two items with one each hold 20 %.

    >>> history = Lists.of([[0, 1, 2], [0, 1, 3], [0, 1], [0], [0]])
    >>> made = make_catalogue(history, 4)
    >>> made.tail, made.head
    (array([False, False,  True,  True]), array([ True, False, False, False]))
    """
    popularity = np.bincount(history.items, minlength=n_items)
    limit = tail_share * popularity.sum() + 1e-9
    levels, level = np.unique(popularity, return_inverse=True)
    held = np.bincount(level, weights=popularity, minlength=levels.size)
    below_or_equal = np.cumsum(held)[level]
    tail = below_or_equal <= limit
    head = (popularity.sum() - below_or_equal < limit - 2e-9) & ~tail & (popularity > 0)
    membership, names = _membership(groups) if groups is not None else (None, ())
    return Catalogue(
        popularity=popularity,
        n_users=history.n_users,
        tail=tail,
        head=head,
        membership=membership,
        group_names=names,
    )


def _membership(groups: Sequence[Sequence[str]]) -> tuple[csr_matrix[Any], tuple[str, ...]]:
    from scipy.sparse import csr_matrix

    names = tuple(sorted({name for item in groups for name in item}))
    column = {name: position for position, name in enumerate(names)}
    unique = [sorted({column[name] for name in item}) for item in groups]
    flat = Lists.of(unique)
    ones: FloatArray = np.ones(flat.items.size)
    return csr_matrix((ones, flat.items, flat.offsets), shape=(len(groups), len(names))), names

"""Planted worlds: data and lists whose unfairness is known, so that verdicts about them have a known answer.

A world has groups of users who do not differ in anything; whatever differs between the groups is planted by
`planted_lists`. With the same quality for every group it is a null world, in which each alarm is false.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recaudit.datasets.build import audit_data
from recaudit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from recaudit.datasets.data import AuditData
    from recaudit.records import FloatArray, ItemId, UserId

LICENCE = "synthetic, no terms"


def world(
    *,
    users: int = 300,
    items: int = 200,
    groups: Mapping[str, float] | None = None,
    history: int = 15,
    held_out: int = 5,
    genres: int = 5,
    popularity: float = 1.0,
    taste: float = 4.0,
    rng: int | np.random.Generator,
) -> AuditData:
    """A world in which the groups of the attribute "group" have the same behaviour.

    Each user draws `history + held_out` different items, one after the other, with weights proportional to
    rank^-popularity (Zipf; ranks are dealt to items at random) times `taste` for the items of one favourite genre.
    A random choice of `held_out` of them is the truth, with grade 1, so history and truth have the same
    distribution.

    Args:
        users: How many; ids 0, 1, ...
        items: How many; ids 0, 1, ...
        groups: Group name to its share of users, by default F 0.3 and M 0.7; sizes are exact up to rounding.
        history: Training interactions per user, one second apart.
        held_out: Held-out interactions per user.
        genres: Item i has genre i modulo `genres`.
        popularity: Zipf exponent; 0 makes all items alike.
        taste: Weight of the favourite genre, relative to the others.
        rng: Seed or generator.

    Raises:
        InputError: If the numbers do not fit together.
    """
    shares = {"F": 0.3, "M": 0.7} if groups is None else groups
    if abs(sum(shares.values()) - 1) > 1e-9 or min(shares.values()) < 0:
        raise InputError(f"the shares of the groups are {dict(shares)}; they must be positive and sum to 1")
    if min(users, history, genres) < 1 or held_out < 0:
        raise InputError("a world needs at least one user, one genre and one item in each history")
    if history + held_out > items:
        raise InputError(
            f"{items} items cannot give {history} + {held_out} different ones to a user; add items"
        )
    generator = np.random.default_rng(rng)
    borders = np.round(np.cumsum([0.0, *shares.values()]) * users).astype(np.int64)
    labels = generator.permutation(np.repeat(list(shares), np.diff(borders)))
    genre = np.arange(items) % genres
    favourite = generator.integers(genres, size=users)
    zipf = np.power(generator.permutation(items) + 1.0, -popularity)
    weights: FloatArray = zipf * np.where(genre == favourite[:, None], taste, 1.0)
    chosen = generator.permuted(_draw(weights, history + held_out, generator), axis=1)
    ids = np.arange(users)
    rows = pd.DataFrame(
        {
            "user": np.repeat(ids, history),
            "item": chosen[:, :history].ravel(),
            "time": np.tile(np.arange(history), users),
        }
    )
    truth = pd.DataFrame({"user": np.repeat(ids, held_out), "item": chosen[:, history:].ravel()})
    catalogue = pd.DataFrame({"item": np.arange(items)})
    catalogue["title"] = [f"Item {item}" for item in range(items)]
    catalogue["groups"] = [f"genre {number + 1}" for number in genre]
    data = audit_data(
        rows,
        users=pd.DataFrame({"user": ids, "group": labels}),
        items=catalogue,
        truth=truth if held_out else None,
        name="planted world",
        source="made by recaudit.datasets.world",
        licence=LICENCE,
    )
    split = f"{held_out} random interactions of each user, by construction" if held_out else ""
    return replace(data, split=split)


def planted_lists(
    data: AuditData,
    k: int,
    quality: Mapping[str, float],
    *,
    attribute: str = "group",
    popularity: float = 0.0,
    rng: int | np.random.Generator,
) -> dict[UserId, tuple[ItemId, ...]]:
    """Lists of k items in which each held-out relevant item of a user appears with the quality of their group.

    Each of the t relevant items of a user is shown with probability q, independently, on uniformly random different
    places. The other places hold items that the user neither had nor wants, drawn with weights
    (1 + training count)^popularity. So the expected values of a user are

    - recall@k: q
    - precision@k: q t / k
    - hit@k: 1 - (1 - q)^t
    - ndcg@k: q t m / (1/log2(2) + ... + 1/log2(t + 1)), with m the mean of 1/log2(r + 1) over places r = 1 ... k

    and the expected difference between two groups is the difference of these values.

    Args:
        data: With held-out truth; users without truth get lists without a relevant item.
        k: Length of every list.
        quality: Every group of the attribute to its q in [0, 1].
        attribute: The user attribute; every user must have a value.
        popularity: 0 fills with uniformly random items, more with popular ones, less with unpopular ones.
        rng: Seed or generator.

    Returns:
        User to item ids, best first.

    Raises:
        InputError: If a group has no quality in [0, 1], a user has more than k relevant items, or the catalogue
            is too small for k.

    Examples:
        >>> data = world(users=2, items=20, history=3, held_out=2, rng=1)
        >>> lists = planted_lists(data, 4, {"F": 1.0, "M": 0.0}, rng=2)
        >>> shown = [len(set(lists[user]) & set(rows)) for user, rows in data.truth.groupby("user")["item"]]
        >>> dict(zip(data.users["group"], shown))
        {'F': 2, 'M': 0}
    """
    groups = data.groups_of(attribute)
    for group in groups.unique().tolist():
        if not 0 <= quality.get(group, -1) <= 1:
            raise InputError(f"group {group!r} of '{attribute}' needs a quality between 0 and 1")
    generator = np.random.default_rng(rng)
    counts = data.interactions["item"].value_counts().reindex(data.items.index, fill_value=0)
    weights: FloatArray = np.power(1.0 + counts.to_numpy(dtype=np.float64), popularity)
    histories = _positions(data.interactions, data)
    relevant = _positions(data.truth[data.truth["grade"] > 0], data)
    catalogue = data.items.index.tolist()
    nothing = np.empty(0, dtype=np.int64)
    lists: dict[UserId, tuple[ItemId, ...]] = {}
    for user, group in zip(data.users.index.tolist(), groups.tolist(), strict=True):
        wanted, had = relevant.get(user, nothing), histories.get(user, nothing)
        if len(wanted) > k:
            raise InputError(f"user {user!r} has {len(wanted)} relevant items, more than k = {k}; raise k")
        open_to: FloatArray = weights.copy()
        open_to[wanted] = 0
        open_to[had] = 0
        if np.count_nonzero(open_to) < k:
            raise InputError(
                f"the catalogue has fewer than k = {k} items that user {user!r} has not had; lower k"
            )
        shown = _draw(open_to[None, :], k, generator)[0]
        places = generator.choice(k, size=len(wanted), replace=False)
        is_hit = generator.random(len(wanted)) < quality[group]
        shown[places[is_hit]] = wanted[is_hit]
        lists[user] = tuple(catalogue[position] for position in shown)
    return lists


def _positions(rows: pd.DataFrame, data: AuditData) -> dict[UserId, NDArray[np.int64]]:
    """Catalogue positions of each user's items."""
    positions = data.items.index.get_indexer(pd.Index(rows["item"])).astype(np.int64)
    indices: dict[UserId, NDArray[np.int64]] = rows.groupby("user").indices  # type: ignore[assignment]
    return {user: positions[own] for user, own in indices.items()}


def _draw(weights: FloatArray, n: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw n different columns per row, one after the other, by weight (Gumbel top-k).

    Args:
        weights: (rows, columns), at least n positive ones in each row.
        n: How many.
        generator: Of random numbers.

    Returns:
        (rows, n) columns in the order they were drawn.
    """
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + generator.gumbel(size=weights.shape)
    return np.argsort(-keys, axis=1, kind="stable")[:, :n]

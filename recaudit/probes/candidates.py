"""Sets of candidates to rank: a held-out item that the user wants, among items of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import FloatArray, ItemId, Request, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSet:
    """What one user is to rank.

    Attributes:
        user: The user, who is the unit.
        history: Known items, oldest first.
        wanted: Held-out relevant items among the candidates.
        others: Items that the user neither had nor is known to want, in random order.
    """

    user: UserId
    history: tuple[ItemId, ...]
    wanted: tuple[ItemId, ...]
    others: tuple[ItemId, ...]


def in_random_order(items: Sequence[ItemId], rng: np.random.Generator) -> tuple[ItemId, ...]:
    """The same items, shuffled."""
    return tuple(items[at] for at in rng.permutation(len(items)))


def ranking_request(
    arm: str,
    user: UserId,
    history: tuple[ItemId, ...],
    candidates: tuple[ItemId, ...],
    *,
    run_seed: int,
    replicate: int = 0,
) -> Request:
    """Ask for a ranking of all candidates, in the order in which they are given."""
    return Request(
        unit=user,
        arm=arm,
        replicate=replicate,
        user=user,
        history=history,
        candidates=candidates,
        k=len(candidates),
        needs="candidates",
        run_seed=run_seed,
    )


def relevant_items(data: AuditData) -> dict[UserId, tuple[ItemId, ...]]:
    """The held-out items of each asked user with a grade above 0, in the order of the truth; others are absent."""
    rows = data.truth[(data.truth["grade"] > 0) & data.truth["user"].isin(data.asked)]
    found: dict[UserId, list[ItemId]] = {}
    for user, item in zip(rows["user"].tolist(), rows["item"].tolist(), strict=True):
        found.setdefault(user, []).append(item)
    return {user: tuple(items) for user, items in found.items()}


def candidate_sets(
    data: AuditData,
    users: Sequence[UserId],
    size: int,
    rng: np.random.Generator,
    *,
    most_wanted: int | None = None,
) -> Iterator[CandidateSet]:
    """One set per user: wanted items first, filled up with items drawn by 1 + popularity.

    Drawing by popularity makes the others plausible; uniformly drawn ones would mostly be items that nobody knows.

    Args:
        data: Histories, truth and popularity.
        users: For whom.
        size: Candidates of each user, at least 2.
        rng: Decides the draws.
        most_wanted: At most so many wanted items, drawn at random; the first `size - 1` of all without it.

    Raises:
        InputError: If a user has fewer items to choose from than `size`.
    """
    relevant, histories = relevant_items(data), data.histories()
    counts = data.interactions["item"].value_counts().reindex(data.items.index, fill_value=0)
    weights = np.asarray(counts, dtype=np.float64) + 1.0
    items = data.items.index.tolist()
    for user in users:
        held = relevant.get(user, ())
        history = histories.get(user, ())
        wanted = held[: size - 1]
        if most_wanted is not None and len(held) > most_wanted:
            wanted = tuple(held[at] for at in np.sort(rng.choice(len(held), most_wanted, replace=False)))
        taken = {*held, *history}
        free = np.array([at for at, item in enumerate(items) if item not in taken], dtype=np.intp)
        lacking = size - len(wanted)
        if free.size < lacking:
            raise InputError(
                f"user {user!r} has {free.size} items that are neither known nor held out, and candidates = {size} "
                f"takes {lacking}; lower candidates"
            )
        chosen = _draw(free, lacking, weights, rng)
        yield CandidateSet(
            user=user, history=history, wanted=wanted, others=tuple(items[at] for at in chosen)
        )


def _draw(
    free: NDArray[np.intp], count: int, weights: FloatArray, rng: np.random.Generator
) -> NDArray[np.intp]:
    chosen: NDArray[np.intp] = rng.choice(free, count, replace=False, p=weights[free] / weights[free].sum())
    return rng.permutation(chosen)

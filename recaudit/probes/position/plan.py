"""What is asked: every user's candidates in several orders, one order twice, a shuffled history, and pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recaudit.datasets import AuditData, first_users
from recaudit.errors import InputError
from recaudit.probes.candidates import (
    CandidateSet,
    candidate_sets,
    in_random_order,
    ranking_request,
    relevant_items,
)
from recaudit.probes.position.options import PositionOptions
from recaudit.records import ItemId, Request

PAIR, SWAPPED = "pair", "pair swapped"
SHUFFLED_HISTORY = "history in random order"


def arm_at(place: int) -> str:
    """The arm in which the held-out item stands at this place, counted from 0.

    >>> arm_at(0)
    'target at 1'
    """
    return f"target at {place + 1}"


def plan(data: AuditData, options: PositionOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """Rows of a cyclic Latin square per user.

    The held-out item and the others in random order make a circle; each arm starts it at another place, so that the
    held-out item stands at each of the wanted places once and every other item at as many different ones. One of the
    arms, drawn per user, is asked twice; its answers are the noise floor.

    Raises:
        InputError: If nobody has a held-out item, or a user has too few candidates.
    """
    rng = np.random.default_rng(run_seed)
    known = list(relevant_items(data))
    if not known:
        raise InputError("no user has a held-out item with a grade above 0; change [data.split]")
    users = first_users(known, options.units, run_seed)
    sets = candidate_sets(data, users, options.candidates, rng, most_wanted=1)
    return [request for one in sets for request in _requests(one, options, rng, run_seed)]


def _requests(
    one: CandidateSet, options: PositionOptions, rng: np.random.Generator, run_seed: int
) -> Iterator[Request]:
    circle = [*one.wanted, *one.others]
    orders = [tuple(circle[-place:] + circle[:-place]) for place in options.places]
    repeated = int(rng.integers(len(orders)))

    def ask(
        arm: str,
        candidates: tuple[ItemId, ...],
        replicate: int = 0,
        history: tuple[ItemId, ...] = one.history,
    ) -> Request:
        return ranking_request(arm, one.user, history, candidates, run_seed=run_seed, replicate=replicate)

    for place, order in zip(options.places, orders, strict=True):
        yield ask(arm_at(place), order)
    yield ask(arm_at(options.places[repeated]), orders[repeated], replicate=1)
    shuffled = in_random_order(one.history, rng)
    if options.history and shuffled != one.history:
        yield ask(SHUFFLED_HISTORY, orders[repeated], history=shuffled)
    pair = tuple(circle[at] for at in rng.permutation(2))
    if options.pairs:
        yield ask(PAIR, pair)
        yield ask(PAIR, pair, replicate=1)
        yield ask(SWAPPED, pair[::-1])

"""Samples of users that lie within one another: a smaller one is part of every larger one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recaudit.records import digest_of

if TYPE_CHECKING:
    from recaudit.records import UserId


def first_users(users: Sequence[UserId], count: int, seed: int) -> list[UserId]:
    """Draw users at random, such that a smaller draw with the same seed is part of a larger one.

    Every user has a place that only the seed and the id decide, so what systems and probes ask few users about
    they ask the same users about, whoever else is there.

    Args:
        users: To draw from, none twice.
        count: How many at most.
        seed: Decides the places.

    Returns:
        The drawn users in the order of `users`.

    >>> few, more = first_users(range(50), 3, 1), first_users(range(50), 9, 1)
    >>> len(few), set(few) < set(more), first_users([4, 2], 9, 1)
    (3, True, [4, 2])
    """
    if count >= len(users):
        return list(users)
    placed = sorted(range(len(users)), key=lambda place: digest_of([seed, users[place]]))
    return [users[place] for place in sorted(placed[:count])]

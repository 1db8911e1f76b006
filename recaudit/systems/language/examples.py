"""What a language model is trained on: next items of training histories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.datasets import AuditData
from recaudit.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """The training histories as item codes, oldest first, of users with at least two interactions.

    Attributes:
        codes: One array per user; a code is the place of an item in the catalogue.
        counts: (n_items,) training interactions of each item, of all users.
    """

    codes: Sequence[NDArray[np.intp]]
    counts: NDArray[np.int64]

    def draw(self, count: int, rng: np.random.Generator) -> Iterator[tuple[NDArray[np.intp], int]]:
        """Draw users, each as often as any other, and of each a history with the item that came next."""
        for user in rng.integers(len(self.codes), size=count):
            codes = self.codes[user]
            place = int(rng.integers(len(codes)))
            yield codes[:place], int(codes[place])


def training_histories(data: AuditData, system: str) -> Histories:
    """Read the training histories.

    Raises:
        InputError: If fewer than two users have two interactions.
    """
    index = data.items.index
    found = [index.get_indexer(pd.Index(history)) for history in data.histories().values()]
    long = [codes for codes in found if len(codes) >= 2]
    if len(long) < 2:
        raise InputError(
            f"the system '{system}' is trained on what users took next, and {len(long)} of {len(found)} users have at "
            "least two training interactions; it needs two such users"
        )
    counts = np.bincount(np.concatenate(found), minlength=len(index))
    return Histories(codes=long, counts=counts)


def questions(
    histories: Histories, count: int, rng: np.random.Generator
) -> list[tuple[list[int], int, bool]]:
    """Draw questions whose answer is known: half of them about last items of histories, which are liked.

    The other half is about items that are not in the history, drawn by popularity, so that popularity alone does not
    tell the two apart.

    Args:
        histories: Of the users; as long as there are enough, each gives one question of either kind.
        count: Questions wanted.
        rng: Generator.

    Returns:
        The history without its last item, the item asked about, and whether it is liked; in random order.
    """
    chances = histories.counts / histories.counts.sum()
    order = rng.permutation(len(histories.codes))
    found = []
    for number in range(count):
        codes = histories.codes[order[number // 2 % len(order)]]
        item, liked = int(codes[-1]), number % 2 == 0
        if not liked:
            others = chances.copy()
            others[codes] = 0
            if not others.sum():
                continue
            item = int(rng.choice(len(others), p=others / others.sum()))
        found.append((codes[:-1].tolist(), item, liked))
    return [found[place] for place in rng.permutation(len(found))]

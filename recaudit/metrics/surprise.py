"""Whether lists hold more than the best known items, and more than others are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.compiled import compiled
from recaudit.errors import InputError
from recaudit.metrics.division import ratio
from recaudit.metrics.popularity import list_means
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from recaudit.metrics.columns import IntArray
    from recaudit.metrics.context import Shown
    from recaudit.records import FloatArray


@metric(
    "list",
    "serendipity",
    reference="Ge et al. 2010, Beyond accuracy: evaluating recommender systems by coverage and serendipity",
    undefined="no relevant held-out item",
)
def serendipity(shown: Shown, k: int) -> FloatArray:
    """Share of the first k items that are relevant and not among the k most popular items new to the user.

    Equally popular items stand in the order of the catalogue.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without a list or without relevant held-out items.

    Raises:
        InputError: If there are no held-out items.

    Item 0 is the most popular; the user's list holds it and item 2, both relevant: one of two was not
    obvious.

    >>> from recaudit.metrics import Lists, Shown, Truth, make_catalogue
    >>> catalogue = make_catalogue(Lists.of([[0], [0]]), 3)
    >>> truth = Truth.of([{0: 1, 2: 1}])
    >>> shown = Shown(
    ...     lists=Lists.of([[0, 2]]), history=Lists.of([[]]), catalogue=catalogue, truth=truth
    ... )
    >>> serendipity(shown, 1), serendipity(shown, 2)
    (array([0.]), array([0.5]))
    """
    if shown.truth is None:
        raise InputError("serendipity needs held-out items; give the truth or leave the metric out")
    lists, truth, relevant = shown.lists.first(k), shown.truth, shown.truth.grades > 0
    offsets = np.concatenate([[0], np.cumsum(truth.relevant)])
    best_known = np.argsort(-shown.catalogue.popularity, kind="stable")
    columns = (lists.offsets, lists.items, offsets, truth.items[relevant], shown.history.offsets)
    counts = _unexpected_hits(*columns, shown.history.items, best_known, k)
    return np.where(truth.relevant > 0, ratio(counts, lists.lengths), np.nan)


@metric(
    "list",
    "personalization",
    reference="Zhou et al. 2010, inter-user diversity",
    undefined="no other user has a list",
)
def personalization(shown: Shown, k: int) -> FloatArray:
    """1 less the mean share of the user's first k items that another user's list also holds.

    The value of one user depends on the lists of all others.

    Returns:
        (n,) values from 0 (everybody gets the same) to 1 (nobody shares an item); NaN without a list or when
        no other user has one.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0], [0], [0]])
    >>> lists = Lists.of([[0, 1], [0, 1], [2, 3]])
    >>> personalization(Shown(lists=lists, history=history, catalogue=make_catalogue(history, 4)), 2)
    array([0.5, 0.5, 1. ])
    """
    lists = shown.lists.first(k)
    others = int((lists.lengths > 0).sum()) - 1
    times_shown = np.bincount(lists.items, minlength=shown.catalogue.n_items)
    if others < 1:
        return np.full(lists.n_users, np.nan)
    return 1 - list_means(lists, (times_shown - 1) / others)


@compiled
def _unexpected_hits(  # noqa: PLR0917
    list_offsets: IntArray,
    list_items: IntArray,
    truth_offsets: IntArray,
    truth_items: IntArray,
    history_offsets: IntArray,
    history_items: IntArray,
    best_known: IntArray,
    k: int,
) -> IntArray:  # pragma: no cover
    n_users = list_offsets.size - 1
    counts = np.zeros(n_users, np.int64)
    mark = np.full(best_known.size, -1, np.int64)
    for user in range(n_users):
        for row in range(history_offsets[user], history_offsets[user + 1]):
            mark[history_items[row]] = user
        taken, at = 0, 0
        while taken < k and at < best_known.size:
            if mark[best_known[at]] != user:
                mark[best_known[at]] = user
                taken += 1
            at += 1
        for row in range(truth_offsets[user], truth_offsets[user + 1]):
            if mark[truth_items[row]] == user:
                continue
            for place in range(list_offsets[user], list_offsets[user + 1]):
                counts[user] += list_items[place] == truth_items[row]
    return counts

"""Whether, of two items a user would like, the more popular one is put first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.compiled import compiled
from recaudit.errors import InputError
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from recaudit.metrics.columns import IntArray
    from recaudit.metrics.context import Shown
    from recaudit.records import FloatArray


@metric(
    "list",
    "popular_first",
    better="neither",
    reference="Beutel et al. 2019, arXiv 1903.00780, Fairness in recommendation through pairwise comparisons",
    undefined="no two relevant items of different popularity of which one is listed",
)
def popular_first(shown: Shown, k: int) -> FloatArray:
    """Among pairs of relevant held-out items, the share in which the more popular one is ranked above.

    A pair counts when its items differ in popularity and at least one stands in the first k places; an
    unlisted item stands below all listed ones. Both items are relevant, so quality alone gives no reason to
    prefer the popular one: 0.5 means no preference, above 0.5 the popular item is put first.

    Returns:
        (n,) values from 0 to 1; NaN for a user without such a pair.

    Raises:
        InputError: If there are no held-out items.

    Items 0, 1, 2 have popularity 3, 2, 1, all are relevant, the list is [1, 0]: of the pairs (0, 1), (0, 2),
    (1, 2) the popular one is first in the last two.

    >>> from recaudit.metrics import Lists, Shown, Truth, make_catalogue
    >>> history = Lists.of([[0, 1, 2], [0, 1], [0]])
    >>> truth = Truth.of([{0: 1, 1: 1, 2: 1}, {}, {0: 1}])
    >>> catalogue = make_catalogue(history, 3)
    >>> lists = Lists.of([[1, 0], [2], [0]])
    >>> shown = Shown(lists=lists, history=history, catalogue=catalogue, truth=truth)
    >>> popular_first(shown, 10).round(4)
    array([0.6667,    nan,    nan])
    """
    if shown.truth is None:
        raise InputError("popular_first needs held-out items; give the truth or leave the metric out")
    lists, truth = shown.lists.first(k), shown.truth
    relevant = truth.grades > 0
    offsets = np.concatenate([[0], np.cumsum(truth.relevant)])
    return _popular_first(
        lists.offsets, lists.items, offsets, truth.items[relevant], shown.catalogue.popularity
    )


@compiled
def _popular_first(
    list_offsets: IntArray,
    list_items: IntArray,
    truth_offsets: IntArray,
    truth_items: IntArray,
    popularity: IntArray,
) -> FloatArray:  # pragma: no cover
    n_users = list_offsets.size - 1
    result = np.full(n_users, np.nan)
    for user in range(n_users):
        start, stop = truth_offsets[user], truth_offsets[user + 1]
        unlisted = list_offsets[user + 1] - list_offsets[user]
        place = np.full(stop - start, unlisted, np.int64)
        for position in range(unlisted):
            for at in range(stop - start):
                if truth_items[start + at] == list_items[list_offsets[user] + position]:
                    place[at] = position
        pairs, popular = 0, 0
        for a in range(stop - start):
            for b in range(stop - start):
                more = popularity[truth_items[start + a]] > popularity[truth_items[start + b]]
                if more and min(place[a], place[b]) < unlisted:
                    pairs += 1
                    popular += place[a] < place[b]
        if pairs:
            result[user] = popular / pairs
    return result

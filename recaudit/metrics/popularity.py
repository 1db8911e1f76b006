"""How popular each user's list is, alone and beside the user's own history.

A user without a list has no value (NaN), and where history counts a user without history has none either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.division import ratio
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from recaudit.metrics.columns import Lists
    from recaudit.metrics.context import Shown
    from recaudit.records import FloatArray

ABDOLLAHPOURI = "Abdollahpouri et al. 2019, arXiv 1907.13286, The unfairness of popularity bias"
ELLIOT = "Abdollahpouri et al. 2019, Managing popularity bias; as in Elliot 0.3"


def list_means(lists: Lists, values: FloatArray) -> FloatArray:
    """Mean over each list of a value per item; NaN for an empty list.

    Args:
        lists: Lists of n users.
        values: (n_items,) value of each item.

    >>> from recaudit.metrics import Lists
    >>> list_means(Lists.of([[0, 1], [], [1]]), np.array([1.0, 4.0]))
    array([2.5, nan, 4. ])
    """
    sums = np.bincount(lists.users, weights=values[lists.items], minlength=lists.n_users)
    return ratio(sums, lists.lengths)


@metric("list", "arp", better="neither", bounds=(0.0, np.inf), reference=ELLIOT)
def arp(shown: Shown, k: int) -> FloatArray:
    """Average recommendation popularity: mean φ of the first k items, φ the training users of an item.

    The scale depends on the data; `log_arp` is less ruled by a few blockbusters.

    Returns:
        (n,) values from 0; NaN without a list.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0], [0, 1], [0, 1]])
    >>> lists, catalogue = Lists.of([[0, 1], [2], []]), make_catalogue(history, 3)
    >>> shown = Shown(lists=lists, history=history, catalogue=catalogue)
    >>> arp(shown, 10)
    array([2.5, 0. , nan])
    """
    return list_means(shown.lists.first(k), shown.catalogue.popularity.astype(np.float64))


@metric("list", "log_arp", better="neither", bounds=(0.0, np.inf), reference=ELLIOT)
def log_arp(shown: Shown, k: int) -> FloatArray:
    """Mean of log(1 + φ) over the first k items, natural logarithm.

    Returns:
        (n,) values from 0; NaN without a list.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0], [1]]), history=history, catalogue=catalogue)
    >>> log_arp(shown, 10).round(4)
    array([1.0986, 0.    ])
    """
    return list_means(shown.lists.first(k), np.log1p(shown.catalogue.popularity))


@metric("list", "aplt", better="neither", reference=ELLIOT)
def aplt(shown: Shown, k: int) -> FloatArray:
    """Share of the first k items that belong to the tail, over the shown items.

    The tail holds the least popular items with together at most 20 % of the training interactions (see
    `make_catalogue`).

    Returns:
        (n,) values from 0 to 1; NaN without a list.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0, 1], [1], [0], []]), history=history, catalogue=catalogue)
    >>> aplt(shown, 10)
    array([0.5, 1. , 0. , nan])
    """
    return list_means(shown.lists.first(k), shown.catalogue.tail.astype(np.float64))


@metric("list", "aclt", better="neither", bounds=(0.0, np.inf), reference=ELLIOT)
def aclt(shown: Shown, k: int) -> FloatArray:
    """Number of tail items among the first k; a count per list, not a coverage of the catalogue.

    Returns:
        (n,) counts from 0 to k; NaN without a list.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0, 1], [1], [0], []]), history=history, catalogue=catalogue)
    >>> aclt(shown, 10)
    array([ 1.,  1.,  0., nan])
    """
    lists = shown.lists.first(k)
    counts = np.bincount(lists.users, weights=shown.catalogue.tail[lists.items], minlength=lists.n_users)
    return np.where(lists.lengths > 0, counts, np.nan)


@metric(
    "list",
    "log_popularity_difference",
    better="zero",
    bounds=(-np.inf, np.inf),
    reference="arXiv 2406.01285; on the scale log(1 + φ), so that an item nobody knows has a value",
)
def log_popularity_difference(shown: Shown, k: int) -> FloatArray:
    """Mean log(1 + φ) of the first k items less the same mean over the user's history.

    0 means lists as popular as the user's own taste, above 0 more popular.

    Returns:
        (n,) values around 0, in units of the natural logarithm; NaN without a list or without history.

    φ is 3 and 1; the user's history is the unpopular item, the list the popular one: ln 4 - ln 2.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0], [0], [1], []]), history=history, catalogue=catalogue)
    >>> log_popularity_difference(shown, 10).round(4)
    array([ 0.6931,  0.    , -0.6931,     nan])
    """
    log_popularity = np.log1p(shown.catalogue.popularity)
    return list_means(shown.lists.first(k), log_popularity) - list_means(shown.history, log_popularity)


@metric(
    "list", "popularity_lift", better="zero", bounds=(-1.0, np.inf), reference=ABDOLLAHPOURI + ", per user"
)
def popularity_lift(shown: Shown, k: int) -> FloatArray:
    """Mean φ of the first k items over mean φ of the user's history, less 1.

    Returns:
        (n,) values from -1, 0 when the list is as popular as the history; NaN without a list or without
        history.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0], [0], [1], []]), history=history, catalogue=catalogue)
    >>> popularity_lift(shown, 10).round(4)
    array([ 2.    ,  0.    , -0.6667,     nan])
    """
    popularity = shown.catalogue.popularity.astype(np.float64)
    known = list_means(shown.history, popularity)
    known[known == 0] = np.nan
    return list_means(shown.lists.first(k), popularity) / known - 1


@metric(
    "list",
    "novelty",
    bounds=(0.0, np.inf),
    reference="Zhou et al. 2010, Solving the apparent diversity-accuracy dilemma; Vargas and Castells 2011",
)
def novelty(shown: Shown, k: int) -> FloatArray:
    """Mean self-information of the first k items, -log2(φ / users), with φ of at least 1.

    An item that nobody has is as novel as one that a single user has.

    Returns:
        (n,) bits from 0, higher is more novel; NaN without a list.

    Four users; φ is 4, 1 and 0.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 3)
    >>> shown = Shown(lists=Lists.of([[0], [1], [2], [0, 1]]), history=history, catalogue=catalogue)
    >>> novelty(shown, 10)
    array([0., 2., 2., 1.])
    """
    share = np.maximum(shown.catalogue.popularity, 1) / max(shown.catalogue.n_users, 1)
    return list_means(shown.lists.first(k), np.abs(np.log2(share)))

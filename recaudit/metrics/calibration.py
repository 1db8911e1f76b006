"""Whether each user's list has the mixture of the user's own history, and how varied it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.compiled import compiled
from recaudit.errors import InputError
from recaudit.metrics.division import ratio
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from recaudit.metrics.columns import IntArray, Lists
    from recaudit.metrics.context import Catalogue, Shown
    from recaudit.records import FloatArray


def jensen_shannon(first: FloatArray, second: FloatArray) -> FloatArray:
    """Jensen-Shannon divergence to base 2 between rows of shares.

    Args:
        first: (..., d) shares that sum to 1.
        second: The same.

    Returns:
        (...) values from 0 (equal) to 1 (nothing in common); NaN where a share is NaN.

    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    array([0., 1.])
    """
    middle = (first + second) / 2
    return np.clip((_relative_entropy(first, middle) + _relative_entropy(second, middle)) / 2, 0.0, 1.0)


def _relative_entropy(share: FloatArray, base: FloatArray) -> FloatArray:
    ratio = np.divide(share, base, out=np.ones_like(base), where=share != 0)
    total: FloatArray = (share * np.log2(ratio)).sum(axis=-1)
    return total


@metric(
    "list",
    "group_miscalibration",
    better="lower",
    reference="Steck 2018, Calibrated recommendations, with Jensen-Shannon divergence",
    undefined="no listed item, or none in the history, has a group",
)
def group_miscalibration(shown: Shown, k: int) -> FloatArray:
    """Jensen-Shannon divergence between the item-group shares of the history and of the first k items.

    An item in several groups (genres, for instance) gives each an equal part; an item without a group gives
    none.

    Returns:
        (n,) values from 0 (the same mixture) to 1 (no group in common), lower is better; NaN without a list
        or history, or where either has no item with a group.

    Raises:
        InputError: If the catalogue has no item groups.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0], [0]])
    >>> catalogue = make_catalogue(history, 2, groups=[["Drama"], ["War"]])
    >>> group_miscalibration(Shown(lists=Lists.of([[0], [1]]), history=history, catalogue=catalogue), 10)
    array([0., 1.])
    """
    members = group_membership(shown.catalogue, "group_miscalibration")
    split = members.toarray() / np.maximum(np.diff(members.indptr), 1)[:, None]
    return jensen_shannon(_shares(shown.lists.first(k), split), _shares(shown.history, split))


@metric(
    "list",
    "popularity_miscalibration",
    better="lower",
    reference="Abdollahpouri et al. 2021, User-centered evaluation of popularity bias (UPD), per user",
)
def popularity_miscalibration(shown: Shown, k: int) -> FloatArray:
    """Jensen-Shannon divergence between head, middle and tail shares of the history and of the first k items.

    Head and tail each hold about 20 % of the training interactions (see `make_catalogue`).

    Returns:
        (n,) values from 0 (the same mixture) to 1 (nothing in common), lower is better; NaN without a list or
        history.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0], [0]])
    >>> catalogue = make_catalogue(history, 2)
    >>> shown = Shown(lists=Lists.of([[0, 1], [1], [0], []]), history=history, catalogue=catalogue)
    >>> popularity_miscalibration(shown, 10)
    array([ 0.,  1.,  0., nan])
    """
    head, tail = shown.catalogue.head, shown.catalogue.tail
    bands = np.stack([head, ~head & ~tail, tail], axis=1).astype(np.float64)
    return jensen_shannon(_shares(shown.lists.first(k), bands), _shares(shown.history, bands))


@metric(
    "list",
    "intra_list_diversity",
    reference="Ziegler et al. 2005, Improving recommendation lists through topic diversification",
    undefined="fewer than two listed items have a group",
)
def intra_list_diversity(shown: Shown, k: int) -> FloatArray:
    """1 less the mean Jaccard similarity of the group sets of two of the first k items.

    Items without a group are left out.

    Returns:
        (n,) values from 0 (all in the same groups) to 1 (no two share a group), higher is more varied; NaN
        without a list or with fewer than two items that have a group.

    Raises:
        InputError: If the catalogue has no item groups.

    Pairs of {Drama}, {Drama, War}, {War}: Jaccard 1/2, 0, 1/2.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0]])
    >>> catalogue = make_catalogue(history, 3, groups=[["Drama"], ["Drama", "War"], ["War"]])
    >>> shown = Shown(lists=Lists.of([[0, 1, 2]]), history=history, catalogue=catalogue)
    >>> intra_list_diversity(shown, 10).round(4)
    array([0.6667])
    """
    members = group_membership(shown.catalogue, "intra_list_diversity")
    lists = shown.lists.first(k)
    return _diversity(
        lists.offsets, lists.items, members.indptr.astype(np.int64), members.indices.astype(np.int64)
    )


def group_membership(catalogue: Catalogue, name: str) -> csr_matrix[Any]:
    """The item groups that the metric called `name` needs.

    Raises:
        InputError: If the catalogue has no item groups.
    """
    if catalogue.membership is None:
        raise InputError(f"{name} needs item groups; give the items' groups or leave the metric out")
    return catalogue.membership


def _shares(lists: Lists, parts: FloatArray) -> FloatArray:
    """(n, d) shares of what each item brings (n_items, d); NaN rows where nothing is brought."""
    from scipy.sparse import csr_matrix

    rows = csr_matrix(
        (np.ones(lists.items.size), lists.items, lists.offsets), shape=(lists.n_users, parts.shape[0])
    )
    sums: FloatArray = np.asarray(rows @ parts)
    totals = sums.sum(axis=1, keepdims=True)
    return ratio(sums, totals)


@compiled
def _diversity(
    offsets: IntArray, items: IntArray, group_offsets: IntArray, groups: IntArray
) -> FloatArray:  # pragma: no cover
    result = np.full(offsets.size - 1, np.nan)
    for user in range(offsets.size - 1):
        distance, pairs = 0.0, 0
        for row in range(offsets[user], offsets[user + 1]):
            a_start, a_stop = group_offsets[items[row]], group_offsets[items[row] + 1]
            if a_start == a_stop:
                continue
            for other in range(offsets[user], row):
                a, b, b_stop = a_start, group_offsets[items[other]], group_offsets[items[other] + 1]
                if b == b_stop:
                    continue
                union, shared = (a_stop - a) + (b_stop - b), 0
                while a < a_stop and b < b_stop:
                    if groups[a] == groups[b]:
                        shared += 1
                        a += 1
                        b += 1
                    elif groups[a] < groups[b]:
                        a += 1
                    else:
                        b += 1
                distance += 1 - shared / (union - shared)
                pairs += 1
        if pairs:
            result[user] = distance / pairs
    return result

"""Which share of the exposure each group of items gets, beside what users had, wanted and could have been shown.

Everything is a function of sums over users, so that one resampling of users serves it. An item that belongs to several
groups counts for each in equal parts ("split", so that group shares sum to 1), or fully for each ("repeat").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from recaudit.metrics.columns import Lists, Truth, offsets_of
from recaudit.metrics.division import ratio
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy.sparse import csr_matrix

    from recaudit.metrics.columns import IntArray
    from recaudit.records import FloatArray

Overlap: TypeAlias = Literal["split", "repeat"]
Discount: TypeAlias = Literal["log", "geometric", "none"]

PATIENCE = 0.5
"""Chance of stopping at a place, for the geometric discount."""

PARTS = ("exposure", "history", "merit", "hits", "wanted", "shown", "available", "wins", "pairs")

RESTS_ON: Mapping[str, tuple[str, str]] = {
    "exposure_excess": ("exposure", "history"),
    "exposure_per_item": ("exposure", "items"),
    "exposure_per_merit": ("exposure", "merit"),
    "hits_per_wanted": ("hits", "wanted"),
    "pairwise_accuracy": ("wins", "pairs"),
}
"""What the numbers of groups are made of: what a group gets, and what that is held against. A metric that is not here
gives one number for all groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotals:
    """Sums over users for each of g groups of items; leading axes are resamples.

    Attributes:
        exposure: (..., g) weights of the places that the group's items got.
        history: (..., g) users' histories, each user's group shares summing to 1.
        merit: (..., g) users' held-out relevant items, each user's group shares summing to 1.
        hits: (..., g) held-out relevant items among the first k.
        wanted: (..., g) held-out relevant items.
        shown: (..., g) places among the first k.
        available: (..., g) items of the catalogue outside each user's history.
        wins: (..., g) pairs of a relevant item of the group and a listed item that is not relevant, in which the
            relevant one is listed above.
        pairs: (..., g) all these pairs.
        items: (g,) items of the catalogue.
    """

    exposure: FloatArray
    history: FloatArray
    merit: FloatArray
    hits: FloatArray
    wanted: FloatArray
    shown: FloatArray
    available: FloatArray
    wins: FloatArray
    pairs: FloatArray
    items: FloatArray

    @classmethod
    def of(cls, totals: FloatArray, items: FloatArray) -> GroupTotals:
        """Read the parts from (..., 9 g) totals of `group_contributions`."""
        return cls(items=items, **dict(zip(PARTS, np.split(totals, len(PARTS), axis=-1), strict=True)))


def place_weights(k: int, discount: Discount) -> FloatArray:
    """(k,) how much a place is seen: 1 / log2(rank + 1), p (1 - p)^(rank - 1) with p = 0.5, or 1.

    >>> place_weights(3, "log").round(4), place_weights(3, "geometric")
    (array([1.    , 0.6309, 0.5   ]), array([0.5  , 0.25 , 0.125]))
    """
    ranks = np.arange(1.0, k + 1)
    weights: FloatArray = np.ones(k)
    if discount == "log":
        weights = 1 / np.log2(ranks + 1)
    elif discount == "geometric":
        weights = PATIENCE * (1 - PATIENCE) ** (ranks - 1)
    return weights


def group_weights(membership: csr_matrix[Any], overlap: Overlap) -> FloatArray:
    """(n_items, g) what an item counts for each of its groups.

    >>> from scipy.sparse import csr_matrix
    >>> group_weights(csr_matrix([[1.0, 1.0], [1.0, 0.0]]), "split")
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    dense: FloatArray = np.asarray(membership.toarray(), dtype=np.float64)
    sizes: FloatArray = dense.sum(axis=1, keepdims=True)
    if overlap == "split":
        np.divide(dense, sizes, out=dense, where=sizes > 0)
    return dense


def group_contributions(
    lists: Lists, history: Lists, truth: Truth, weights: FloatArray, *, k: int, discount: Discount
) -> csr_matrix[Any]:
    """(n, 9 g) what each user adds to the sums of `GroupTotals`.

    Args:
        lists: n recommended lists.
        history: Training items of the same users.
        truth: Their held-out items.
        weights: (n_items, g) of `group_weights`.
        k: Places that count.
        discount: How the weight of a place falls.
    """
    from scipy.sparse import csr_matrix

    cut = lists.first(k)
    seen = place_weights(k, discount)[cut.ranks - 1]
    relevant = _relevant(truth)
    is_hit = _is_wanted(cut, relevant, weights.shape[0])
    shown = _sums(cut, weights)
    had = _sums(history, weights)
    wanted = _sums(relevant, weights)
    wins, pairs = _pairs(cut, relevant, is_hit, weights)
    parts = [
        _sums(cut, weights, seen),
        ratio(had, had.sum(axis=1, keepdims=True)),
        ratio(wanted, wanted.sum(axis=1, keepdims=True)),
        _sums(cut, weights, is_hit.astype(np.float64)),
        wanted,
        shown,
        weights.sum(axis=0) - had,
        wins,
        pairs,
    ]
    return csr_matrix(np.nan_to_num(np.concatenate(parts, axis=1)))


def _relevant(truth: Truth) -> Lists:
    return Lists(offsets=offsets_of(truth.relevant), items=truth.items[truth.grades > 0])


def _is_wanted(lists: Lists, relevant: Lists, n_items: int) -> IntArray:
    return np.isin(lists.users * n_items + lists.items, relevant.users * n_items + relevant.items).astype(
        np.int64
    )


def _sums(lists: Lists, weights: FloatArray, each: FloatArray | None = None) -> FloatArray:
    """(n, g) sum over each user's items of what the item counts, times what each row is worth."""
    from scipy.sparse import csr_matrix

    worth = np.ones(lists.items.size) if each is None else each
    shape = (lists.n_users, weights.shape[0])
    sums: FloatArray = np.asarray(csr_matrix((worth, lists.items, lists.offsets), shape=shape) @ weights)
    return sums


def _pairs(
    cut: Lists, relevant: Lists, is_hit: IntArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Wins and pairs of relevant items against the listed items that are not relevant; unlisted ones lose."""
    below = np.zeros(cut.items.size)
    others = np.bincount(cut.users, weights=1 - is_hit, minlength=cut.n_users)
    hits = np.flatnonzero(is_hit)
    passed = np.concatenate([[0], np.cumsum(1 - is_hit)])
    above = passed[hits] - passed[cut.offsets[cut.users[hits]]]
    below[hits] = others[cut.users[hits]] - above
    wins = _sums(cut, weights, below)
    return wins, _sums(relevant, weights) * others[:, None]


@metric(
    "exposure",
    "exposure_excess",
    better="zero",
    bounds=(-1.0, 1.0),
    reference="Jiang et al. 2024, arXiv 2402.15215 (IFairLRS): MGU is its mean absolute value, DGU its range",
)
def exposure_excess(totals: GroupTotals) -> FloatArray:
    """Share of the exposure that goes to a group, less its share in users' histories.

    Returns:
        (..., g) values from -1 (had everything, gets nothing) to 1; 0 is as in the histories.

    Half of the exposure goes to each group, and three quarters of what users had was of the first.

    >>> exposure_excess(_example(exposure=[2.0, 2.0], history=[3.0, 1.0]))
    array([-0.25,  0.25])
    """
    return _shares(totals.exposure) - _shares(totals.history)


@metric(
    "exposure",
    "exposure_per_item",
    better="neither",
    bounds=(0.0, np.inf),
    reference="Singh and Joachims 2018, arXiv 1802.07281, demographic parity of exposure",
)
def exposure_per_item(totals: GroupTotals) -> FloatArray:
    """Share of the exposure that goes to a group, over its share of the catalogue.

    Returns:
        (..., g) values from 0; 1 is what a group gets if all items are exposed alike.

    >>> exposure_per_item(_example(exposure=[2.0, 2.0], items=[30.0, 10.0])).round(4)
    array([0.6667, 2.    ])
    """
    return ratio(_shares(totals.exposure), _shares(totals.items))


@metric(
    "exposure",
    "exposure_per_merit",
    better="neither",
    bounds=(0.0, np.inf),
    reference="Singh and Joachims 2018; EUR of Raj and Ekstrand 2022, arXiv 2204.11241",
)
def exposure_per_merit(totals: GroupTotals) -> FloatArray:
    """Share of the exposure that goes to a group, over its share of what users wanted (held-out relevant items).

    Returns:
        (..., g) values from 0; 1 is exposure in proportion to what is wanted; NaN where nothing is wanted.

    >>> exposure_per_merit(_example(exposure=[2.0, 2.0], merit=[3.0, 1.0])).round(4)
    array([0.6667, 2.    ])
    """
    return ratio(_shares(totals.exposure), _shares(totals.merit))


@metric(
    "exposure",
    "hits_per_wanted",
    better="neither",
    reference="Singh and Joachims 2018; RUR of Raj and Ekstrand 2022, arXiv 2204.11241, hits for clicks",
)
def hits_per_wanted(totals: GroupTotals) -> FloatArray:
    """Which part of the held-out relevant items of a group stands among the first k: the recall of the group.

    Returns:
        (..., g) values from 0 to 1; NaN where nothing is wanted.

    >>> hits_per_wanted(_example(hits=[1.0, 1.0], wanted=[4.0, 2.0]))
    array([0.25, 0.5 ])
    """
    return ratio(totals.hits, totals.wanted)


@metric(
    "exposure",
    "pairwise_accuracy",
    better="neither",
    reference="Beutel et al. 2019, arXiv 1903.00780, pairwise fairness of groups of items",
)
def pairwise_accuracy(totals: GroupTotals) -> FloatArray:
    """How often a relevant item of a group stands above a listed item that is not relevant.

    All pairs of a user's held-out relevant item and a listed item that is not relevant count; a relevant item that is
    not listed stands below.

    Returns:
        (..., g) values from 0 to 1; NaN without such a pair.

    >>> pairwise_accuracy(_example(wins=[6.0, 1.0], pairs=[8.0, 4.0]))
    array([0.75, 0.25])
    """
    return ratio(totals.wins, totals.pairs)


@metric(
    "exposure",
    "rsp",
    better="lower",
    bounds=(0.0, np.inf),
    reference="Zhu et al. 2020, Measuring and mitigating item under-recommendation bias (RSP)",
)
def rsp(totals: GroupTotals) -> FloatArray:
    """Relative standard deviation over groups of the chance that an item a user has not had is listed.

    Returns:
        (...) values from 0 (all groups alike), population standard deviation over mean.

    >>> rsp(_example(shown=[2.0, 2.0], available=[30.0, 10.0]))  # chances 1/15 and 1/5
    array(0.5)
    """
    return _relative_spread(ratio(totals.shown, totals.available))


@metric(
    "exposure",
    "reo",
    better="lower",
    bounds=(0.0, np.inf),
    reference="Zhu et al. 2020, Measuring and mitigating item under-recommendation bias (REO)",
)
def reo(totals: GroupTotals) -> FloatArray:
    """Relative standard deviation over groups of the chance that a wanted item is listed.

    Returns:
        (...) values from 0 (all groups alike), population standard deviation over mean; groups of which nothing is
        wanted are left out.

    >>> reo(_example(hits=[1.0, 1.0], wanted=[4.0, 2.0])).round(4)  # recalls 1/4 and 1/2
    np.float64(0.3333)
    """
    return _relative_spread(hits_per_wanted(totals))


def _relative_spread(values: FloatArray) -> FloatArray:
    defined = ~np.isnan(values)
    count = defined.sum(axis=-1)
    filled = np.where(defined, values, 0.0)
    mean = ratio(filled.sum(axis=-1), count)
    squares = np.where(defined, (filled - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return ratio(np.sqrt(ratio(squares, count)), mean)


def _shares(totals: FloatArray) -> FloatArray:
    return ratio(totals, totals.sum(axis=-1, keepdims=True))


def _example(**parts: list[float]) -> GroupTotals:
    """Totals for examples; parts not given are 1 for each of two groups."""
    return GroupTotals(**{name: np.array(parts.get(name, [1.0, 1.0])) for name in (*PARTS, "items")})

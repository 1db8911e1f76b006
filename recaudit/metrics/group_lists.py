"""Whether each list holds groups of items in the proportions of a target: AWRF and NDKL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.calibration import group_membership
from recaudit.metrics.division import ratio
from recaudit.metrics.item_groups import group_weights, place_weights
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from recaudit.metrics.context import Shown
    from recaudit.records import FloatArray

NO_GROUPS = "no listed item, or no training interaction, has a group"


@metric(
    "list",
    "awrf",
    reference="Sapiezynski et al. 2019, arXiv 1901.10437; as 1 less the total variation distance",
    undefined=NO_GROUPS,
)
def awrf(shown: Shown, k: int) -> FloatArray:
    """Attention-weighted rank fairness: 1 less half the summed differences between exposure and target shares.

    The exposure of a place is 1 / log2(rank + 1); the target is each group's share of all training interactions. An
    item in several groups counts for each in equal parts, one without a group for none.

    Returns:
        (n,) values from 0 to 1 (exposure as in the target), higher is closer; NaN without a list or a listed item
        with a group, or if no training interaction is with such an item.

    Raises:
        InputError: If the catalogue has no item groups.

    Target 3/4 and 1/4; the list [war, drama] gives war 1 and drama 0.6309 of 1.6309.

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0]])
    >>> catalogue = make_catalogue(history, 2, groups=[["Drama"], ["War"]])
    >>> awrf(Shown(lists=Lists.of([[1, 0], [0], []]), history=history, catalogue=catalogue), 10).round(4)
    array([0.6369, 0.75  ,    nan])
    """
    prefixes = _running(shown, k, "awrf", place_weights(k, "log"))
    shares = ratio(prefixes[:, -1], prefixes[:, -1].sum(axis=-1, keepdims=True))
    distance: FloatArray = np.abs(shares - _target(shown)).sum(axis=-1) / 2
    return 1 - distance


@metric(
    "list",
    "ndkl",
    better="lower",
    bounds=(0.0, np.inf),
    reference="Geyik et al. 2019, arXiv 1905.01989, Fairness-aware ranking (normalised discounted KL divergence)",
    undefined=NO_GROUPS,
)
def ndkl(shown: Shown, k: int) -> FloatArray:
    """Mean KL divergence between the groups in the first i places and the target, weighted by 1 / log2(i + 1).

    (1 / Z) Σ_i KL(prefix_i || target) / log2(i + 1) with Z = Σ_i 1 / log2(i + 1), in nats. The target is each group's
    share of all training interactions, smoothed as if one more interaction were spread evenly over the groups, so
    that a group without any does not make the value infinite. Places before the first item with a group are left out.

    Returns:
        (n,) values from 0 (every prefix as in the target), lower is closer; NaN without a list or a listed item with
        a group.

    Raises:
        InputError: If the catalogue has no item groups.

    Target (3 + 1/2) / 5 = 0.7 and 0.3; a list of one drama: ln(1 / 0.7).

    >>> from recaudit.metrics import Lists, Shown, make_catalogue
    >>> history = Lists.of([[0, 1], [0], [0]])
    >>> catalogue = make_catalogue(history, 2, groups=[["Drama"], ["War"]])
    >>> ndkl(Shown(lists=Lists.of([[0], [1], []]), history=history, catalogue=catalogue), 10).round(4)
    array([0.3567, 1.204 ,    nan])
    """
    prefixes = _running(shown, k, "ndkl", np.ones(k))
    sizes = prefixes.sum(axis=-1, keepdims=True)
    shares = ratio(prefixes, sizes)
    target = _target(shown, spread=1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0, shares * np.log(shares / target), 0.0)
    divergence = terms.sum(axis=-1)
    lengths = shown.lists.first(k).lengths
    counted = (sizes[..., 0] > 0) & (np.arange(prefixes.shape[1]) < lengths[:, None])
    weights = np.where(counted, place_weights(k, "log"), 0.0)
    return np.maximum(ratio((weights * divergence).sum(axis=1), weights.sum(axis=1)), 0.0) + 0.0


def _target(shown: Shown, spread: float = 0.0) -> FloatArray:
    """(g,) shares of all training interactions."""
    weights = group_weights(group_membership(shown.catalogue, "awrf"), "split")
    totals = shown.catalogue.popularity @ weights + spread / weights.shape[1]
    return ratio(totals, totals.sum(keepdims=True))


def _running(shown: Shown, k: int, name: str, seen: FloatArray) -> FloatArray:
    """(n, k, g) what each group got in the first 1, ..., k places."""
    weights = group_weights(group_membership(shown.catalogue, name), "split")
    lists = shown.lists.first(k)
    laid: FloatArray = np.zeros((lists.n_users, k, weights.shape[1]))
    laid[lists.users, lists.ranks - 1] = weights[lists.items] * seen[lists.ranks - 1][:, None]
    running: FloatArray = np.cumsum(laid, axis=1)
    return running

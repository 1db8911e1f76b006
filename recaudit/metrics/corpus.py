"""How exposure is spread over the catalogue by all lists together.

Each metric is a function of the totals, how often every catalogue item was shown, so that one resampling of
users serves it. Totals may have leading axes (resamples); the last axis is the items. Where nothing was
shown the value is NaN.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.metrics.spec import MetricSpec, metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy.sparse import csr_matrix

    from recaudit.metrics.columns import Lists
    from recaudit.metrics.context import BoolArray, Catalogue
    from recaudit.records import FloatArray


def exposure(lists: Lists, k: int, n_items: int) -> csr_matrix[Any]:
    """(n_users, n_items) matrix with 1 where an item stands in the user's first k places.

    >>> from recaudit.metrics import Lists
    >>> exposure(Lists.of([[2, 0], [2]]), 1, 3).toarray()
    array([[0., 0., 1.],
           [0., 0., 1.]])
    """
    from scipy.sparse import csr_matrix

    cut = lists.first(k)
    return csr_matrix((np.ones(cut.items.size), cut.items, cut.offsets), shape=(cut.n_users, n_items))


def corpus_statistic(spec: MetricSpec, catalogue: Catalogue) -> Callable[[FloatArray], FloatArray]:
    """Bind what a corpus metric needs of the catalogue; the result maps totals to values."""
    return partial(spec.function, **{name: getattr(catalogue, name) for name in spec.context})


@metric(
    "corpus",
    "gini",
    better="lower",
    reference="Gini 1912; Fleder and Hosanagar 2009",
)
def gini(totals: FloatArray) -> FloatArray:
    """Gini coefficient of how often items are shown, over all n items of the catalogue.

    Σ_i (2i - n - 1) x_(i) / (n Σ x) with the totals x in ascending order.

    Args:
        totals: (..., n_items) how often each item was shown.

    Returns:
        (...) values from 0 (all items equally often) to (n - 1) / n (one item only), lower is more even.

    >>> gini(np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 5.0]]))
    array([0.  , 0.75])
    """
    n_items = totals.shape[-1]
    weights = 2.0 * np.arange(1, n_items + 1) - n_items - 1
    return _over_shown(np.sort(totals, axis=-1) @ weights / n_items, totals)


@metric(
    "corpus",
    "coverage",
    reference="Herlocker et al. 2004, Evaluating recommenders",
)
def coverage(totals: FloatArray) -> FloatArray:
    """Share of the catalogue's items that are shown to at least one user.

    Args:
        totals: (..., n_items) how often each item was shown.

    Returns:
        (...) values from 0 to 1, higher is more.

    >>> coverage(np.array([3.0, 0.0, 1.0, 0.0]))
    array(0.5)
    """
    values: FloatArray = np.where(totals.sum(axis=-1) > 0, (totals > 0).mean(axis=-1), np.nan)
    return values


@metric(
    "corpus",
    "entropy",
    bounds=(0.0, np.inf),
    reference="Shannon 1948, A mathematical theory of communication",
)
def entropy(totals: FloatArray) -> FloatArray:
    """Entropy of the items' shares of exposure, -Σ p ln p; its exponential is the effective number of items.

    Args:
        totals: (..., n_items) how often each item was shown.

    Returns:
        (...) nats from 0 (one item only) to ln n_items, higher is more even.

    >>> entropy(np.array([2.0, 2.0, 0.0])).round(4)
    np.float64(0.6931)
    """
    shown = totals.sum(axis=-1, keepdims=True)
    shares = totals / np.where(shown > 0, shown, np.nan)
    logs = np.log(shares, out=np.zeros_like(shares), where=~(shares == 0))
    total: FloatArray = np.abs((shares * logs).sum(axis=-1))
    return total


@metric(
    "corpus",
    "tail_share",
    better="neither",
    reference="Abdollahpouri et al. 2019, Managing popularity bias",
    context=("tail",),
)
def tail_share(totals: FloatArray, *, tail: BoolArray) -> FloatArray:
    """Share of all exposure that goes to items of the tail.

    Args:
        totals: (..., n_items) how often each item was shown.
        tail: (n_items,) which items belong to the tail, see `make_catalogue`.

    Returns:
        (...) values from 0 to 1.

    >>> tail_share(np.array([3.0, 1.0]), tail=np.array([False, True]))
    np.float64(0.25)
    """
    return _over_shown(totals[..., tail].sum(axis=-1), totals)


def _over_shown(values: FloatArray, totals: FloatArray) -> FloatArray:
    shown = totals.sum(axis=-1)
    result: FloatArray = values / np.where(shown > 0, shown, np.nan)
    return result

"""Expected exposure of a system that may answer differently each time: EED, EER and EEL.

With ε the exposure that items get on average over repeated lists and ε* the one they should get, EEL = ‖ε - ε*‖² =
EED - EER + ‖ε*‖², EED = ‖ε‖² and EER = 2 ε·ε* (Diaz et al. 2020, arXiv 2004.13157). The square of a mean of few lists
is too large, so EED is the mean product of two different lists; from one list it is that list's own square.

Items that a user wants should share the places at the top evenly, all other items the rest: with m wanted among n
items, ε* is the mean weight of places 1 to m for the former, and of places m + 1 to n for the latter. The weight of a
place is 1 / log2(rank + 1) down to place k and 0 below. All values are in units of Σ weights², the EED of a system
that always gives the same k items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.metrics.columns import IntArray, Lists, Truth
from recaudit.metrics.item_groups import place_weights
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from recaudit.metrics.context import BoolArray
    from recaudit.records import FloatArray

DIAZ = "Diaz et al. 2020, arXiv 2004.13157"
NO_TRUTH = "no relevant held-out item"
MISSING = "a repeated list is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Repeated lists of the same users in one order.

    Attributes:
        lists: At least one answer of all users; a user without a list in one of them has no value.
        truth: Their held-out items.
        candidates: (n,) items that could have been listed.
        n_items: Items in the catalogue.
    """

    lists: Sequence[Lists]
    truth: Truth
    candidates: IntArray
    n_items: int


@metric("samples", "eed", better="neither", reference=DIAZ, undefined=MISSING)
def eed(samples: Samples, k: int) -> FloatArray:
    """Expected exposure disparity: how unevenly items are exposed over repeated lists of a user.

    Returns:
        (n,) values from 0 (never the same item twice) to 1 (always the same list); NaN without a list.

    Lists [0] and [1] never share an item; [0] twice always.

    >>> lists = [Lists.of([[0], [0]]), Lists.of([[1], [0]])]
    >>> eed(Samples(lists=lists, truth=Truth.of([{}, {}]), candidates=np.array([2, 2]), n_items=2), 1)
    array([0., 1.])
    """
    exposures = [_exposure(lists, k, samples.n_items) for lists in samples.lists]
    count = len(exposures)
    if count == 1:
        products = _dot(exposures[0], exposures[0])
    else:
        together = sum(exposures[1:], start=exposures[0])
        squares = sum(_dot(one, one) for one in exposures)
        products = (_dot(together, together) - squares) / (count * (count - 1))
    return np.where(_missing(samples), np.nan, np.maximum(products, 0.0) / _unit(k))


@metric("samples", "eer", bounds=(0.0, 2.0), reference=DIAZ, undefined=MISSING)
def eer(samples: Samples, k: int) -> FloatArray:
    """Expected exposure relevance: twice the product of what items get and what they should get.

    Returns:
        (n,) values from 0, higher is better; NaN without a list or a relevant held-out item.

    The one wanted item is always first: 2 · 1 · 1.

    >>> samples = Samples(lists=[Lists.of([[0]])], truth=Truth.of([{0: 1.0}]), candidates=np.array([9]), n_items=9)
    >>> eer(samples, 1)
    array([2.])
    """
    wanted, other = _ideal(samples, k)
    relevant = _relevant_matrix(samples)
    got = [_exposure(lists, k, samples.n_items) for lists in samples.lists]
    together = sum(got[1:], start=got[0])
    to_wanted = _dot(together, relevant) / len(got)
    to_others = np.asarray(together.sum(axis=1)).ravel() / len(got) - to_wanted
    value = 2 * (to_wanted * wanted + to_others * other) / _unit(k)
    return np.where(_missing(samples) | (samples.truth.relevant == 0), np.nan, value)


@metric("samples", "eel", better="lower", bounds=(-1.0, 2.0), reference=DIAZ, undefined=MISSING)
def eel(samples: Samples, k: int) -> FloatArray:
    """Expected exposure loss: the squared distance between what items get and what they should get.

    Returns:
        (n,) values, 0 is best; from few repeated lists a value may fall below 0 by chance, as it is unbiased; NaN
        without a list or a relevant held-out item.

    Two wanted items: one always first loses half, taking turns nothing.

    >>> truth, candidates = Truth.of([{0: 1.0, 1: 1.0}]), np.array([2])
    >>> fixed = Samples(lists=[Lists.of([[0]])] * 2, truth=truth, candidates=candidates, n_items=2)
    >>> turns = Samples(lists=[Lists.of([[0]]), Lists.of([[1]])], truth=truth, candidates=candidates, n_items=2)
    >>> eel(fixed, 1), eel(turns, 1)
    (array([0.5]), array([-0.5]))
    """
    wanted, other = _ideal(samples, k)
    count = samples.truth.relevant
    should = (count * wanted**2 + (samples.candidates - count) * other**2) / _unit(k)
    return eed(samples, k) - eer(samples, k) + should


def _unit(k: int) -> float:
    return float((place_weights(k, "log") ** 2).sum())


def _exposure(lists: Lists, k: int, n_items: int) -> csr_matrix[Any]:
    from scipy.sparse import csr_matrix

    cut = lists.first(k)
    seen = place_weights(k, "log")[cut.ranks - 1]
    return csr_matrix((seen, cut.items, cut.offsets), shape=(cut.n_users, n_items))


def _dot(one: csr_matrix[Any], other: csr_matrix[Any]) -> FloatArray:
    product: FloatArray = np.asarray(one.multiply(other).sum(axis=1), dtype=np.float64).ravel()
    return product


def _relevant_matrix(samples: Samples) -> csr_matrix[Any]:
    from scipy.sparse import csr_matrix

    truth = samples.truth
    ones = (truth.grades > 0).astype(np.float64)
    return csr_matrix((ones, truth.items, truth.offsets), shape=(truth.n_users, samples.n_items))


def _ideal(samples: Samples, k: int) -> tuple[FloatArray, FloatArray]:
    """(n,) exposure that a wanted and that any other item should get."""
    weights = place_weights(k, "log")
    count = samples.truth.relevant
    top = np.concatenate([[0.0], np.cumsum(weights)])[np.minimum(count, k).astype(np.int64)]
    wanted = top / np.maximum(count, 1)
    other = (weights.sum() - top) / np.maximum(samples.candidates - count, 1)
    return wanted, other


def _missing(samples: Samples) -> BoolArray:
    missing: BoolArray = np.any([lists.lengths == 0 for lists in samples.lists], axis=0)
    return missing

"""How alike two lists for the same user are.

Both lists are cut at k; n is the length of the longer one after that. Two empty lists have no value (NaN),
one empty list gives 0. A list with a repeated item is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.compiled import compiled
from recaudit.metrics.division import ratio
from recaudit.metrics.hits import refuse_repeats
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from recaudit.metrics.columns import IntArray, Lists
    from recaudit.records import FloatArray

RBO_PERSISTENCE = 0.9
EMPTY = "both lists are empty"
FAIRLLM = "Zhang et al. 2023, arXiv 2305.07609 (FaiRLLM)"
BEUTEL = "Beutel et al. 2019, arXiv 1903.00780, as adapted by FaiRLLM"
HUSSEIN = "Hussein et al. 2020, Measuring misinformation in video search audits (SERP-MS)"


@metric("pair", "jaccard", better="neither", reference="Jaccard 1912", undefined=EMPTY)
def jaccard(first: Lists, second: Lists, k: int) -> FloatArray:
    """Items in both lists over items in at least one; order does not matter.

    Returns:
        (n,) values from 0 to 1 (the same items); NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> jaccard(Lists.of([[1, 2]]), Lists.of([[2, 3]]), 10).round(4)
    array([0.3333])
    """
    first, second, places = _compared(first, second, k)
    shared = _shared(second, places)
    return ratio(shared, first.lengths + second.lengths - shared)


@metric(
    "pair",
    "overlap",
    better="neither",
    reference="Webber et al. 2010, agreement at one depth",
    undefined=EMPTY,
)
def overlap(first: Lists, second: Lists, k: int) -> FloatArray:
    """Items in both lists over the length of the longer list.

    Returns:
        (n,) values from 0 to 1 (the same items); NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> overlap(Lists.of([[1, 2]]), Lists.of([[2, 3]]), 10)
    array([0.5])
    """
    first, second, places = _compared(first, second, k)
    return ratio(_shared(second, places), np.maximum(first.lengths, second.lengths))


@metric(
    "pair",
    "rbo",
    better="neither",
    reference="Webber et al. 2010, A similarity measure for indefinite rankings (p = 0.9)",
    undefined=EMPTY,
)
def rbo(first: Lists, second: Lists, k: int) -> FloatArray:
    """Rank-biased overlap with p = 0.9, extrapolated; agreement at the top weighs more.

    (X_n / n) p^n + (1 - p) / p · Σ_{d=1..n} (X_d / d) p^d, X_d the overlap of the first d items of both.

    Returns:
        (n,) values from 0 to 1 (the same list); NaN when both lists are empty.

    Swapped lists of two: X_1 = 0, X_2 = 2, so 0.81 + 0.1 / 0.9 · 0.81.

    >>> from recaudit.metrics import Lists
    >>> rbo(Lists.of([[1, 2]]), Lists.of([[2, 1]]), 10).round(4)
    array([0.9])
    """
    first, second, places = _compared(first, second, k)
    return _rank_biased_overlap(first.offsets, second.offsets, places)


@metric(
    "pair",
    "kendall",
    better="neither",
    bounds=(-1.0, 1.0),
    reference="Kendall 1938, on the shared items",
    undefined="the lists share fewer than two items",
)
def kendall(first: Lists, second: Lists, k: int) -> FloatArray:
    """Kendall's tau over the items that both lists hold: pairs in the same order less pairs in the other.

    Returns:
        (n,) values from -1 (reversed) to 1 (same order); NaN with fewer than two shared items.

    >>> from recaudit.metrics import Lists
    >>> kendall(Lists.of([[1, 2, 3]]), Lists.of([[2, 1, 3]]), 10).round(4)
    array([0.3333])
    """
    first, second, places = _compared(first, second, k)
    shared = _shared(second, places)
    pairs = shared * (shared - 1) // 2
    agreeing = _ordered_pairs(second.offsets, places, False)
    return ratio(2 * agreeing - pairs, pairs)


@metric("pair", "serp", better="neither", reference=HUSSEIN, undefined=EMPTY)
def serp(first: Lists, second: Lists, k: int) -> FloatArray:
    """Shared items weighted by their rank in the second list, Σ (n - rank + 1) / (n (n + 1) / 2).

    Not symmetric, and blind to the order of the first list: a reversed list also scores 1.

    Returns:
        (n,) values from 0 to 1; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> serp(Lists.of([[1, 2]]), Lists.of([[2, 3]]), 10).round(4)
    array([0.6667])
    """
    first, second, places = _compared(first, second, k)
    n = np.maximum(first.lengths, second.lengths)
    return ratio(_weighted(n, second, places), n * (n + 1) / 2)


@metric("pair", "serp_symmetric", better="neither", reference=HUSSEIN, undefined=EMPTY)
def serp_symmetric(first: Lists, second: Lists, k: int) -> FloatArray:
    """Mean of `serp` in both directions.

    Returns:
        (n,) values from 0 to 1; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> serp_symmetric(Lists.of([[1, 2]]), Lists.of([[2, 3]]), 10)
    array([0.5])
    """
    return (serp(first, second, k) + serp(second, first, k)) / 2


@metric("pair", "prag", better="neither", reference=BEUTEL, undefined=EMPTY)
def prag(first: Lists, second: Lists, k: int) -> FloatArray:
    """Share of the second list's ordered pairs that the first list does not contradict.

    A pair (a before b) agrees when the first list holds a and either lacks b or has it below a; over
    n (n - 1) / 2. Not symmetric, and may be 1 for different lists. With n = 1: 1 for the same item, else 0.

    Returns:
        (n,) values from 0 to 1; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> prag(Lists.of([[1, 2, 3]]), Lists.of([[2, 1, 3]]), 10).round(4)
    array([0.6667])
    """
    return _pairwise(first, second, k, lambda n: n * (n - 1) / 2)


@metric("pair", "prag_symmetric", better="neither", reference=BEUTEL, undefined=EMPTY)
def prag_symmetric(first: Lists, second: Lists, k: int) -> FloatArray:
    """Mean of `prag` in both directions.

    Returns:
        (n,) values from 0 to 1; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> prag_symmetric(Lists.of([[1, 2]]), Lists.of([[1]]), 10)
    array([0.5])
    """
    return (prag(first, second, k) + prag(second, first, k)) / 2


@metric("pair", "serp_complai", better="neither", reference="COMPL-AI", undefined=EMPTY)
def serp_complai(first: Lists, second: Lists, k: int) -> FloatArray:
    """`serp` as COMPL-AI has it: the same, except that two empty lists give 1.

    Returns:
        (n,) values from 0 to 1.
    """
    values = serp(first, second, k)
    return np.where(np.isnan(values), 1.0, values)


@metric("pair", "prag_complai", better="neither", reference="COMPL-AI", undefined=EMPTY)
def prag_complai(first: Lists, second: Lists, k: int) -> FloatArray:
    """`prag` as COMPL-AI has it: the same, except that two empty lists give 1.

    Returns:
        (n,) values from 0 to 1.
    """
    values = prag(first, second, k)
    return np.where(np.isnan(values), 1.0, values)


@metric("pair", "serp_fairllm_notebook", better="neither", reference=FAIRLLM, undefined=EMPTY)
def serp_fairllm_notebook(first: Lists, second: Lists, k: int) -> FloatArray:
    """`serp` with the FaiRLLM notebook's weights: ranks from 0, divisor 2 n (n + 1).

    Only for comparison with published numbers: the same list scores (n + 3) / (4 (n + 1)), not 1.

    Returns:
        (n,) values from 0 to 0.5; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> serp_fairllm_notebook(Lists.of([[1, 2]]), Lists.of([[1, 2]]), 10).round(4)
    array([0.4167])
    """
    first, second, places = _compared(first, second, k)
    n = np.maximum(first.lengths, second.lengths)
    return ratio(_weighted(n + 1, second, places), 2.0 * n * (n + 1))


@metric("pair", "serp_langfair", better="neither", reference="LangFair 0.8", undefined=EMPTY)
def serp_langfair(first: Lists, second: Lists, k: int) -> FloatArray:
    """`serp` as LangFair has it, which is that of the FaiRLLM notebook.

    Returns:
        (n,) values from 0 to 0.5; NaN when both lists are empty.
    """
    return serp_fairllm_notebook(first, second, k)


@metric("pair", "prag_langfair", better="neither", reference="LangFair 0.8", undefined=EMPTY)
def prag_langfair(first: Lists, second: Lists, k: int) -> FloatArray:
    """`prag` over LangFair's divisor n (n + 1).

    Only for comparison with published numbers: the same list scores (n - 1) / (2 (n + 1)), not 1.

    Returns:
        (n,) values from 0 to 1; NaN when both lists are empty.

    >>> from recaudit.metrics import Lists
    >>> prag_langfair(Lists.of([[1, 2]]), Lists.of([[1, 2]]), 10).round(4)
    array([0.1667])
    """
    return _pairwise(first, second, k, lambda n: n * (n + 1.0))


def _pairwise(first: Lists, second: Lists, k: int, divisor: Callable[[IntArray], FloatArray]) -> FloatArray:
    first, second, places = _compared(first, second, k)
    n = np.maximum(first.lengths, second.lengths)
    agreeing = _ordered_pairs(second.offsets, places, True)
    return np.where(n == 1, _shared(second, places), ratio(agreeing, np.where(n == 1, 1, divisor(n))))


def _compared(first: Lists, second: Lists, k: int) -> tuple[Lists, Lists, IntArray]:
    """Both lists cut at k, and for each item of the second its rank in the first, 0 where it is absent."""
    if first.n_users != second.n_users:
        raise ValueError(f"{first.n_users} lists cannot be compared with {second.n_users}")
    refuse_repeats(first)
    refuse_repeats(second)
    first, second = first.first(k), second.first(k)
    return first, second, _places(first.offsets, first.items, second.offsets, second.items)


def _shared(second: Lists, places: IntArray) -> IntArray:
    return np.bincount(second.users[places > 0], minlength=second.n_users).astype(np.int64)


def _weighted(n: IntArray, second: Lists, places: IntArray) -> FloatArray:
    weights = (n[second.users] - second.ranks + 1.0) * (places > 0)
    sums = np.bincount(second.users, weights=weights, minlength=second.n_users)
    return sums.astype(np.float64, copy=False)


@compiled
def _places(
    first_offsets: IntArray, first_items: IntArray, second_offsets: IntArray, second_items: IntArray
) -> IntArray:  # pragma: no cover
    places = np.zeros(second_items.size, np.int64)
    for user in range(first_offsets.size - 1):
        for row in range(second_offsets[user], second_offsets[user + 1]):
            for other in range(first_offsets[user], first_offsets[user + 1]):
                if first_items[other] == second_items[row]:
                    places[row] = other - first_offsets[user] + 1
                    break
    return places


@compiled
def _ordered_pairs(
    offsets: IntArray,
    places: IntArray,
    absent_agrees: bool,
) -> IntArray:  # pragma: no cover
    """Pairs of the second list that stand in the same order in the first."""
    counts = np.zeros(offsets.size - 1, np.int64)
    for user in range(offsets.size - 1):
        for row in range(offsets[user], offsets[user + 1]):
            if places[row] == 0:
                continue
            for later in range(row + 1, offsets[user + 1]):
                if places[later] > places[row] or (absent_agrees and places[later] == 0):
                    counts[user] += 1
    return counts


@compiled
def _rank_biased_overlap(
    first_offsets: IntArray, second_offsets: IntArray, places: IntArray
) -> FloatArray:  # pragma: no cover
    result = np.full(first_offsets.size - 1, np.nan)
    for user in range(first_offsets.size - 1):
        start = second_offsets[user]
        length = second_offsets[user + 1] - start
        n = max(length, first_offsets[user + 1] - first_offsets[user])
        if n == 0:
            continue
        joined = np.zeros(n + 1, np.int64)
        for place in range(length):
            if places[start + place] > 0:
                joined[max(place + 1, places[start + place])] += 1
        total, shared, weight = 0.0, 0, 1.0
        for depth in range(1, n + 1):
            shared += joined[depth]
            weight *= RBO_PERSISTENCE
            total += shared / depth * weight
        result[user] = shared / n * weight + (1 - RBO_PERSISTENCE) / RBO_PERSISTENCE * total
    return result

"""How good each user's list is against the held-out items.

Conventions, the same for all: a grade of 0 is not relevant; only the first k places count; denominators count
all relevant items unless the name says `capped`; a user without a relevant held-out item has no value (NaN);
a user without a list scores 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.compiled import compiled
from recaudit.errors import DataError, InputError
from recaudit.metrics.division import ratio
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray
    from recaudit.metrics.hits import Hits
    from recaudit.records import FloatArray

PERSISTENCE = 0.8
"""How likely the reader of `rbp` is to go on to the next place."""

JARVELIN = "Järvelin and Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques"
BURGES = "Burges et al. 2005, Learning to rank using gradient descent"
TREC = "trec_eval; Manning, Raghavan and Schütze 2008, Introduction to Information Retrieval, ch. 8"


@metric("ranking", "ndcg", reference=JARVELIN)
def ndcg(hits: Hits, k: int) -> FloatArray:
    """Discounted gain of the first k places as a share of the best possible one, with linear gain.

    DCG@k = Σ grade / log2(rank + 1) over the hits within k; nDCG@k = DCG@k / ideal DCG@k, where the ideal
    list holds the min(k, relevant) highest grades in order.

    Args:
        hits: Hits of n users.
        k: Cut-off.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    One of two relevant items at rank 2: (1 / log2 3) / (1 + 1 / log2 3) = 0.6309 / 1.6309.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> ndcg(find_hits(Lists.of([[9, 1]]), Truth.of([{1: 1, 2: 1}])), 10).round(4)
    array([0.3869])
    """
    return _share_of_ideal(hits, k, _linear, _log_discount)


@metric("ranking", "ndcg_exp", reference=BURGES)
def ndcg_exp(hits: Hits, k: int) -> FloatArray:
    """NDCG with exponential gain, 2^grade - 1, so that high grades weigh much more.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    Grade 3 at rank 2, nothing else relevant: 7 / log2 3 over 7.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> ndcg_exp(find_hits(Lists.of([[9, 1]]), Truth.of([{1: 3}])), 10).round(4)
    array([0.6309])
    """
    return _share_of_ideal(hits, k, _exponential, _log_discount)


@metric("ranking", "ndcg_lenskit", reference="LensKit 2025.8, lenskit.metrics.NDCG")
def ndcg_lenskit(hits: Hits, k: int) -> FloatArray:
    """NDCG with LensKit's discount 1 / max(1, log2 rank), under which ranks 1 and 2 weigh the same.

    For comparison with numbers made elsewhere; `ndcg` is the usual form.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> ndcg_lenskit(find_hits(Lists.of([[9, 1]]), Truth.of([{1: 1}])), 10)
    array([1.])
    """
    return _share_of_ideal(hits, k, _linear, _lenskit_discount)


@metric("ranking", "dcg", bounds=(0.0, np.inf), reference=JARVELIN)
def dcg(hits: Hits, k: int) -> FloatArray:
    """Discounted gain of the first k places, Σ grade / log2(rank + 1), not normalised.

    Returns:
        (n,) values from 0, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> dcg(find_hits(Lists.of([[1, 9, 2]]), Truth.of([{1: 1, 2: 2}])), 10)
    array([2.])
    """
    return _defined(hits, _discounted(hits, k, _linear, _log_discount))


@metric("ranking", "recall", reference=TREC)
def recall(hits: Hits, k: int) -> FloatArray:
    """Share of all relevant held-out items that stand in the first k places.

    With more than k relevant items it cannot reach 1; see `capped_recall`.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> recall(find_hits(Lists.of([[1, 9]]), Truth.of([{1: 1, 2: 1, 3: 1, 4: 1}])), 2)
    array([0.25])
    """
    return ratio(_count(hits, k), hits.relevant)


@metric("ranking", "capped_recall", reference="recpack 0.3, CalibratedRecallK")
def capped_recall(hits: Hits, k: int) -> FloatArray:
    """Hits in the first k places over min(k, relevant), so that 1 can always be reached.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> capped_recall(find_hits(Lists.of([[1, 9]]), Truth.of([{1: 1, 2: 1, 3: 1, 4: 1}])), 2)
    array([0.5])
    """
    return ratio(_count(hits, k), np.minimum(hits.relevant, k))


@metric("ranking", "precision", reference=TREC)
def precision(hits: Hits, k: int) -> FloatArray:
    """Hits in the first k places over k, also when the list is shorter than k.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> precision(find_hits(Lists.of([[1, 9]]), Truth.of([{1: 1}])), 4)
    array([0.25])
    """
    return _defined(hits, _count(hits, k) / k)


@metric("ranking", "hit", reference="Deshpande and Karypis 2004, Item-based top-N recommendation algorithms")
def hit(hits: Hits, k: int) -> FloatArray:
    """1 if at least one relevant item stands in the first k places, else 0.

    Returns:
        (n,) zeros and ones, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> hit(find_hits(Lists.of([[1, 2], [9]]), Truth.of([{1: 1, 2: 1}, {1: 1}])), 2)
    array([1., 0.])
    """
    return _defined(hits, (_count(hits, k) > 0).astype(np.float64))


@metric("ranking", "mrr", reference="Voorhees 1999, The TREC-8 question answering track report")
def mrr(hits: Hits, k: int) -> FloatArray:
    """1 / rank of the first relevant item, 0 if there is none in the first k places.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> mrr(find_hits(Lists.of([[9, 1]]), Truth.of([{1: 1}])), 10)
    array([0.5])
    """
    return _defined(hits, _sum(hits, (hits.ordinal == 1) / hits.rank, k))


@metric("ranking", "map", reference=TREC)
def mean_average_precision(hits: Hits, k: int) -> FloatArray:
    """Average precision: precision at each hit within k, summed, over all relevant items.

    AP@k = Σ (hits up to rank r) / r over the hits' ranks r ≤ k, divided by the number of relevant items.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    Hits at ranks 1 and 3 of four relevant items: (1/1 + 2/3) / 4.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> hits = find_hits(Lists.of([[1, 9, 2]]), Truth.of([{1: 1, 2: 1, 3: 1, 4: 1}]))
    >>> mean_average_precision(hits, 5).round(4)
    array([0.4167])
    """
    return ratio(_sum(hits, hits.ordinal / hits.rank, k), hits.relevant)


@metric("ranking", "map_capped", reference="RePlay 0.22; recommenders 1.2")
def map_capped(hits: Hits, k: int) -> FloatArray:
    """Average precision over min(k, relevant), so that 1 can always be reached.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> map_capped(find_hits(Lists.of([[1, 9]]), Truth.of([{1: 1, 2: 1, 3: 1}])), 2)
    array([0.5])
    """
    return ratio(_sum(hits, hits.ordinal / hits.rank, k), np.minimum(hits.relevant, k))


@metric("ranking", "f1", reference="van Rijsbergen 1979, Information Retrieval, ch. 7")
def f1(hits: Hits, k: int) -> FloatArray:
    """Harmonic mean of precision and recall at k, 2 · hits / (k + relevant).

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> f1(find_hits(Lists.of([[1, 9]]), Truth.of([{1: 1, 2: 1}])), 2)
    array([0.5])
    """
    return _defined(hits, 2 * _count(hits, k) / (k + hits.relevant))


@metric("ranking", "r_precision", reference=TREC)
def r_precision(hits: Hits) -> FloatArray:
    """Share of the first R places that are relevant, where R is the user's number of relevant items.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> r_precision(find_hits(Lists.of([[1, 9, 2]]), Truth.of([{1: 1, 2: 1}])))
    array([0.5])
    """
    within = hits.rank <= hits.relevant[hits.user]
    return ratio(np.bincount(hits.user[within], minlength=hits.n_users), hits.relevant)


@metric("ranking", "rbp", reference="Moffat and Zobel 2008, Rank-biased precision (persistence 0.8)")
def rbp(hits: Hits, k: int) -> FloatArray:
    """Rank-biased precision, 0.2 · Σ 0.8^(rank - 1) over the hits within k; grades above 0 count alike.

    The weights of all ranks sum to 1, so a list cut at k reaches at most 1 - 0.8^k.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> rbp(find_hits(Lists.of([[1, 9, 2]]), Truth.of([{1: 1, 2: 1}])), 10).round(3)
    array([0.328])
    """
    return _defined(hits, _sum(hits, (1 - PERSISTENCE) * np.power(PERSISTENCE, hits.rank - 1.0), k))


@metric("ranking", "err", reference="Chapelle et al. 2009, Expected reciprocal rank for graded relevance")
def err(hits: Hits, k: int) -> FloatArray:
    """Expected reciprocal rank of the place where a reader who goes down the list is satisfied.

    A hit of grade g satisfies with probability R = (2^g - 1) / 2^G, G the top of the grade scale;
    ERR@k = Σ R / rank · Π (1 - R of the earlier hits).

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items.

    Two binary hits at ranks 1 and 2, R = 1/2: 1/2 + 1/2 · 1/2 · 1/2.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> err(find_hits(Lists.of([[1, 2]]), Truth.of([{1: 1, 2: 1}])), 10)
    array([0.625])
    """
    satisfied = _exponential(hits.grade) / 2.0**hits.highest_grade
    return _defined(hits, _sum(hits, satisfied * _still_reading(hits.ordinal, satisfied) / hits.rank, k))


@metric(
    "ranking",
    "auc",
    reference="Rendle et al. 2009, BPR; Hanley and McNeil 1982",
    undefined="every candidate is relevant",
)
def auc(hits: Hits) -> FloatArray:
    """Chance that a relevant item is ranked above one that is not, over all candidates; ties count half.

    The candidates are all items that could have been listed (the catalogue less the user's history). Unlisted
    ones count as tied below the list, so a short list holds the value near 0.5.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN without relevant held-out items or when every
        candidate is relevant.

    Raises:
        InputError: If the number of candidates is not known.
        DataError: If there are fewer candidates than listed and relevant items.

    Ten candidates, two relevant, one of them at rank 2 of two, the other unlisted. Of eight others the hit
    beats seven; the unlisted one loses to one and ties with seven: (7 + 3.5) / 16.

    >>> from recaudit.metrics import Lists, Truth, find_hits
    >>> auc(find_hits(Lists.of([[9, 1]]), Truth.of([{1: 1, 2: 1}]), candidates=10))
    array([0.65625])
    """
    if hits.candidates is None:
        raise InputError("auc needs the number of candidates that could have been ranked; give `candidates`")
    candidates = np.broadcast_to(np.asarray(hits.candidates), hits.n_users)
    others = candidates - hits.relevant
    found = np.bincount(hits.user, minlength=hits.n_users)
    unlisted = others - (hits.length - found)
    if (unlisted < 0).any():
        user = int(np.flatnonzero(unlisted < 0)[0])
        raise DataError(
            f"the user at position {user} has {candidates[user]} candidates, but more listed and relevant "
            "items than that; count every item that could have been listed"
        )
    above = others[hits.user] - (hits.rank - hits.ordinal)
    won = (
        np.bincount(hits.user, weights=above, minlength=hits.n_users) + (hits.relevant - found) * unlisted / 2
    )
    return ratio(won, hits.relevant * others)


def _defined(hits: Hits, values: FloatArray) -> FloatArray:
    return np.where(hits.relevant > 0, values, np.nan)


def _sum(hits: Hits, values: NDArray[np.floating], k: int) -> FloatArray:
    within = hits.rank <= k
    sums = np.bincount(hits.user[within], weights=values[within], minlength=hits.n_users)
    return sums.astype(np.float64, copy=False)


def _count(hits: Hits, k: int) -> IntArray:
    return np.bincount(hits.user[hits.rank <= k], minlength=hits.n_users).astype(np.int64)


def _linear(grades: FloatArray) -> FloatArray:
    return grades


def _exponential(grades: FloatArray) -> FloatArray:
    gains: FloatArray = np.exp2(grades) - 1
    return gains


def _log_discount(ranks: NDArray[np.int64]) -> FloatArray:
    discounts: FloatArray = 1 / np.log2(ranks + 1.0)
    return discounts


def _lenskit_discount(ranks: NDArray[np.int64]) -> FloatArray:
    return 1 / np.maximum(1.0, np.log2(ranks))


def _discounted(
    hits: Hits, k: int, gain: Callable[[FloatArray], FloatArray], discount: Callable[[IntArray], FloatArray]
) -> FloatArray:
    return _sum(hits, gain(hits.grade) * discount(hits.rank), k)


def _share_of_ideal(
    hits: Hits, k: int, gain: Callable[[FloatArray], FloatArray], discount: Callable[[IntArray], FloatArray]
) -> FloatArray:
    depth = min(k, int(hits.relevant.max(initial=0)))
    weights = discount(np.arange(1, depth + 1))
    ideal = np.zeros(hits.n_users)
    _best_sums(hits.truth.offsets, gain(hits.truth.grades), weights, np.zeros(depth), ideal)
    return ratio(_discounted(hits, k, gain, discount), ideal)


@compiled
def _best_sums(
    offsets: IntArray, gains: FloatArray, weights: FloatArray, best: FloatArray, sums: FloatArray
) -> None:  # pragma: no cover
    """Add up each user's gains, largest first, times the weights; `best` is room to sort in."""
    for user in range(offsets.size - 1):
        held = 0
        for row in range(offsets[user], offsets[user + 1]):
            gain = gains[row]
            if gain <= 0 or (held == best.size and gain <= best[held - 1]):
                continue
            at = held if held < best.size else best.size - 1
            while at > 0 and best[at - 1] < gain:
                best[at] = best[at - 1]
                at -= 1
            best[at] = gain
            if held < best.size:
                held += 1
        for place in range(held):
            sums[user] += best[place] * weights[place]


@compiled
def _still_reading(ordinal: IntArray, satisfied: FloatArray) -> FloatArray:  # pragma: no cover
    """Probability that no earlier hit of the same user has satisfied."""
    reading = np.ones(ordinal.size)
    for row in range(1, ordinal.size):
        if ordinal[row] > 1:
            reading[row] = reading[row - 1] * (1 - satisfied[row - 1])
    return reading

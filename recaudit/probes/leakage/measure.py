"""From lists to how well they give an attribute away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, identity

from recaudit.datasets import AuditData
from recaudit.metrics import Lists, encode_rows, exposure
from recaudit.metrics.separation import AucDifference, FoldedAuc
from recaudit.probes.groups import user_groups
from recaudit.probes.leakage.options import LeakageOptions
from recaudit.probes.leakage.reader import deal_folds, out_of_fold_scores
from recaudit.probes.lists import ARM, first_in_arm, measurement_rows, shown_lists
from recaudit.probes.probe import Answers
from recaudit.records import CorpusMeasurement, FloatArray, Measurements, Request

LISTS, HISTORIES, POPULARITY, BEYOND = "lists", "histories", "length and popularity", "lists less histories"
FEW = 50
"""Permutations of what is not compared with chance itself, and of those whose users are resampled."""

RESAMPLES = 60
READ = (LISTS, HISTORIES, POPULARITY, BEYOND)


def metric_name(attribute: str, source: str) -> str:
    """How an AUC is booked.

    >>> metric_name("gender", "lists")
    'auc of gender from lists'
    """
    return f"auc of {attribute} from {source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readable:
    """Users with a list, and what a reader may see of each.

    Attributes:
        asked: n requests.
        lists: Their lists.
        kernels: Source to (n, n) products of features.
    """

    asked: Sequence[Request]
    lists: Lists
    kernels: Mapping[str, FloatArray]


def attributes_of(data: AuditData, options: LeakageOptions) -> list[str]:
    """The attributes that are read."""
    return data.attributes if options.attributes is None else list(options.attributes)


def measure(
    data: AuditData, options: LeakageOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """Out-of-fold scores of every user as rows, and the AUC of every attribute as statistics of all users.

    Only what is read off lists is compared with chance.
    """
    rng = np.random.default_rng(0)
    listed = [one for one in first_in_arm(requests, ARM, answers) if answers[one.id].items]
    if len(listed) > options.units:
        chosen = np.sort(rng.choice(len(listed), options.units, replace=False))
        listed = [listed[place] for place in chosen]
    seen = _readable(data, options, listed, answers)
    attributes = attributes_of(data, options)
    groups = user_groups(data, attributes).reindex([one.user for one in listed])
    rows, corpus = [], []
    for attribute in attributes:
        of_attribute = _attribute(attribute, groups[attribute], seen, options)
        rows.extend(of_attribute.rows)
        corpus.extend(of_attribute.corpus)
    return Measurements(
        rows=pd.concat(rows, ignore_index=True) if rows else measurement_rows([], {}, {}),
        corpus=tuple(corpus),
    )


def _readable(
    data: AuditData, options: LeakageOptions, listed: Sequence[Request], answers: Answers
) -> _Readable:
    lists = shown_lists(data, listed, answers).first(options.k)
    users = pd.Index([one.user for one in listed])
    history = encode_rows(data.interactions, users, data.items.index)
    counts = data.interactions["item"].value_counts().reindex(data.items.index, fill_value=0)
    logs = np.log1p(counts.to_numpy(dtype=np.float64))
    sums = np.bincount(lists.users, weights=logs[lists.items], minlength=lists.n_users)
    popularity = _standardised(np.stack([lists.lengths, sums / np.maximum(lists.lengths, 1)], axis=1))
    return _Readable(
        asked=listed,
        lists=lists,
        kernels={
            LISTS: _kernel(exposure(lists, options.k, len(data.items))),
            HISTORIES: _kernel(exposure(history, len(data.items), len(data.items))),
            POPULARITY: popularity @ popularity.T,
        },
    )


def _standardised(columns: FloatArray) -> FloatArray:
    if not len(columns):
        return columns
    spread = columns.std(axis=0)
    scaled: FloatArray = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def _kernel(indicators: csr_matrix[Any]) -> FloatArray:
    kernel: FloatArray = np.asarray((indicators @ indicators.T).todense(), dtype=np.float64)
    return kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """What one attribute adds."""

    rows: list[pd.DataFrame]
    corpus: list[CorpusMeasurement]


def _attribute(attribute: str, groups: pd.Series[Any], seen: _Readable, options: LeakageOptions) -> _Measured:
    counts = groups.value_counts()
    large = sorted(str(name) for name, count in counts.items() if count >= options.min_users)
    if len(large) < 2:
        why = (
            f"{attribute} has {len(large)} group(s) of at least {options.min_users} users with a list, and there is "
            "nothing to tell apart"
        )
        return _Measured(rows=[], corpus=[_undefined(attribute, source, why) for source in READ])
    known = np.flatnonzero(groups.isin(large).to_numpy())
    labels = pd.Index(large).get_indexer(pd.Index(groups.iloc[known]))
    rng = np.random.default_rng(len(known))
    folds = deal_folds(len(known), options.folds, rng)
    dealt = np.stack([labels, *(rng.permutation(labels) for _ in range(options.permutations))])
    read = {
        source: out_of_fold_scores(
            kernel[np.ix_(known, known)],
            dealt[: 1 + (options.permutations if source == LISTS else FEW)],
            folds,
            groups=len(large),
            ridge=options.ridge,
        )
        for source, kernel in seen.kernels.items()
    }
    asked = [seen.asked[int(place)] for place in known]
    return _Measured(
        rows=[_score_rows(attribute, source, asked, labels, scores[0]) for source, scores in read.items()],
        corpus=_statistics(attribute, asked, dealt, folds, read),
    )


def _statistics(
    attribute: str,
    asked: Sequence[Request],
    dealt: NDArray[np.intp],
    folds: NDArray[np.intp],
    read: Mapping[str, FloatArray],
) -> list[CorpusMeasurement]:
    units = np.array([one.unit for one in asked], dtype=object)
    each = csr_matrix(identity(len(asked)))
    everybody = np.ones(len(asked))
    observed = {
        source: FoldedAuc(scores=scores[0], labels=dealt[0], folds=folds) for source, scores in read.items()
    }
    corpus = []
    widening = {}
    for source, scores in read.items():
        permuted = [
            FoldedAuc(scores=own, labels=labels, folds=folds)
            for own, labels in zip(scores[1:], dealt[1:], strict=False)
        ]
        chance = np.array([float(one(everybody)) for one in permuted])
        widening[source] = _widening(chance, permuted[:FEW])
        corpus.append(
            CorpusMeasurement(
                metric=metric_name(attribute, source),
                units=units,
                contributions=each,
                statistic=observed[source],
                by_chance=chance if source == LISTS else None,
                widening=widening[source],
            )
        )
    corpus.append(
        CorpusMeasurement(
            metric=metric_name(attribute, BEYOND),
            units=units,
            contributions=each,
            statistic=AucDifference(first=observed[LISTS], second=observed[HISTORIES]),
            widening=max(widening[LISTS], widening[HISTORIES]),
        )
    )
    return corpus


def _widening(chance: FloatArray, permuted: Sequence[FoldedAuc]) -> float:
    """How much more an AUC varies than resampling its users says, seen on permuted groups.

    Resampled users keep their scores, but other users would have made other models. With groups that mean nothing the
    whole variation is known: it is that of the AUC from one permutation to another.
    """
    n = len(permuted[0].labels)
    drawn = np.random.default_rng(n).multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)
    within = np.array([np.nanvar(one(drawn), ddof=1) for one in permuted])
    expected = float(np.sqrt(within.mean()))
    return max(1.0, float(chance.std(ddof=1)) / expected) if expected > 0 else 1.0


def _score_rows(
    attribute: str, source: str, asked: Sequence[Request], labels: NDArray[np.intp], scores: FloatArray
) -> pd.DataFrame:
    """Each user's score for the user's own group."""
    name = f"score of {attribute} from {source}"
    own = scores[np.arange(len(labels)), labels]
    return measurement_rows(asked, {name: own}, {name: np.full(len(own), "", dtype=object)})


def _undefined(attribute: str, source: str, why: str) -> CorpusMeasurement:
    return CorpusMeasurement(
        metric=metric_name(attribute, source),
        units=np.array([], dtype=object),
        contributions=csr_matrix((0, 1)),
        statistic=lambda totals: np.full(totals.shape[:-1], np.nan),
        undefined=why,
    )

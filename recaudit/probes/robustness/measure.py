"""From answers to rows: how far variants move the list and its use, and which part of its variance is wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import get_args

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.metrics.variance import Source, VarianceShare, variance_contributions
from recaudit.probes.outcomes import utility_rows
from recaudit.probes.probe import Answers
from recaudit.probes.robustness.options import (
    CommonOptions,
    PromptRobustnessOptions,
    RobustnessOptions,
)
from recaudit.probes.robustness.plan import (
    MORE,
    PLAIN,
    SHUFFLED,
    TYPOS,
    WORDED,
    language_arm,
    length_arm,
    needs_of,
    paraphrase_arm,
)
from recaudit.probes.similarity import (
    Asked,
    Comparison,
    all_pairs,
    asked_by_arm,
    compared,
    similarity_rows,
)
from recaudit.records import FAILED, Answer, CorpusMeasurement, Measurements, Request

MOST_MISSING = 0.2
"""With a larger share of units without all answers, no shares of variance are given."""

AGAIN, AGAIN_WORDED = "plain question again", "plain wording again"


def measure_histories(
    data: AuditData, options: RobustnessOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """Similarity to the plain answer, and utility, of every variant of the history."""
    variants = [SHUFFLED, *map(length_arm, options.lengths), MORE]
    asked = asked_by_arm(requests, answers, [PLAIN, *variants], needs_of(options))
    seen = {**answers, **_among_the_few(asked, answers)}
    return Measurements(rows=_rows(data, options, asked, seen, plain=PLAIN, again=AGAIN, variants=variants))


def _among_the_few(asked: Asked, answers: Answers) -> dict[str, Answer]:
    """Answers about more candidates, without the added ones, so that a consistent ranker changes nothing."""
    found = {}
    for (unit, arm), group in asked.items():
        plain = asked.get((unit, PLAIN), ())
        if arm == MORE and plain and plain[0].candidates is not None:
            few = set(plain[0].candidates)
            for one in group:
                answer = answers[one.id]
                kept = tuple(item for item in answer.items if item in few)
                slots = tuple(slot for slot in answer.slots if slot.item is None or slot.item in few)
                found[one.id] = replace(answer, items=kept, slots=slots, scores=None)
    return found


def measure_prompts(
    data: AuditData, options: PromptRobustnessOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """The same for wordings, and the variance components of the utility."""
    paraphrases = [paraphrase_arm(place) for place in range(len(options.paraphrases))]
    variants = [*paraphrases, *map(language_arm, options.languages), TYPOS]
    asked = asked_by_arm(requests, answers, [WORDED, *variants], "instructions")
    rows = _rows(data, options, asked, answers, plain=WORDED, again=AGAIN_WORDED, variants=variants)
    wordings = [WORDED, *paraphrases]
    corpus = [
        made for label in options.utility for made in variance_parts(rows, label, wordings, options.repeats)
    ]
    return Measurements(rows=rows, corpus=tuple(corpus))


def _rows(
    data: AuditData,
    options: CommonOptions,
    asked: Asked,
    answers: Answers,
    *,
    plain: str,
    again: str,
    variants: Sequence[str],
) -> pd.DataFrame:
    pairs = list(_comparisons(asked, plain, again, variants))
    reached = [one for group in asked.values() for one in group if answers[one.id].problem not in FAILED]
    parts = [similarity_rows(pairs, answers, options.similarity, options.k)]
    if reached:
        parts.append(utility_rows(data, reached, answers, options.utility))
    return pd.concat(parts, ignore_index=True)


def _comparisons(asked: Asked, plain: str, again: str, variants: Sequence[str]) -> Iterator[Comparison]:
    for unit in dict.fromkeys(unit for unit, _ in asked):
        first = asked.get((unit, plain), ())
        yield from compared(again, combinations(first, 2))
        for arm in variants:
            yield from compared(arm, all_pairs(first, asked.get((unit, arm), ())))


def variance_name(label: str, source: Source) -> str:
    """How a share of variance is booked.

    >>> variance_name("ndcg@10", "wording")
    'share of the variance of ndcg@10 due to wording'
    """
    return f"share of the variance of {label} due to {source}"


def variance_parts(
    rows: pd.DataFrame, label: str, wordings: Sequence[str], repeats: int
) -> list[CorpusMeasurement]:
    """The share of each source in the variance of a metric, from the units that have all their values.

    Too many units without make it undefined.

    Args:
        rows: Measurements with columns `unit`, `arm`, `replicate`, `metric` and `value`.
        label: The metric.
        wordings: Arms that are the same wish in other words.
        repeats: How often each was asked.
    """
    own = rows[(rows["metric"] == label) & rows["arm"].isin(wordings)]
    table = own.pivot_table(index="unit", columns=["arm", "replicate"], values="value", aggfunc="mean")
    wanted = pd.MultiIndex.from_product([wordings, range(repeats)])
    complete = table.reindex(columns=wanted).dropna()
    if len(complete) < (1 - MOST_MISSING) * len(table):
        why = f"{len(table) - len(complete):,} of {len(table):,} units lack an answer, more than {MOST_MISSING:.0%}"
        complete = complete.iloc[:0]
    else:
        why = f"{label} does not vary between units, wordings and repeats"
    values = complete.to_numpy(dtype=np.float64).reshape(len(complete), len(wordings), repeats)
    contributions = variance_contributions(values)
    return [
        CorpusMeasurement(
            metric=variance_name(label, source),
            units=complete.index.to_numpy(dtype=object),
            contributions=contributions,
            statistic=VarianceShare(source=source, wordings=len(wordings), repeats=repeats),
            undefined=why,
        )
        for source in get_args(Source)
    ]

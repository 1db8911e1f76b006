"""One estimate per claim, from one resampling of units."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recaudit.errors import InputError, UnknownNameError
from recaudit.records import Estimate, Hypothesis, Measurements, digest_of
from recaudit.statistics.arm_claims import arm_claim
from recaudit.statistics.arms import ARM_CONTRASTS, check_arms
from recaudit.statistics.claims import Claim, corpus_claim, mean_claim
from recaudit.statistics.group_claims import group_claim
from recaudit.statistics.intervals import error_budget, joint_critical_values
from recaudit.statistics.lost import lost_rows, lost_share, withheld
from recaudit.statistics.multiplicity import FALSE_DISCOVERY, Screening, adjust
from recaudit.statistics.parts import PART_CONTRASTS, part_claim
from recaudit.statistics.sample import Sample, group_key, resample


def estimate(
    hypotheses: Sequence[Hypothesis],
    measurements: Measurements,
    groups: pd.DataFrame,
    *,
    gated: Collection[str],
    confidence: float = 0.95,
    resamples: int = 2000,
    min_group: int = 20,
    rng: int | np.random.Generator,
    tests: bool = True,
    screening: Screening = "benjamini-hochberg",
) -> dict[str, Estimate]:
    """Estimate every claim about one system, with intervals that hold jointly over the gated ones.

    Units are resampled, never rows: values are averaged within unit and metric first. Means, gaps and worst means get
    studentised bootstrap intervals (bootstrap-t), ratios the same on the log scale, corpus statistics
    centred ones, groups with hardly any variation a conservative binomial bound. All gated claims form one family
    whose intervals hold at once with probability `confidence`; every other claim is a family of its own.

    Args:
        hypotheses: The claims.
        measurements: Rows (unit, metric, value) and corpus statistics of one system.
        groups: One row per unit, its id as index; one text column per attribute that a claim compares, products
            such as "gender*age_band" included. A missing value leaves the unit out of that attribute.
        gated: Ids of the claims that a limit will decide.
        confidence: Simultaneous level of a family, between 0.5 and 1.
        resamples: Number of resamples B.
        min_group: Groups with fewer units with a value are not compared, and counted.
        rng: Seed or generator. One seed gives identical numbers, whatever the order of rows.
        tests: Whether arms are permuted, for p and for what chance gives, and p-values adjusted; no interval, and so no
            verdict, depends on it.
        screening: How p-values of the claims that are not gated are adjusted.

    Returns:
        Claim id to estimate, in the order of `hypotheses`. A value, or an interval, that is undefined is None and
        the estimate's `reason` says why.

    Raises:
        InputError: If a setting is out of range, a gated id is not among the claims, an attribute is unknown, or a
            value is infinite or outside the bounds of its metric.
        ValueError: If a claim itself makes no sense, such as a gap without an attribute.
    """
    _check(hypotheses, gated, confidence=confidence, resamples=resamples, min_group=min_group)
    generator = np.random.default_rng(rng)
    sample = resample(
        hypotheses, measurements, groups, resamples=resamples, min_group=min_group, rng=generator
    )
    permuting = int(generator.integers(2**63))
    blank = Estimate(
        value=None,
        low=None,
        high=None,
        confidence=confidence,
        family="this claim alone",
        family_size=1,
        n=0,
        method=f"studentised bootstrap over units, {resamples:,} resamples, max-t",
    )
    claims = {
        hypothesis.id: _claim(hypothesis, sample, blank, resamples if tests else 0, permuting)
        for hypothesis in hypotheses
    }
    lost = lost_rows(measurements.rows)
    for hypothesis in hypotheses:
        if hypothesis.contrast in {"mean", "gap", "ratio", "worst"}:
            share = lost_share(hypothesis, measurements.rows, lost)
            claims[hypothesis.id] = withheld(claims[hypothesis.id], share)
    family = {claim: claims[claim] for claim in claims if claim in set(gated)}
    estimates = {}
    if family:
        noun = "gated claim" if len(family) == 1 else "gated claims"
        named = f"{len(family)} {noun} about this system"
        for claim, finished in finish_family(family, confidence).items():
            estimates[claim] = replace(finished, family=named, family_size=len(family))
    for claim in claims.keys() - family.keys():
        estimates |= finish_family({claim: claims[claim]}, confidence)
    if not tests:
        return {claim: estimates[claim] for claim in claims}
    adjusted = adjust({claim: estimates[claim].p for claim in family}, "holm")
    adjusted |= adjust(
        {claim: estimates[claim].p for claim in claims if claim not in family}, FALSE_DISCOVERY[screening]
    )
    return {claim: replace(estimates[claim], p_adjusted=adjusted[claim]) for claim in claims}


def finish_family(family: Mapping[str, Claim], confidence: float) -> dict[str, Estimate]:
    """Find the critical values of one family and finish its claims, which then hold at once."""
    budget = error_budget(
        confidence,
        sparse=sum(claim.sparse for claim in family.values()),
        components=sum(claim.components for claim in family.values()),
    )
    maxima = {name: claim.deviation for name, claim in family.items() if claim.deviation is not None}
    critical = joint_critical_values(maxima, budget.level)
    return {
        name: claim.finish(critical.get(name, math.inf), budget.per_sparse) for name, claim in family.items()
    }


def _claim(
    hypothesis: Hypothesis, sample: Sample, blank: Estimate, permutations: int, permuting: int
) -> Claim:
    if hypothesis.contrast in ARM_CONTRASTS:
        # Each claim permutes from its own seed, so that no claim's p depends on which others there are.
        own = np.random.default_rng([permuting, int(digest_of(hypothesis.id)[:8], 16)])
        return arm_claim(sample.arms[hypothesis.id], hypothesis, blank, permutations=permutations, rng=own)
    if hypothesis.contrast in PART_CONTRASTS:
        return part_claim(sample.parts.get(hypothesis.metric), hypothesis, blank)
    if hypothesis.contrast == "corpus":
        return corpus_claim(sample.corpus.get(hypothesis.metric), hypothesis, blank)
    if hypothesis.contrast == "mean":
        return mean_claim(sample.groups[group_key(hypothesis)], hypothesis, blank)
    return group_claim(sample.groups[group_key(hypothesis)], hypothesis, blank)


def _check(
    hypotheses: Sequence[Hypothesis],
    gated: Collection[str],
    *,
    confidence: float,
    resamples: int,
    min_group: int,
) -> None:
    if not 0.5 <= confidence < 1:
        raise InputError(f"confidence is {confidence}; give a level from 0.5 to below 1, such as 0.95")
    fewest = math.ceil(round(1 / (1 - confidence), 9)) - 1
    if resamples < fewest:
        raise InputError(
            f"{resamples} resamples cannot give a {confidence:.0%} interval; give at least {fewest}"
        )
    if min_group < 2:
        raise InputError(f"min_group is {min_group}; give at least 2, as one unit has no spread")
    known: set[str] = set()
    for hypothesis in hypotheses:
        if hypothesis.id in known:
            raise ValueError(f"two claims have the id '{hypothesis.id}'; give each its own")
        known.add(hypothesis.id)
        _check_claim(hypothesis)
    for claim in gated:
        if claim not in known:
            raise UnknownNameError.among("gated claim", claim, known)


def _check_claim(hypothesis: Hypothesis) -> None:
    if hypothesis.contrast in ARM_CONTRASTS:
        check_arms(hypothesis)
    if hypothesis.contrast in {"gap", "ratio", "worst"} and hypothesis.attribute is None:
        raise ValueError(f"claim '{hypothesis.id}' compares groups and names no attribute")
    if hypothesis.contrast == "worst" and hypothesis.better not in {"higher", "lower"}:
        raise ValueError(f"claim '{hypothesis.id}' asks for the worst group of a metric without a better end")

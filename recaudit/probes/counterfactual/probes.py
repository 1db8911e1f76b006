"""The two forms of the counterfactual probe."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recaudit.datasets import AuditData
from recaudit.probes.counterfactual.claims import COMPARED_RATES, attribute_claims, floor_claims
from recaudit.probes.counterfactual.compare import comparisons
from recaudit.probes.counterfactual.options import CommonOptions, ProfileOptions, PromptOptions
from recaudit.probes.counterfactual.plan import plan_profiles, plan_prompts, profile_arms
from recaudit.probes.counterfactual.values import NEUTRAL, Arm
from recaudit.probes.outcomes import rate_rows, utility_rows
from recaudit.probes.probe import Answers, Probe
from recaudit.probes.similarity import Asked, asked_by_arm, similarity_rows
from recaudit.records import FAILED, Capability, Hypothesis, Measurements, Request

PROMPT_FORM, PROFILE_FORM = "counterfactual", "counterfactual-profile"


def depth(options: PromptOptions | ProfileOptions) -> int:
    """The length of the lists asked for."""
    return options.depth


def prompt_hypotheses(data: AuditData, options: PromptOptions) -> list[Hypothesis]:  # noqa: ARG001 - the probe contract
    """The floors, and every attribute."""
    return _hypotheses(PROMPT_FORM, options.arms(), options, [], "instructions")


def profile_hypotheses(data: AuditData, options: ProfileOptions) -> list[Hypothesis]:
    """The floors, and every attribute."""
    return _hypotheses(PROFILE_FORM, profile_arms(data, options), options, options.utility, "profiles")


def _hypotheses(
    probe: str, arms: Sequence[Arm], options: CommonOptions, utility: Sequence[str], needs: Capability
) -> list[Hypothesis]:
    claims = list(floor_claims(probe, options.similarity, needs))
    for attribute in dict.fromkeys(arm.attribute for arm in arms):
        own = [arm for arm in arms if arm.attribute == attribute]
        claims.extend(
            attribute_claims(
                probe, attribute, own, similarity=options.similarity, utility=utility, needs=needs
            )
        )
    return claims


def measure_prompts(
    data: AuditData,  # noqa: ARG001 - the probe contract
    options: PromptOptions,
    requests: Sequence[Request],
    answers: Answers,
) -> Measurements:
    """Similarities of compared answers, and rates of all."""
    placebos, arms = options.placebo_arms(), options.arms()
    asked = asked_by_arm(requests, answers, _labels(placebos, arms), "instructions")
    return Measurements(rows=_rows(options, asked, placebos, arms, answers))


def measure_profiles(
    data: AuditData, options: ProfileOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """Similarities of compared answers, rates of all, and what the lists are worth."""
    placebos, arms = options.placebo_arms(), profile_arms(data, options)
    asked = asked_by_arm(requests, answers, _labels(placebos, arms), "profiles")
    rows = _rows(options, asked, placebos, arms, answers)
    reached = [
        request for group in asked.values() for request in group if answers[request.id].problem not in FAILED
    ]
    if options.utility and reached:
        rows = pd.concat([rows, utility_rows(data, reached, answers, options.utility)], ignore_index=True)
    return Measurements(rows=rows)


def _labels(placebos: Sequence[Arm], arms: Sequence[Arm]) -> list[str]:
    return [NEUTRAL, *(arm.label for arm in (*placebos, *arms))]


def _rows(
    options: CommonOptions, asked: Asked, placebos: Sequence[Arm], arms: Sequence[Arm], answers: Answers
) -> pd.DataFrame:
    pairs = list(comparisons(asked, placebos, arms))
    everything = [request for group in asked.values() for request in group]
    return pd.concat(
        [
            similarity_rows(pairs, answers, options.similarity, options.depth),
            rate_rows(everything, answers, COMPARED_RATES),
        ],
        ignore_index=True,
    )


COUNTERFACTUAL = Probe(
    name=PROMPT_FORM,
    aspect="fair",
    question="Is it fair: does the list change when only a sensitive word about the person changes?",
    options=PromptOptions,
    depth=depth,
    plan=plan_prompts,
    hypotheses=prompt_hypotheses,
    measure=measure_prompts,
)

COUNTERFACTUAL_PROFILE = Probe(
    name=PROFILE_FORM,
    aspect="fair",
    question="Is it fair: does a real user's list change, or become worse, when they disclose another attribute?",
    options=ProfileOptions,
    depth=depth,
    plan=plan_profiles,
    hypotheses=profile_hypotheses,
    measure=measure_profiles,
)

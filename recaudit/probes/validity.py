"""Are the answers answers: refused, malformed, made up, repeated, known already, too short; for all and by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from recaudit.datasets import AuditData, first_users
from recaudit.probes.candidates import candidate_sets, in_random_order, ranking_request, relevant_items
from recaudit.probes.lists import ARM, first_in_arm, plan_lists
from recaudit.probes.options import Attributes, ProbeOptions
from recaudit.probes.outcomes import (
    AMBIGUOUS,
    LENGTH,
    MALFORMED,
    NOT_ASKED,
    OFF_CATALOGUE,
    REFUSED,
    REPEATED,
    SEEN,
    USABLE,
    rate_rows,
)
from recaudit.probes.probe import Answers, Probe
from recaudit.records import Capability, Hypothesis, Measurements, Request

NAME = "validity"
CANDIDATE_ARM = "validity: candidates"

QUESTIONS = {
    USABLE: "How many of the places asked for hold an item that the user can be shown?",
    REFUSED: "How often is a user refused an answer?",
    MALFORMED: "How often is there no list in the answer?",
    OFF_CATALOGUE: "How many of the titles does the catalogue not have?",
    AMBIGUOUS: "How many of the titles fit several items of the catalogue?",
    REPEATED: "How many of the titles were named before in the same answer?",
    SEEN: "How many of the items does the user know already?",
    NOT_ASKED: "How many of the titles were not among the candidates?",
    LENGTH: "How many of the places asked for are filled?",
}
IN_LISTS = (USABLE, REFUSED, MALFORMED, OFF_CATALOGUE, AMBIGUOUS, REPEATED, SEEN, LENGTH)
OF_CANDIDATES = (USABLE, REFUSED, MALFORMED, OFF_CATALOGUE, REPEATED, NOT_ASKED, LENGTH)


class ValidityOptions(ProbeOptions):
    """`[probes.validity]`.

    Attributes:
        k: Least length of the lists over the catalogue; longer if another probe needs it.
        attributes: User attributes, products such as "gender*age_band", or "taste"; all of the data without it.
        candidates: Systems that rank candidates are given so many.
        units: Users who are given candidates, drawn by the seed of the audit.
    """

    k: Annotated[int, Field(ge=1)] = 10
    attributes: Attributes = None
    candidates: Annotated[int, Field(ge=2)] = 20
    units: Annotated[int, Field(ge=1)] = 100


def depth(options: ValidityOptions) -> int:
    """The length of the lists over the catalogue."""
    return options.k


def plan(data: AuditData, options: ValidityOptions, k: int, run_seed: int) -> list[Request]:
    """One list per user, and one ranking of candidates for each of some users with held-out items."""
    rng = np.random.default_rng(run_seed)
    users = first_users(list(relevant_items(data)), options.units, run_seed)
    sets = candidate_sets(data, users, options.candidates, rng, most_wanted=1)
    rankings = [
        ranking_request(
            CANDIDATE_ARM,
            one.user,
            one.history,
            in_random_order([*one.wanted, *one.others], rng),
            run_seed=run_seed,
        )
        for one in sets
    ]
    return [*plan_lists(data, k, run_seed), *rankings]


def hypotheses(data: AuditData, options: ValidityOptions) -> list[Hypothesis]:
    """Every rate over all users, and its gap between groups; for lists and for candidates."""
    attributes = data.attributes if options.attributes is None else options.attributes
    return [
        *_claims("", ARM, IN_LISTS, attributes, "lists"),
        *_claims("candidates/", CANDIDATE_ARM, OF_CANDIDATES, [], "candidates"),
    ]


def _claims(
    section: str, arm: str, rates: Sequence[str], attributes: Sequence[str], needs: Capability
) -> Iterator[Hypothesis]:
    for rate in rates:
        better = "higher" if rate in {USABLE, LENGTH} else "lower"
        common = {
            "probe": NAME,
            "metric": rate,
            "arms": (arm,),
            "better": better,
            "bounds": (0.0, 1.0),
            "needs": needs,
        }
        yield Hypothesis(
            id=f"{NAME}/{section}{rate}",
            question=QUESTIONS[rate],
            title=f"mean {rate}",
            contrast="mean",
            **common,  # type: ignore[arg-type] # the fields above
        )
        for attribute in attributes:
            yield Hypothesis(
                id=f"{NAME}/{section}{attribute}/{rate}-gap",
                question=f"{QUESTIONS[rate][:-1]}, and is that the same for all groups of {attribute}?",
                contrast="gap",
                attribute=attribute,
                **common,  # type: ignore[arg-type] # the fields above
            )


def measure(
    data: AuditData,  # noqa: ARG001 - the probe contract
    options: ValidityOptions,  # noqa: ARG001 - the probe contract
    requests: Sequence[Request],
    answers: Answers,
) -> Measurements:
    """One value per answer and rate."""
    parts = [
        rate_rows(first_in_arm(requests, ARM, answers), answers, IN_LISTS),
        rate_rows(first_in_arm(requests, CANDIDATE_ARM, answers), answers, OF_CANDIDATES),
    ]
    return Measurements(rows=pd.concat([part for part in parts if len(part)], ignore_index=True))


VALIDITY = Probe(
    name=NAME,
    aspect="good",
    question="Are the answers answers: not refused, not made up, not repeated, not known already, long enough?",
    options=ValidityOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)

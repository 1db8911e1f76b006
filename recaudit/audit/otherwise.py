"""Answers whose titles were matched to the catalogue, with the titles matched more strictly and more loosely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from recaudit.adapters.language.reading import read_otherwise
from recaudit.adapters.language.titles import NOT_FUZZY, THRESHOLD, TitleIndex, index_titles
from recaudit.audit.batches import Batch
from recaudit.audit.estimating import estimates_of, gated_claims, measured_by_probe
from recaudit.audit.plan import AuditPlan
from recaudit.records import Answer, Capability, Estimate, OtherReading, Request

if TYPE_CHECKING:
    import pandas as pd

LOOSER = 80.0
"""Least similarity of the looser match, which takes whatever words differ; see benchmarks/titles.md for why."""

STRICTLY = "titles matched exactly only"
LOOSELY = f"titles matched at {LOOSER:g} instead of {THRESHOLD:g}, whatever words differ"


def matches_titles(items: pd.DataFrame, answers: Mapping[str, Answer]) -> bool:
    """Whether answers hold titles in other letters than the catalogue's, which has a title for every item.

    A system that answers in ids has none: an id fits or does not.
    """
    return bool(items["title"].notna().all()) and any(
        slot.how in {"normalised", "fuzzy"} or 0 < slot.similarity < 100
        for answer in answers.values()
        for slot in answer.slots
    )


def measured_otherwise(
    plan: AuditPlan,
    name: str,
    requests: Sequence[Request],
    answers: Mapping[str, Answer],
    *,
    offered: frozenset[Capability],
    batches: Sequence[Batch],
) -> tuple[OtherReading, ...]:
    """What the gated claims about a system rest on if the titles in its answers are matched otherwise."""
    claims = gated_claims(plan, name)
    found = []
    for how, again in _readings(plan.data.items, requests, answers):
        changed = sum(answer is not answers[request] for request, answer in again.items())
        estimates: dict[str, Estimate] = {}
        if changed:
            measured = measured_by_probe(plan, claims, requests, again, offered)
            estimates = estimates_of(
                plan, name, claims, measured, offered=offered, batches=batches, tests=False
            )
        found.append(
            OtherReading(
                how=how,
                answers=len(again),
                changed=changed,
                estimates={claim: replace(seen, groups=()) for claim, seen in estimates.items()},
            )
        )
    return tuple(found)


def _readings(
    items: pd.DataFrame, requests: Sequence[Request], answers: Mapping[str, Answer]
) -> Iterator[tuple[str, dict[str, Answer]]]:
    """Read the answers of a system again, which hold titles.

    Args:
        items: The catalogue, as in `AuditData.items`.
        requests: What was asked.
        answers: Request id to answer.

    Yields:
        How titles are matched, and request id to answer; an answer that reads alike is the same object.
    """
    index = index_titles(items)
    for how, other in (
        (STRICTLY, index.matching(threshold=NOT_FUZZY)),
        (LOOSELY, index.matching(threshold=LOOSER, spelling=False)),
    ):
        yield how, _read(requests, answers, other)


def _read(requests: Sequence[Request], answers: Mapping[str, Answer], index: TitleIndex) -> dict[str, Answer]:
    return {
        request.id: read_otherwise(answers[request.id], index, k=request.k, among=request.candidates)
        for request in requests
        if request.id in answers
    }

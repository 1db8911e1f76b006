"""How alike two answers are: pairs of requests, and their similarity as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from recaudit.datasets import normal_form
from recaudit.metrics import Lists, parse_label
from recaudit.probes.probe import Answers
from recaudit.records import Answer, Request, UserId

UNCHANGED = "what the arms differ in never reached the system: it was sent the same words in both"

_SEED = re.compile(r'"seed":\s*-?\d+')

Named: TypeAlias = tuple[object, ...]
"""What a user is shown, best first: catalogue ids, and normal titles where there is none."""

Asked: TypeAlias = Mapping[tuple[UserId, str], Sequence[Request]]
"""Unit and arm to the answered requests, by replicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two answers of one unit that are compared.

    Attributes:
        arm: Under which the similarity is booked.
        first: The reference.
        second: What is compared with it.
    """

    arm: str
    first: Request
    second: Request


def asked_by_arm(requests: Sequence[Request], answers: Answers, arms: Sequence[str], needs: str) -> Asked:
    """Sort the answered requests of these arms by unit and arm."""
    wanted = set(arms)
    found: dict[tuple[UserId, str], list[Request]] = {}
    for request in requests:
        if request.needs == needs and request.arm in wanted and request.id in answers:
            found.setdefault((request.unit, request.arm), []).append(request)
    return {key: sorted(group, key=lambda one: one.replicate) for key, group in found.items()}


def all_pairs(first: Sequence[Request], second: Sequence[Request]) -> Iterator[tuple[Request, Request]]:
    """Every request of one arm with every one of another."""
    return ((one, other) for one in first for other in second)


def compared(arm: str, pairs: Iterator[tuple[Request, Request]]) -> Iterator[Comparison]:
    """Book pairs under an arm."""
    return (Comparison(arm=arm, first=first, second=second) for first, second in pairs)


def named(answer: Answer) -> Named:
    """What the answer shows, none twice; titles outside the catalogue count by their normal form."""
    if not answer.slots:
        return answer.items
    keys = (
        normal_form(slot.title).key if slot.item is None else slot.item
        for slot in answer.slots
        if slot.how != "not asked"
    )
    return tuple(dict.fromkeys(keys))


def similarity_rows(
    pairs: Sequence[Comparison], answers: Answers, labels: Sequence[str], k: int
) -> pd.DataFrame:
    """One row per compared pair and metric.

    A pair without two lists is undefined with the reason, and so is one whose arms were sent the same words.

    Args:
        pairs: What to compare.
        answers: By request.
        labels: Pair metrics.
        k: Length of the lists.
    """
    reasons = np.array([_why_not(pair, answers) for pair in pairs], dtype=object)
    usable = reasons == ""
    numbers: dict[object, int] = {}
    lists = {
        request.id: [numbers.setdefault(key, len(numbers)) for key in named(answers[request.id])[:k]]
        for pair in pairs
        for request in (pair.first, pair.second)
    }
    first = Lists.of([lists[pair.first.id] for pair, good in zip(pairs, usable, strict=True) if good])
    second = Lists.of([lists[pair.second.id] for pair, good in zip(pairs, usable, strict=True) if good])
    base = pd.DataFrame(
        {
            "unit": [pair.second.unit for pair in pairs],
            "arm": [pair.arm for pair in pairs],
            "replicate": _numbered(pairs),
            "request": [pair.second.id for pair in pairs],
            "against": [pair.first.id for pair in pairs],
        }
    )
    parts = []
    for text in labels:
        label = parse_label(text)
        values = np.full(len(pairs), np.nan)
        values[usable] = label.compute(first, second)
        why = reasons.copy()
        why[usable & np.isnan(values)] = label.spec.undefined
        parts.append(base.assign(metric=text, value=values, reason=why.astype("str")))
    return pd.concat(parts, ignore_index=True)


def _numbered(pairs: Sequence[Comparison]) -> list[int]:
    """The place of each pair among those of its unit and arm."""
    seen: dict[tuple[UserId, str], int] = {}
    found = []
    for pair in pairs:
        key = (pair.second.unit, pair.arm)
        found.append(seen.get(key, 0))
        seen[key] = found[-1] + 1
    return found


def _why_not(pair: Comparison, answers: Answers) -> str:
    first, second = answers[pair.first.id], answers[pair.second.id]
    problems = sorted({answer.problem for answer in (first, second) if answer.problem is not None})
    if problems:
        return f"no list to compare: {' and '.join(problems)}"
    if pair.first.arm != pair.second.arm and _same_words(first, second):
        return UNCHANGED
    return ""


def _same_words(first: Answer, second: Answer) -> bool:
    return bool(first.exchanges) and _sent(first) == _sent(second)


def _sent(answer: Answer) -> list[str]:
    """What was sent, without seeds, which differ between any two requests."""
    return [_SEED.sub("", exchange.prompt) for exchange in answer.exchanges]

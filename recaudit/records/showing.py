"""Pairs of answers worth looking at, as the evidence holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from recaudit.records.asking import AnswerProblem, Slot

ExampleKind: TypeAlias = Literal["largest", "middle", "one list only"]
"""Why a pair is shown: its loss is among the largest; it lies in the middle, so that the largest can be judged; or only
one of the two answers has a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """One place of a list.

    Attributes:
        key: What makes two places the same item: the catalogue id, or the normal form of a title outside it.
        title: As a person reads it.
        known: Whether it is in the catalogue.
    """

    key: str
    title: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSide:
    """One of the two answers; long texts are cut, and end with "…" then.

    Attributes:
        request: The request's id, by which the evidence holds everything.
        arm: The experimental condition.
        asked: What was asked: the sentence, or what the system was told about the user.
        items: The list, best first.
        problem: Why there is no usable list, or None.
        sent: The last call's words, as sent, "" without calls.
        text: What came back, verbatim.
        slots: What became of each title.
    """

    request: str
    arm: str
    asked: str
    items: tuple[ShownItem, ...]
    problem: AnswerProblem | None
    sent: str
    text: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Two answers about one unit that a claim compares.

    Attributes:
        system: Whose answers.
        claim: Id of the hypothesis.
        metric: How alike the lists are, by this metric.
        kind: Why the pair is shown.
        unit: The user or seed.
        value: The metric for this pair, None without two lists.
        floor: Its mean for the same unit in the baseline arm, None where there is none.
        first: The reference.
        second: What is compared with it.
    """

    system: str
    claim: str
    metric: str
    kind: ExampleKind
    unit: str
    value: float | None
    floor: float | None
    first: ExampleSide
    second: ExampleSide

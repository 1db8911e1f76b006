"""What a probe is: a design that plans requests, states its claims and measures answers.

A probe does no statistics, gives no verdict and reads no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel

from recaudit.datasets import AuditData
from recaudit.records import Answer, Aspect, Hypothesis, Measurements, Request
from recaudit.registry import Registry

Answers: TypeAlias = Mapping[str, Answer]
"""Request id to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One experimental design.

    Attributes:
        name: As used in configuration and finding ids.
        aspect: Which of the three questions of an audit it belongs to.
        question: What it asks, in plain words.
        options: The pydantic model of its table `[probes.<name>]`.
        depth: Maps options to the length it needs of the lists over the catalogue that probes share.
        plan: Maps (data, options, k, run seed) to requests.
        hypotheses: Maps (data, options) to its claims, before any answer is seen.
        measure: Maps (data, options, requests, answers) to measurements; requests the system cannot serve
            are absent.
    """

    name: str
    aspect: Aspect
    question: str
    options: type[BaseModel]
    depth: Callable[[Any], int]
    plan: Callable[[AuditData, Any, int, int], list[Request]]
    hypotheses: Callable[[AuditData, Any], list[Hypothesis]]
    measure: Callable[[AuditData, Any, Sequence[Request], Answers], Measurements]


PROBES: Registry[Probe] = Registry("probe", "recaudit.probes")

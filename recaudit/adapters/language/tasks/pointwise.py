"""Pointwise scoring: one yes-or-no question per candidate, scored by the log-odds of Yes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.tasks.task import Setting, Task, ranked
from recaudit.records import Answer, Exchange, ItemId, Request

CHOICES = ("Yes", "No")


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call per candidate, all with the same beginning."""
    values = setting.values(request)
    return [
        Call(
            messages=setting.template.messages(candidate=title, **values),
            max_tokens=1,
            choices=CHOICES,
            seed=request.seed,
        )
        for title in values["candidates"]
    ]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:  # noqa: ARG001 - the task contract
    """Ln P(Yes) - ln P(No) of each candidate."""
    odds = [dict(exchange.logprobs) for exchange in exchanges]
    return ranked(request, np.array([one["Yes"] - one["No"] for one in odds]))


def say(request: Request, setting: Setting, wanted: Sequence[ItemId]) -> str:  # noqa: ARG001 - the task contract
    """Whether the first candidate is wanted."""
    return "Yes" if (request.candidates or ())[0] in wanted else "No"


POINTWISE = Task(
    name="pointwise",
    summary="one yes-or-no question per candidate",
    offers=frozenset({"candidates", "profiles"}),
    requires="logprobs",
    calls=calls,
    read=read,
    say=say,
)

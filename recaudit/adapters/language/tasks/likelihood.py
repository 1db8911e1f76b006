"""Likelihood: each candidate's title as the model's answer, scored by its log-probability.

The idea of zero-shot recommendation as language modelling (Sileo et al. 2022, arXiv 2112.04184). Long titles have
lower probabilities, as those of their tokens are multiplied; familiar ones have higher ones, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.tasks.task import Setting, Task, ranked
from recaudit.records import Answer, Exchange, Request


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call, whose choices are the titles."""
    values = setting.values(request)
    titles = tuple(values["candidates"])
    return [
        Call(messages=setting.template.messages(**values), max_tokens=1, choices=titles, seed=request.seed)
    ]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:  # noqa: ARG001 - the task contract
    """Log-probability of each candidate's title."""
    return ranked(request, np.array([value for _, value in exchanges[0].logprobs]))


LIKELIHOOD = Task(
    name="likelihood",
    summary="the log-probability of each candidate's title as the answer",
    offers=frozenset({"candidates", "profiles"}),
    requires="continuations",
    calls=calls,
    read=read,
)

"""Rating prediction: one question per candidate, and the expectation over the probabilities of the ratings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.tasks.task import Setting, Task, ranked
from recaudit.errors import InputError
from recaudit.records import Answer, Exchange, Request


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call per candidate, all with the same beginning.

    Raises:
        InputError: If the data have no ratings.
    """
    if not setting.ratings:
        raise InputError("the task 'rating' needs data with ratings from 0 to 9; use 'pointwise' instead")
    values = setting.values(request) | {"lowest": setting.ratings[0], "highest": setting.ratings[-1]}
    return [
        Call(
            messages=setting.template.messages(candidate=title, **values),
            max_tokens=1,
            choices=tuple(map(str, setting.ratings)),
            seed=request.seed,
        )
        for title in values["candidates"]
    ]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:
    """Σ r P(r) / Σ P(r) of each candidate, on the scale of the data."""
    scale = np.array(setting.ratings, dtype=np.float64)
    logs = np.array([[value for _, value in exchange.logprobs] for exchange in exchanges])
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return ranked(request, weights @ scale / weights.sum(axis=1))


RATING = Task(
    name="rating",
    summary="the expected rating of each candidate",
    offers=frozenset({"candidates", "ratings", "profiles"}),
    requires="logprobs",
    calls=calls,
    read=read,
)

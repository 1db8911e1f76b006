"""Pairwise comparison: every pair in both orders, and the sum of the chances of winning ranks the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.tasks.task import Setting, Task, ranked
from recaudit.errors import InputError
from recaudit.records import Answer, Exchange, Request

CHOICES = ("A", "B")
MOST_CANDIDATES = 20
"""n candidates take n (n - 1) calls."""


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call per ordered pair; both orders are asked, as models favour a place.

    Raises:
        InputError: If there are too many candidates.
    """
    values = setting.values(request)
    count = len(values["candidates"])
    if count > MOST_CANDIDATES:
        raise InputError(
            f"the task 'pairwise' compares at most {MOST_CANDIDATES} candidates, {count} came and would take "
            f"{count * (count - 1):,} calls a request; use 'pointwise' or 'listwise'"
        )
    return [
        Call(
            messages=setting.template.messages(first=first, second=second, **values),
            max_tokens=1,
            choices=CHOICES,
            seed=request.seed,
        )
        for first, second in permutations(values["candidates"], 2)
    ]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:  # noqa: ARG001 - the task contract
    """The sum of P(A) / (P(A) + P(B)) over all comparisons of a candidate, as a share of those (Borda)."""
    count = len(request.candidates or ())
    wins = np.zeros(count)
    for (first, second), exchange in zip(permutations(range(count), 2), exchanges, strict=True):
        logs = dict(exchange.logprobs)
        chance = 1 / (1 + np.exp(logs["B"] - logs["A"]))
        wins[first] += chance
        wins[second] += 1 - chance
    return ranked(request, wins / max(2 * (count - 1), 1))


PAIRWISE = Task(
    name="pairwise",
    summary="every pair of candidates in both orders",
    offers=frozenset({"candidates", "profiles"}),
    requires="logprobs",
    calls=calls,
    read=read,
)

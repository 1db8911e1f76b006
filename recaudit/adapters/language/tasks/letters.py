"""Listwise ranking by option letters: one call, and the probabilities of the letters rank the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.tasks.task import Setting, Task, ranked
from recaudit.errors import InputError
from recaudit.records import Answer, Exchange, ItemId, Request

MOST_CANDIDATES = len(ascii_uppercase)


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call.

    Raises:
        InputError: If there are more candidates than letters.
    """
    values = setting.values(request)
    count = len(values["candidates"])
    if count > MOST_CANDIDATES:
        raise InputError(
            f"the task 'letters' ranks at most {MOST_CANDIDATES} candidates, {count} came; use 'listwise' or "
            "'pointwise'"
        )
    letters = ascii_uppercase[:count]
    messages = setting.template.messages(letters=letters, **values)
    return [Call(messages=messages, max_tokens=1, choices=tuple(letters), seed=request.seed)]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:  # noqa: ARG001 - the task contract
    """Log-probability of each candidate's letter."""
    return ranked(request, np.array([value for _, value in exchanges[0].logprobs]))


def say(request: Request, setting: Setting, wanted: Sequence[ItemId]) -> str:  # noqa: ARG001 - the task contract
    """The letter of the best candidate."""
    return ascii_uppercase[(request.candidates or ()).index(wanted[0])]


LETTERS = Task(
    name="letters",
    summary="the probabilities of option letters rank the candidates",
    offers=frozenset({"candidates", "profiles"}),
    requires="logprobs",
    calls=calls,
    read=read,
    say=say,
)

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from recaudit.adapters.language.model import Call, Gives
from recaudit.records import Exchange

Say = Callable[[Call], str | Mapping[str, float]]


class ScriptedModel:
    """Says what a function of the call says: text, or log-probabilities of the choices."""

    name = "scripted"
    parameters = 7
    settings: Mapping[str, str] = {"temperature": "0"}

    def __init__(self, say: Say, *gives: Gives, concurrency: int = 3) -> None:
        self.say = say
        self.gives = frozenset(gives or ("text", "logprobs", "schema"))
        self.concurrency = concurrency
        self.calls: list[Call] = []
        self.closed = False

    async def ask(self, call: Call) -> Exchange:
        self.calls.append(call)
        said = self.say(call)
        prompt = json.dumps([one.content for one in call.messages])
        if isinstance(said, str):
            return Exchange(prompt=prompt, text=said)
        return Exchange(
            prompt=prompt, text="", logprobs=tuple((choice, said[choice]) for choice in call.choices)
        )

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def scripted() -> Callable[..., Any]:
    """Make a scripted language model."""
    return ScriptedModel

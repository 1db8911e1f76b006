"""Free generation: the model names titles, which are matched to the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from recaudit.adapters.language.model import Call, Message
from recaudit.adapters.language.reading import read_list
from recaudit.adapters.language.tasks.task import Setting, Task, numbered
from recaudit.records import Answer, Exchange, ItemId, Request


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call; an instruction of a probe is sent word for word, below the template's system message."""
    values = setting.values(request)
    if request.instruction is None:
        messages = setting.template.messages(**values)
    else:
        user = Message(role="user", content=request.instruction)
        messages = (*setting.template.opening(**values), user)
    return [Call(messages=messages, max_tokens=setting.tokens_per_item * request.k, seed=request.seed)]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:
    """The titles in the order written."""
    found = read_list(exchanges[0].text, setting.index, k=request.k)
    return Answer(
        request=request.id, items=found.items, problem=found.problem, detail=found.detail, slots=found.slots
    )


def say(request: Request, setting: Setting, wanted: Sequence[ItemId]) -> str:
    """The wanted titles."""
    return numbered(setting.titles[item] for item in wanted[: request.k])


GENERATE = Task(
    name="generate",
    summary="the model names titles freely",
    offers=frozenset({"lists", "instructions", "profiles"}),
    requires="text",
    calls=calls,
    read=read,
    say=say,
)

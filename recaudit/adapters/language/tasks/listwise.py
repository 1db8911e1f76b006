"""Listwise ranking: the model writes the given candidates in order."""

from __future__ import annotations

from collections.abc import Sequence

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.reading import read_list
from recaudit.adapters.language.tasks.task import Setting, Task
from recaudit.records import Answer, Exchange, Request


def calls(request: Request, setting: Setting) -> list[Call]:
    """One call; with a schema the answer is an array of the candidates' titles."""
    values = setting.values(request)
    schema = None
    if setting.schema:
        titles = list(dict.fromkeys(values["candidates"]))
        schema = {"type": "array", "items": {"type": "string", "enum": titles}, "maxItems": len(titles)}
    return [
        Call(
            messages=setting.template.messages(**values),
            max_tokens=setting.tokens_per_item * len(values["candidates"]),
            schema=schema,
            seed=request.seed,
        )
    ]


def read(request: Request, setting: Setting, exchanges: Sequence[Exchange]) -> Answer:
    """The candidates in the order written; what was not written is not ranked."""
    found = read_list(exchanges[0].text, setting.index, k=request.k, among=request.candidates)
    return Answer(
        request=request.id, items=found.items, problem=found.problem, detail=found.detail, slots=found.slots
    )


LISTWISE = Task(
    name="listwise",
    summary="the model writes the candidates in order",
    offers=frozenset({"candidates", "profiles"}),
    requires="text",
    calls=calls,
    read=read,
)

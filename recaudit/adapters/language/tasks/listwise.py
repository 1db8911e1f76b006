"""Listwise ranking: the model writes the given candidates in order."""

from __future__ import annotations

import json
from collections.abc import Sequence

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.reading import read_list
from recaudit.adapters.language.tasks.task import Setting, Task, numbered
from recaudit.records import Answer, Exchange, ItemId, Request


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


def say(request: Request, setting: Setting, wanted: Sequence[ItemId]) -> str:
    """The wanted titles, then the others as they came; an array where a schema asks for one."""
    candidates = request.candidates or ()
    first = [item for item in wanted if item in candidates]
    titles = [setting.titles[item] for item in (*first, *(item for item in candidates if item not in first))]
    return json.dumps(titles, ensure_ascii=False) if setting.schema else numbered(titles)


LISTWISE = Task(
    name="listwise",
    summary="the model writes the candidates in order",
    offers=frozenset({"candidates", "profiles"}),
    requires="text",
    calls=calls,
    read=read,
    say=say,
)

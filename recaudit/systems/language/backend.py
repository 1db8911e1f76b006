"""The other recommenders inside a system: built from an adapter's name and options, asked for lists or candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from recaudit.adapters import build
from recaudit.adapters.language.recommender import LanguageRecommender
from recaudit.datasets import AuditData
from recaudit.errors import InputError, SystemFailureError
from recaudit.records import Answer, Capability, Recommender, Request


def inner(
    data: AuditData, table: Mapping[str, Any], *, option: str, needs: Capability, system: str
) -> Recommender:
    """Build the recommender that an option describes.

    Args:
        data: What it is trained on.
        table: Its adapter and options.
        option: The name of the option, for messages.
        needs: What it must offer.
        system: The system that it is part of.

    Raises:
        InputError: If the table is not of that form, or the recommender does not offer what is needed.
    """
    unknown = set(table) - {"adapter", "options"}
    if unknown or "adapter" not in table:
        raise InputError(
            f"the option '{option}' of '{system}' has {', '.join(table) or 'nothing'}; it takes adapter and options, "
            f'such as {option} = {{ adapter = "popularity" }}'
        )
    built = build(str(table["adapter"]), data, dict(table.get("options", {})))
    if needs not in built.offers:
        raise InputError(
            f"the {option} of '{system}' must offer {needs}; '{table['adapter']}' offers "
            f"{', '.join(sorted(built.offers))}"
        )
    return built


def language_model(data: AuditData, adapter: str, options: Mapping[str, Any]) -> LanguageRecommender:
    """Build a language model with a task.

    Raises:
        InputError: If the adapter is something else.
    """
    built = build(adapter, data, options)
    if not isinstance(built, LanguageRecommender):
        raise InputError(f"'{adapter}' is no language model; choose 'local', 'openai' or 'transformers'")
    return built


def with_stand_ins(request: Request, data: AuditData, count: int) -> Request:
    """A request as it would come with the items of an inner recommender, which is not asked for them.

    The first items of the catalogue stand in: a forecast of calls and tokens needs their number and about their length.
    """
    return replace(request, candidates=tuple(data.items.index[:count].tolist()), needs="candidates")


def ask(recommender: Recommender, requests: Sequence[Request]) -> dict[str, Answer]:
    """Request id to answer.

    Raises:
        SystemFailureError: If a request was not answered.
    """
    answers = {answer.request: answer for answer in recommender.recommend(requests)}
    missing = [request.id for request in requests if request.id not in answers]
    if missing:
        raise SystemFailureError(
            f"'{recommender.card.name}' answered {len(answers)} of {len(requests)} requests"
        )
    return answers

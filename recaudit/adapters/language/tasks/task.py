"""What a task is: which calls answer a request, and how an answer is read from what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from recaudit.adapters.language.model import Call, Gives
from recaudit.adapters.language.templates import PromptTemplate
from recaudit.adapters.language.titles import TitleIndex
from recaudit.adapters.scoring import best_first
from recaudit.records import Answer, Capability, Exchange, FloatArray, ItemId, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What prompts are made from.

    Attributes:
        template: The words.
        titles: Item to title.
        index: Matches titles to items.
        noun: What the items are, in the plural, such as "films".
        history: Items of a history that are shown, the newest ones.
        ratings: The whole numbers of the rating scale, ascending; empty where the data have none.
        tokens_per_item: Most tokens written for one item of a list.
        schema: Whether lists are asked for by a JSON schema.
    """

    template: PromptTemplate
    titles: Mapping[ItemId, str]
    index: TitleIndex
    noun: str
    history: int
    ratings: tuple[int, ...]
    tokens_per_item: int
    schema: bool

    def values(self, request: Request) -> dict[str, Any]:
        """What every template may use."""
        shown = request.history[-self.history :] if self.history else ()
        return {
            "noun": self.noun,
            "k": request.k,
            "profile": request.profile,
            "history": [self.titles[item] for item in shown],
            "candidates": [self.titles[item] for item in request.candidates or ()],
        }


Calls: TypeAlias = Callable[[Request, Setting], Sequence[Call]]
Read: TypeAlias = Callable[[Request, Setting, Sequence[Exchange]], Answer]
Say: TypeAlias = Callable[[Request, Setting, Sequence[ItemId]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One way of recommending with a language model.

    Attributes:
        name: As written in the configuration.
        summary: In a few words.
        offers: What a system can do with it.
        requires: What the model must be able to do.
        calls: The calls that answer a request; neighbours share as long a beginning as they can.
        read: Makes an answer of their exchanges, which it leaves out.
        say: What a model that knows the wanted items, best first, would answer to the first call; None where examples
            cannot be given.
    """

    name: str
    summary: str
    offers: frozenset[Capability]
    requires: Gives
    calls: Calls
    read: Read
    say: Say | None = None


def ranked(request: Request, scores: FloatArray) -> Answer:
    """The candidates by score, highest first; ties keep the order of the candidates."""
    candidates = request.candidates or ()
    best = best_first(scores, request.k)
    return Answer(
        request=request.id,
        items=tuple(candidates[place] for place in best),
        scores=tuple(scores[best].tolist()),
    )


def numbered(titles: Iterable[str]) -> str:
    """A numbered list.

    >>> print(numbered(["Heat", "Alien"]))
    1. Heat
    2. Alien
    """
    return "\n".join(f"{place}. {title}" for place, title in enumerate(titles, start=1))

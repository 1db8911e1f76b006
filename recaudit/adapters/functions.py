"""A plain function as a recommender."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from recaudit.adapters.capabilities import capabilities_of
from recaudit.adapters.factories import Factory, import_object
from recaudit.adapters.scoring import best_first
from recaudit.datasets import AuditData
from recaudit.records import Answer, Capability, FloatArray, ItemId, Recommender, Request, SystemCard, UserId

Recommend: TypeAlias = Callable[[Request], Sequence[ItemId]]
Score: TypeAlias = Callable[[UserId, Sequence[ItemId]], Sequence[float] | FloatArray]
Rank: TypeAlias = Callable[[UserId, Sequence[ItemId]], Sequence[ItemId]]
FunctionKind: TypeAlias = Literal["recommend", "score", "rank"]
LISTS: tuple[Capability, ...] = ("lists",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRecommender:
    """A recommender that answers one request at a time."""

    card: SystemCard
    offers: frozenset[Capability]
    answer: Callable[[Request], Answer]

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer each request in turn."""
        return map(self.answer, requests)


def from_function(
    recommend: Recommend, *, card: SystemCard, offers: Collection[Capability] = LISTS
) -> Recommender:
    """Wrap `recommend(request) -> item ids, best first`.

    Args:
        recommend: Answers a request.
        card: What the system is.
        offers: What the function makes use of besides the history: "candidates", "profiles" if it reads
            `request.profile`, "instructions" if it reads `request.instruction`.
    """

    def answer(request: Request) -> Answer:
        return Answer(request=request.id, items=tuple(recommend(request)))

    return FunctionRecommender(card=card, offers=frozenset(offers), answer=answer)


def from_scorer(score: Score, data: AuditData, *, card: SystemCard) -> Recommender:
    """Wrap `score(user, items) -> one score per item`, higher is better.

    The whole catalogue is scored for a list; the user's history is left out; ties keep catalogue order.
    """
    catalogue = data.items.index.tolist()

    def answer(request: Request) -> Answer:
        items = _choices(request, catalogue)
        scores = np.asarray(score(request.user, items), dtype=np.float64)
        if scores.shape != (len(items),):
            raise ValueError(f"score() gave {scores.shape} scores for {len(items)} items; give one per item")
        best = best_first(scores, request.k)
        return Answer(
            request=request.id,
            items=tuple(items[position] for position in best),
            scores=tuple(scores[best].tolist()),
        )

    return FunctionRecommender(card=card, offers=frozenset({"lists", "candidates"}), answer=answer)


def from_ranker(rank: Rank, data: AuditData, *, card: SystemCard) -> Recommender:
    """Wrap `rank(user, candidates) -> the candidates, best first`; the user's history is left out."""
    catalogue = data.items.index.tolist()

    def answer(request: Request) -> Answer:
        ranked = rank(request.user, _choices(request, catalogue))
        return Answer(request=request.id, items=tuple(ranked[: request.k]))

    return FunctionRecommender(card=card, offers=frozenset({"lists", "candidates"}), answer=answer)


def recommender(
    *, name: str, version: str = "", description: str = "", offers: Collection[Capability] = LISTS
) -> Callable[[Recommend], Factory]:
    """Make a function usable as `adapter = "package.module:function"`.

    ```python
    @recaudit.recommender(name="newest first")
    def newest(request):
        return newest_items[: request.k]
    ```

    Args:
        name: Of the system.
        version: Whatever tells two releases apart.
        description: One sentence for the report.
        offers: What the function makes use of, as in `from_function`.
    """
    card = SystemCard(name=name, version=version, description=description)

    def decorate(recommend: Recommend) -> Factory:
        def factory(data: AuditData) -> Recommender:  # noqa: ARG001 - the factory contract
            return from_function(recommend, card=card, offers=offers)

        factory.__doc__ = recommend.__doc__
        return factory

    return decorate


def from_config(
    data: AuditData,
    *,
    function: str,
    kind: FunctionKind = "recommend",
    offers: Sequence[str] = ("lists",),
    version: str = "",
    description: str = "",
) -> Recommender:
    """A function named in the configuration.

    Args:
        data: What the audit runs on.
        function: `package.module:name`.
        kind: "recommend" for `f(request) -> items`, "score" for `f(user, items) -> scores`,
            "rank" for `f(user, candidates) -> items`.
        offers: For kind "recommend", what it makes use of: "lists", "candidates", "profiles", "instructions".
        version: Whatever tells two releases apart.
        description: One sentence for the report.
    """
    target = import_object(function, what="function")
    card = SystemCard(name=function, version=version, description=description)
    if kind == "score":
        return from_scorer(target, data, card=card)
    if kind == "rank":
        return from_ranker(target, data, card=card)
    return from_function(target, card=card, offers=capabilities_of(offers))


def _choices(request: Request, catalogue: Sequence[ItemId]) -> list[ItemId]:
    if request.candidates is not None:
        return list(request.candidates)
    seen = set(request.history)
    return [item for item in catalogue if item not in seen]

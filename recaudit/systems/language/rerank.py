"""Filter, then rerank: an independent ranker gives candidates, a language model puts them in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recaudit.adapters.language.model import Call, Previewed
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Answer, Capability, ItemId, Recommender, Request, SystemCard
from recaudit.systems.language.backend import ask, inner, with_stand_ins

NAME = "rerank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranker:
    """Lists over the catalogue from a ranker's first items in the order of another recommender.

    What the second one leaves out of its order follows in the ranker's order, so a list is as long as the candidates
    allow; its scores are dropped then. A request with candidates goes to the second one as it is.

    Attributes:
        card: What the system is.
        offers: Its capabilities.
        ranker: Gives candidates; nothing of it but the items is used.
        reranker: Puts them in order.
        candidates: How many.
    """

    card: SystemCard
    offers: frozenset[Capability]
    ranker: Recommender
    reranker: Recommender
    candidates: int

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer each request as the second recommender does."""
        free = [request for request in requests if request.candidates is None]
        wider = [
            replace(request, k=max(self.candidates, request.k), profile=(), needs="lists") for request in free
        ]
        found = ask(self.ranker, wider)
        narrowed: dict[str, tuple[Request, Sequence[ItemId]]] = {}
        to_rank = [request for request in requests if request.candidates is not None]
        for request, wide in zip(free, wider, strict=True):
            given = found[wide.id]
            if given.items:
                narrow = replace(request, candidates=given.items, needs="candidates")
                narrowed[narrow.id] = request, given.items
                to_rank.append(narrow)
            else:
                yield replace(given, request=request.id)
        for answer in self.reranker.recommend(to_rank):
            if answer.request in narrowed:
                request, items = narrowed[answer.request]
                yield replace(_filled(answer, items, request.k), request=request.id)
            else:
                yield answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedReranker(Reranker):
    """A reranker that can say beforehand which calls it takes.

    Attributes:
        data: Whose first items stand in for those of the ranker.
        asked: The second recommender.
    """

    data: AuditData
    asked: Previewed

    def preview(self, request: Request) -> Sequence[Call]:
        """The calls that answering takes; none of them is made."""
        if request.candidates is not None:
            return self.asked.preview(request)
        first = self.ranker.preview(request) if isinstance(self.ranker, Previewed) else ()
        count = max(self.candidates, request.k)
        return [*first, *self.asked.preview(with_stand_ins(request, self.data, count))]


def rerank(
    data: AuditData,
    *,
    adapter: str,
    options: Mapping[str, Any] | None = None,
    candidates: int = 20,
    ranker: Mapping[str, Any] | None = None,
) -> Recommender:
    """A language model that puts the first items of an independent ranker in order, so that it offers lists.

    The idea of NIR (arXiv 2304.03153), small: candidates are filtered without the language model, which then ranks
    them. The ranker is independent, so it does not count as a conventional model at inference (arXiv 2306.05817,
    section 3). Quadrant: that of the language model, frozen or tuned, without CRM.

    Args:
        data: What the ranker is trained on.
        adapter: The language model, such as "local", "yes-no" or "openai"; it must offer candidates.
        options: Its options, such as { task = "listwise" }.
        candidates: How many items the ranker gives; the length of the list if that is longer.
        ranker: Adapter and options of the ranker; { adapter = "popularity" } without it.

    Raises:
        InputError: If either cannot do its part.
    """
    if candidates < 1:
        raise InputError(f"candidates = {candidates}; give the ranker's number of items, at least 1")
    first = inner(data, ranker or {"adapter": "popularity"}, option="ranker", needs="lists", system=NAME)
    table = {"adapter": adapter, "options": options or {}}
    second = inner(data, table, option="adapter", needs="candidates", system=NAME)
    card = replace(
        second.card,
        name=f"{second.card.name} after {first.card.name}",
        description=f"The first {candidates} items of '{first.card.name}', put in order. "
        f"{second.card.description}",
        settings={
            **second.card.settings,
            "ranker": f"{first.card.name} {first.card.version}".strip(),
            "candidates": str(candidates),
        },
    )
    parts: dict[str, Any] = {
        "card": card,
        "offers": second.offers | {"lists"},
        "ranker": first,
        "reranker": second,
        "candidates": candidates,
    }
    return (
        PreviewedReranker(data=data, asked=second, **parts)
        if isinstance(second, Previewed)
        else Reranker(**parts)
    )


def _filled(answer: Answer, candidates: Sequence[ItemId], k: int) -> Answer:
    if answer.problem is not None or len(answer.items) >= min(k, len(candidates)):
        return answer
    others = [item for item in candidates if item not in answer.items]
    return replace(answer, items=(*answer.items, *others)[:k], scores=None)

"""A language model that decides for each request whether to call a backend, and answers with or without it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recaudit.adapters.language.model import Call, ModelCallError
from recaudit.adapters.language.recommender import LanguageRecommender
from recaudit.adapters.language.tasks import TASKS
from recaudit.adapters.language.templates import PromptTemplate, load_template
from recaudit.adapters.streaming import answer_concurrently
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Answer, Capability, Exchange, Recommender, Request, SystemCard
from recaudit.systems.language.backend import ask, inner, language_model, with_stand_ins

NAME = "controller"
CHOICES = ("Yes", "No")


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Asks the model whether it wants the backend's items; with them it orders them, without it writes titles.

    The decision is the first exchange of each answer.

    Attributes:
        card: What the system is.
        decide: The words of the first question.
        free: The model, writing titles.
        ranking: The same model, putting candidates in order.
        backend: Gives candidates when it is called.
        candidates: How many.
        data: Whose first items stand in for those of the backend in a forecast.
        offers: Its capabilities.
    """

    card: SystemCard
    decide: PromptTemplate
    free: LanguageRecommender
    ranking: LanguageRecommender
    backend: Recommender
    candidates: int
    data: AuditData
    offers: frozenset[Capability] = frozenset({"lists", "profiles"})

    def recommend(self, requests: Sequence[Request]) -> Generator[Answer]:
        """Answer each request, as many at a time as the model takes."""
        model = self.free.model
        return answer_concurrently(requests, self._answer, concurrency=model.concurrency, close=model.close)

    def preview(self, request: Request) -> Sequence[Call]:
        """The decision and the longer of the two ways on from it; no call is made."""
        count = max(self.candidates, request.k)
        ways = (self.free.preview(request), self.ranking.preview(with_stand_ins(request, self.data, count)))
        return [self._question(request), *max(ways, key=_tokens)]

    async def _answer(self, request: Request) -> Answer:
        try:
            decision = await self.free.model.ask(self._question(request))
        except ModelCallError as error:
            problem: Any = "timeout" if error.timeout else "error"
            return Answer(request=request.id, items=(), problem=problem, detail=str(error))
        answer = await (self._with_backend(request) if is_yes(decision) else self.free.answer(request))
        return replace(answer, request=request.id, exchanges=(decision, *answer.exchanges))

    def _question(self, request: Request) -> Call:
        messages = self.decide.messages(**self.free.setting.values(request))
        if "logprobs" in self.free.model.gives:
            return Call(messages=messages, max_tokens=1, choices=CHOICES, seed=request.seed)
        return Call(messages=messages, max_tokens=4, seed=request.seed)

    async def _with_backend(self, request: Request) -> Answer:
        wide = replace(request, k=max(self.candidates, request.k), profile=())
        given = ask(self.backend, [wide])[wide.id]
        if not given.items:
            return given
        return await self.ranking.answer(replace(request, candidates=given.items, needs="candidates"))


def controller(
    data: AuditData,
    *,
    adapter: str = "local",
    options: Mapping[str, Any] | None = None,
    ranking: str = "listwise",
    candidates: int = 20,
    backend: Mapping[str, Any] | None = None,
) -> Recommender:
    """A language model that decides whether to call a recommender, and orders what that gives.

    The idea of Chat-REC (arXiv 2303.14524), small: no conversation, one decision for each request. A Yes to "do you
    need the search?" brings the backend's first items into the next prompt; after a No the model writes titles from
    memory. The backend only gives candidates, so it does not count as a conventional model at inference, as in the
    survey (arXiv 2306.05817). Quadrant: frozen, no CRM.

    Args:
        data: What the backend is trained on.
        adapter: The language model: "local", "openai" or "transformers".
        options: Its options, without the task.
        ranking: The task that orders the backend's items, such as "listwise" or "pointwise".
        candidates: How many items the backend gives.
        backend: Adapter and options of the recommender; { adapter = "popularity" } without it.

    Raises:
        InputError: If the adapter is no language model, or the backend gives no lists.
    """
    called = inner(data, backend or {"adapter": "popularity"}, option="backend", needs="lists", system=NAME)
    free = language_model(data, adapter, {**(options or {}), "task": "generate"})
    if ranking not in TASKS or "candidates" not in TASKS[ranking].offers:
        known = sorted(name for name, task in TASKS.items() if "candidates" in task.offers)
        raise InputError(f"ranking = '{ranking}' ranks no candidates; choose from {', '.join(known)}")
    words = load_template(ranking, ranking)
    task = TASKS[ranking]
    if task.requires not in free.model.gives:
        raise InputError(f"ranking = '{ranking}' needs a model that gives {task.requires}")
    ranked = replace(free, task=task, setting=replace(free.setting, template=words), offers=task.offers)
    decide = load_template("decide", "decide")
    card = replace(
        free.card,
        name=f"{free.card.name} with {called.card.name} at call",
        description=f"A language model that decides whether to call '{called.card.name}' and orders what that gives.",
        settings={
            **free.card.settings,
            "backend": f"{called.card.name} {called.card.version}".strip(),
            "candidates": str(candidates),
            "decision": f"{decide.name} {decide.version}, SHA-256 {decide.digest[:16]}",
            "ranking": f"{words.name} {words.version}, SHA-256 {words.digest[:16]}",
        },
    )
    return Controller(
        card=card, decide=decide, free=free, ranking=ranked, backend=called, candidates=candidates, data=data
    )


def is_yes(decision: Exchange) -> bool:
    """Whether the model said Yes, by the probabilities of both words where there are any.

    >>> is_yes(Exchange(prompt="", text="Yes, please")), is_yes(Exchange(prompt="", text="I do not"))
    (True, False)
    """
    logs = dict(decision.logprobs)
    if logs:
        return logs["Yes"] >= logs["No"]
    return decision.text.strip().lower().startswith("yes")


def _tokens(calls: Sequence[Call]) -> int:
    """Sent, and written at most."""
    return sum(call.tokens_sent + call.max_tokens for call in calls)

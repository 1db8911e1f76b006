"""A language model with a task as a recommender."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recaudit.adapters.language.examples import with_examples, worked_examples
from recaudit.adapters.language.model import Call, LanguageModel, Message, ModelCallError
from recaudit.adapters.language.tasks import TASKS, Setting, Task
from recaudit.adapters.language.templates import load_template
from recaudit.adapters.language.titles import index_titles
from recaudit.adapters.streaming import answer_concurrently
from recaudit.datasets import AuditData
from recaudit.errors import InputError, SystemFailureError, UnknownNameError
from recaudit.records import Answer, Capability, Exchange, Request, SystemCard


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRecommender:
    """Answers each request with the calls of a task; the calls of one request follow one another."""

    card: SystemCard
    offers: frozenset[Capability]
    model: LanguageModel
    task: Task
    setting: Setting
    examples: tuple[Message, ...] = ()

    def recommend(self, requests: Sequence[Request]) -> Generator[Answer]:
        """Ask the model, as many requests at a time as it takes."""
        return answer_concurrently(
            requests, self.answer, concurrency=self.model.concurrency, close=self.model.close
        )

    def preview(self, request: Request) -> Sequence[Call]:
        """The calls that answering takes; none of them is made."""
        self._refuse_other_kind(request)
        return [with_examples(call, self.examples) for call in self.task.calls(request, self.setting)]

    async def answer(self, request: Request) -> Answer:
        """Make the calls of one request, and read what came back.

        Raises:
            SystemFailureError: If the task cannot answer such a request, or no call can succeed.
        """
        try:
            calls = self.preview(request)
        except InputError as error:
            raise SystemFailureError(str(error)) from error
        exchanges: list[Exchange] = []
        for call in calls:
            try:
                exchanges.append(await self.model.ask(call))
            except ModelCallError as error:
                return Answer(
                    request=request.id,
                    items=(),
                    problem="timeout" if error.timeout else "error",
                    detail=str(error),
                    exchanges=tuple(exchanges),
                )
        return replace(self.task.read(request, self.setting, exchanges), exchanges=tuple(exchanges))

    def _refuse_other_kind(self, request: Request) -> None:
        free = "lists" in self.offers
        if free == (request.candidates is None):
            return
        asked = "a list over the catalogue" if request.candidates is None else "a ranking of candidates"
        remedy = "set candidates in the probe" if request.candidates is None else "use the task 'listwise'"
        raise InputError(f"the task '{self.task.name}' cannot give {asked}; {remedy}")


def language_recommender(
    data: AuditData,
    model: LanguageModel,
    *,
    task: str = "generate",
    template: str | None = None,
    noun: str = "films",
    history: int = 20,
    tokens_per_item: int = 24,
    schema: bool = False,
    shots: int = 0,
    tuned: bool = False,
    version: str = "",
    description: str = "",
) -> LanguageRecommender:
    """Make a recommender of a language model.

    Args:
        data: The catalogue and its titles.
        model: What is asked.
        task: A key of `TASKS`.
        template: A prompt template of that task; the one of the same name without it.
        noun: What the items are, in the plural.
        history: Items of a history that are shown, the newest ones.
        tokens_per_item: Most tokens written for one item of a list.
        schema: Whether lists of candidates are asked for by a JSON schema.
        shots: Questions about other users with their answers, from the training data, that go before each question.
        tuned: Whether the model was tuned for recommendation.
        version: Whatever tells two releases apart.
        description: One sentence for the report.

    Raises:
        InputError: If the task or the template does not exist, the model cannot do what the task takes, or items
            have no titles.
    """
    if task not in TASKS:
        raise UnknownNameError.among("task", task, TASKS)
    chosen = TASKS[task]
    _refuse_weak_model(model, chosen, schema=schema)
    untitled = data.items.index[data.items["title"].isna()].tolist()
    if untitled:
        raise InputError(
            f"{len(untitled):,} items have no title, such as {untitled[0]!r}; a language model needs a title for every "
            "item of the catalogue"
        )
    words = load_template(template or task, task)
    setting = Setting(
        template=words,
        titles=dict(zip(data.items.index.tolist(), data.items["title"].tolist(), strict=True)),
        index=index_titles(data.items),
        noun=noun,
        history=history,
        ratings=_rating_scale(data),
        tokens_per_item=tokens_per_item,
        schema=schema,
    )
    card = SystemCard(
        reads=history,
        name=model.name,
        version=version,
        llm=model.name,
        llm_parameters=model.parameters,
        tuned=tuned,
        crm_at_inference=False,
        description=description or f"A language model: {chosen.summary}.",
        settings={
            "task": task,
            "prompt": f"{words.name} {words.version}, SHA-256 {words.digest[:16]}",
            "noun": noun,
            "history": str(history),
            "tokens per item": str(tokens_per_item),
            "schema": "yes" if schema else "no",
            **({"shots": str(shots)} if shots else {}),
            **model.settings,
        },
    )
    examples = worked_examples(data, chosen, setting, shots) if shots else ()
    return LanguageRecommender(
        card=card, offers=chosen.offers, model=model, task=chosen, setting=setting, examples=examples
    )


def _refuse_weak_model(model: LanguageModel, task: Task, *, schema: bool) -> None:
    needs: dict[str, Any] = {task.requires: f"the task '{task.name}'"}
    if schema:
        needs["schema"] = "schema = true"
    for need, who in needs.items():
        if need not in model.gives:
            gives = ", ".join(sorted(model.gives))
            raise InputError(f"{who} needs a model that gives {need}; '{model.name}' gives {gives}")


def _rating_scale(data: AuditData) -> tuple[int, ...]:
    """The whole numbers between the lowest and the highest rating, none unless all fit in one digit."""
    if "rating" not in data.interactions:
        return ()
    ratings = data.interactions["rating"].dropna()
    if ratings.empty or ratings.min() < 0 or ratings.max() > 9:
        return ()
    return tuple(range(int(ratings.min() + 0.5), int(ratings.max()) + 1))

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from recaudit.adapters.language.model import Call, Gives, ModelCallError, Previewed
from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.probes.lists import plan_lists
from recaudit.records import Exchange, Recommender
from recaudit.systems.language import backend
from recaudit.systems.language.controller import controller
from recaudit.systems.popularity import popularity


class Scripted:
    """Decides as it is told, writes "Item 1", and orders candidates backwards."""

    name = "scripted"
    parameters = 7
    concurrency = 2
    settings: Mapping[str, str] = {}

    def __init__(self, decide: Callable[[], Exchange], *gives: Gives) -> None:
        self.decide = decide
        self.gives = frozenset(gives)

    async def ask(self, call: Call) -> Exchange:
        text = call.messages[-1].content
        if text.endswith("Do you need the search?"):
            return self.decide()
        if "Rank these" in text:
            titles = [line[2:] for line in text.partition("Rank these")[2].splitlines() if line[:2] == "- "]
            lines = [f"{place + 1}. {title}" for place, title in enumerate(titles[::-1])]
            return Exchange(prompt=text, text="\n".join(lines))
        return Exchange(prompt=text, text="1. Item 1")

    async def close(self) -> None:
        """Hold nothing."""


def chances(yes: float) -> Exchange:
    logs = (("Yes", math.log(yes)), ("No", math.log(1 - yes)))
    return Exchange(prompt="decide", text="", logprobs=logs)


@pytest.fixture
def built(tasteful: AuditData, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recommender]:
    def make(decide: Callable[[], Exchange], *gives: Gives, **options: Any) -> Recommender:
        model = Scripted(decide, *gives)

        def build(name: str, data: AuditData, asked: Mapping[str, Any]) -> Recommender:
            return popularity(data) if name == "popularity" else language_recommender(data, model, **asked)

        monkeypatch.setattr(backend, "build", build)
        return controller(tasteful, candidates=6, **options)

    return make


def test_a_yes_brings_the_items_of_the_backend(
    tasteful: AuditData, built: Callable[..., Recommender]
) -> None:
    system = built(lambda: chances(0.6), "text", "logprobs")
    assert isinstance(system, Recommender)
    assert system.card.quadrant == "frozen, no CRM"
    [request] = plan_lists(tasteful, 4, 0)[:1]
    [answer] = system.recommend([request])
    [wide] = popularity(tasteful).recommend([replace(request, k=6)])
    assert answer.request == request.id
    assert answer.items == wide.items[::-1][:4]
    assert [exchange.prompt == "decide" for exchange in answer.exchanges] == [True, False]


def test_a_no_leaves_the_model_to_itself(tasteful: AuditData, built: Callable[..., Recommender]) -> None:
    [request] = plan_lists(tasteful, 4, 0)[:1]
    [answer] = built(lambda: chances(0.4), "text", "logprobs").recommend([request])
    assert answer.items == (1,)


@pytest.mark.parametrize(("said", "items"), [("Yes, I do.", 4), ("No.", 1), ("Hm", 1)])
def test_a_model_without_probabilities_decides_in_words(
    tasteful: AuditData, built: Callable[..., Recommender], said: str, items: int
) -> None:
    [request] = plan_lists(tasteful, 4, 0)[:1]
    [answer] = built(lambda: Exchange(prompt="", text=said), "text").recommend([request])
    assert len(answer.items) == items


def test_a_failed_decision_is_a_problem(tasteful: AuditData, built: Callable[..., Recommender]) -> None:
    def fail() -> Exchange:
        raise ModelCallError("no answer within 60 s", timeout=True)

    [answer] = built(fail, "text").recommend(plan_lists(tasteful, 4, 0)[:1])
    assert (answer.problem, answer.items) == ("timeout", ())


def test_what_cannot_work_is_refused(
    built: Callable[..., Recommender], tasteful: AuditData, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="ranking = 'generate' ranks no candidates; choose from letters"):
        built(lambda: chances(0.5), "text", ranking="generate")
    with pytest.raises(InputError, match="ranking = 'pointwise' needs a model that gives logprobs"):
        built(lambda: chances(0.5), "text", ranking="pointwise")
    monkeypatch.setattr(backend, "build", lambda _, data, __: popularity(data))
    with pytest.raises(InputError, match="'popularity' is no language model"):
        controller(tasteful, adapter="popularity")


def test_a_forecast_counts_the_decision_and_the_longer_way(
    tasteful: AuditData, built: Callable[..., Recommender]
) -> None:
    system = built(lambda: chances(0.6), "text", "logprobs")
    assert isinstance(system, Previewed)
    [request] = plan_lists(tasteful, 4, 0)[:1]
    decision, ranking = system.preview(request)
    assert decision.choices == ("Yes", "No")
    assert "Rank these 6" in ranking.messages[-1].content

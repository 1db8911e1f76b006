from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from recaudit.adapters.language.model import Call, Message, Previewed
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.probes.lists import plan_lists
from recaudit.records import Answer, Capability, Recommender, Request, SystemCard
from recaudit.systems.language import backend
from recaudit.systems.language.rerank import rerank
from recaudit.systems.popularity import popularity

CARD = SystemCard(name="backwards", llm="none of note", crm_at_inference=False)


@dataclass(kw_only=True)
class Backwards:
    """Puts candidates in reverse order; says only the first two if it is lazy."""

    lazy: bool
    card: SystemCard = CARD
    offers: frozenset[Capability] = frozenset({"candidates"})

    def recommend(self, requests: Any) -> Any:
        for request in requests:
            items = request.candidates[::-1][: request.k]
            yield Answer(request=request.id, items=items[:2] if self.lazy else items)


class Counting(Backwards):
    def preview(self, request: Request) -> list[Call]:
        words = f"{len(request.candidates or ())} candidates"
        return [Call(messages=(Message(role="user", content=words),), max_tokens=1)]


def backwards(data: AuditData, *, lazy: bool = False) -> Recommender:
    return Backwards(lazy=lazy)


@pytest.fixture(autouse=True)
def adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {"popularity": popularity, "backwards": backwards}
    monkeypatch.setattr(backend, "build", lambda name, data, options: known[name](data, **options))


def test_a_ranker_of_candidates_offers_lists(tasteful: AuditData) -> None:
    built = rerank(tasteful, adapter="backwards", candidates=8)
    assert isinstance(built, Recommender)
    assert built.offers == {"lists", "candidates"}
    assert built.card.quadrant == "frozen, no CRM"
    assert built.card.settings["ranker"] == "popularity"
    requests = plan_lists(tasteful, 5, 0)
    wide = plan_lists(tasteful, 8, 0)
    first = [answer.items for answer in popularity(tasteful).recommend(wide)]
    answers = {answer.request: answer.items for answer in built.recommend(requests)}
    assert [answers[request.id] for request in requests] == [items[::-1][:5] for items in first]


def test_what_is_left_out_follows_in_the_order_of_the_ranker(tasteful: AuditData) -> None:
    [request] = plan_lists(tasteful, 5, 0)[:1]
    built = rerank(tasteful, adapter="backwards", options={"lazy": True}, candidates=6)
    [wide] = popularity(tasteful).recommend([replace(request, k=6)])
    [answer] = built.recommend([request])
    assert answer.items == (*wide.items[:3:-1], *wide.items[:3])


def test_the_calls_are_known_beforehand_if_the_second_ones_are(
    tasteful: AuditData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counting(data: AuditData) -> Recommender:
        return Counting(lazy=False)

    known: dict[str, Any] = {"popularity": popularity, "backwards": backwards, "counting": counting}
    monkeypatch.setattr(backend, "build", lambda name, data, options: known[name](data, **options))
    [request] = plan_lists(tasteful, 5, 0)[:1]
    built = rerank(tasteful, adapter="counting", candidates=8)
    assert isinstance(built, Previewed)
    assert [call.messages[0].content for call in built.preview(request)] == ["8 candidates"]
    narrow = replace(request, candidates=(5, 6), needs="candidates")
    assert [call.messages[0].content for call in built.preview(narrow)] == ["2 candidates"]
    assert not isinstance(rerank(tasteful, adapter="backwards"), Previewed)


def test_candidates_are_ranked_without_the_ranker(tasteful: AuditData) -> None:
    request = Request(unit=0, arm="list", user=0, history=(), candidates=(5, 6, 7), k=3, needs="candidates")
    [answer] = rerank(tasteful, adapter="backwards").recommend([request])
    assert (answer.request, answer.items) == (request.id, (7, 6, 5))


def test_what_cannot_do_its_part_is_refused(tasteful: AuditData) -> None:
    with pytest.raises(
        InputError, match="ranker of 'rerank' must offer lists; 'backwards' offers candidates"
    ):
        rerank(tasteful, adapter="backwards", ranker={"adapter": "backwards"})
    with pytest.raises(InputError, match="the option 'ranker' of 'rerank' has name; it takes adapter"):
        rerank(tasteful, adapter="backwards", ranker={"name": "popularity"})
    with pytest.raises(InputError, match="candidates = 0"):
        rerank(tasteful, adapter="backwards", candidates=0)


@pytest.mark.slow
@pytest.mark.llm
def test_a_real_model_reranks(tasteful: AuditData, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers", reason="needs the extra 'local'")
    from recaudit.adapters.language.factory import transformers
    from recaudit.adapters.language.weights import smollm2
    from recaudit.errors import PrerequisiteError

    monkeypatch.delenv("RECAUDIT_CACHE")
    try:
        weights: Path = smollm2()
    except PrerequisiteError as error:
        pytest.skip(str(error))
    known: dict[str, Any] = {"popularity": popularity, "transformers": transformers}
    monkeypatch.setattr(backend, "build", lambda name, data, options: known[name](data, **options))
    options = {"path": str(weights), "task": "likelihood", "history": 2}
    built = rerank(tasteful, adapter="transformers", options=options, candidates=4)
    [request] = plan_lists(tasteful, 3, 0)[:1]
    [answer] = built.recommend([request])
    [wide] = popularity(tasteful).recommend([replace(request, k=4)])
    assert len(answer.items) == 3
    assert set(answer.items) <= set(wide.items)
    assert built.card.quadrant == "frozen, no CRM"

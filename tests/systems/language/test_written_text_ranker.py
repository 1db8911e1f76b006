from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recaudit.adapters.language.model import Call, Gives
from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import AuditData, world
from recaudit.errors import InputError
from recaudit.probes.lists import plan_lists
from recaudit.records import Exchange, Recommender, Request
from recaudit.systems.language import backend
from recaudit.systems.language.written_text_ranker import likeness, written_text_ranker


class Writer:
    """Writes what a function of the title says."""

    parameters = 7
    concurrency = 1
    settings: Mapping[str, str] = {}
    gives: frozenset[Gives] = frozenset({"text"})

    def __init__(self, name: str, say: Callable[[str], str]) -> None:
        self.name, self.say = name, say

    async def ask(self, call: Call) -> Exchange:
        return Exchange(prompt="", text=self.say(call.messages[-1].content.partition(": ")[2].rstrip("?")))

    async def close(self) -> None:
        """Hold nothing."""


@pytest.fixture(scope="module")
def sparse() -> AuditData:
    """Users with few items among many, so that neighbours say little."""
    return world(users=60, items=240, history=5, held_out=2, genres=3, popularity=0.0, taste=40.0, rng=3)


@pytest.fixture
def built(sparse: AuditData, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recommender]:
    def make(name: str, say: Callable[[str], str], **options: Any) -> Recommender:
        monkeypatch.setattr(
            backend, "build", lambda _, data, asked: language_recommender(data, Writer(name, say), **asked)
        )
        return written_text_ranker(sparse, negatives=10, **options)

    return make


def knows_genres(data: AuditData) -> Callable[[str], str]:
    names = {"genre 1": "horror", "genre 2": "romance", "genre 3": "travel"}
    genres = dict(zip(data.items["title"], data.items["groups"], strict=True))
    return lambda title: f"A work of {' and '.join(names[genre] for genre in genres[title])}."


def rank_of_held_out(system: Recommender, data: AuditData) -> float:
    truth = data.truth.groupby("user")["item"].agg(set)
    requests = plan_lists(data, len(data.items), 0)
    answers = {answer.request: answer.items for answer in system.recommend(requests)}
    return float(
        np.mean(
            [
                place
                for request in requests
                for place, item in enumerate(answers[request.id])
                if item in truth[request.user]
            ]
        )
    )


def test_a_writer_that_knows_something_brings_held_out_items_forward(
    sparse: AuditData, built: Callable[..., Recommender]
) -> None:
    knows = built("knows", knows_genres(sparse))
    babbles = built("babbles", lambda title: "short" if len(title) % 2 else "long")
    assert knows.card.quadrant == "frozen, with CRM"
    assert float(knows.card.settings["weight of text"]) > 0.3
    assert rank_of_held_out(knows, sparse) < rank_of_held_out(babbles, sparse) / 1.5


def test_the_history_of_the_request_decides(sparse: AuditData, built: Callable[..., Recommender]) -> None:
    system = built("knows", knows_genres(sparse))
    request = Request(unit=0, arm="a", user=0, history=(1, 2), candidates=(5, 6, 7), k=3, needs="candidates")
    [answer, other] = system.recommend([request, replace(request, history=(30, 31))])
    assert sorted(answer.items) == [5, 6, 7]
    assert answer.scores != other.scores


def test_likeness_is_a_mean_cosine(sparse: AuditData) -> None:
    catalogue = sparse.items.index[:4]
    of = likeness(["red car", "red car", "blue boat", "blue boat"], catalogue)
    request = Request(unit=0, arm="a", user=0, history=tuple(catalogue[[0, 2]].tolist()), k=1)
    assert of(request).tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert of(replace(request, history=tuple(catalogue[:1].tolist()))).tolist() == pytest.approx([1, 1, 0, 0])
    assert of(replace(request, history=())).tolist() == [0, 0, 0, 0]


def test_texts_without_a_common_word_are_refused(
    sparse: AuditData, built: Callable[..., Recommender]
) -> None:
    with pytest.raises(InputError, match="no word is in two of the 240 texts"):
        built("apart", lambda title: "x" + title.replace(" ", ""))
    with pytest.raises(InputError, match="tokens is 0; give 1 or more"):
        written_text_ranker(sparse, tokens=0)

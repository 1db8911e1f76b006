from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import AuditData, world
from recaudit.errors import InputError
from recaudit.records import Recommender, Request
from recaudit.systems.language import backend
from recaudit.systems.language.written_text_ranker import likeness, written_text_ranker


@pytest.fixture(scope="module")
def sparse() -> AuditData:
    """Users with few items among many, so that neighbours say little."""
    return world(users=60, items=240, history=5, held_out=2, genres=3, popularity=0.0, taste=40.0, rng=3)


@pytest.fixture
def built(
    sparse: AuditData, writer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Recommender]:
    def make(name: str, say: Callable[[str], str], **options: Any) -> Recommender:
        model = writer(lambda question: say(question.partition(": ")[2].rstrip("?")), name)
        monkeypatch.setattr(
            backend, "build", lambda _, data, asked: language_recommender(data, model, **asked)
        )
        return written_text_ranker(sparse, negatives=10, **options)

    return make


def knows_genres(data: AuditData) -> Callable[[str], str]:
    names = {"genre 1": "horror", "genre 2": "romance", "genre 3": "travel"}
    genres = dict(zip(data.items["title"], data.items["groups"], strict=True))
    return lambda title: f"A work of {' and '.join(names[genre] for genre in genres[title])}."


def test_a_writer_that_knows_something_brings_held_out_items_forward(
    sparse: AuditData,
    built: Callable[..., Recommender],
    rank_of_held_out: Callable[[Recommender, AuditData], float],
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

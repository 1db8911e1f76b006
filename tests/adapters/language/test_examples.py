from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recaudit.adapters.language.examples import CANDIDATES, with_examples
from recaudit.adapters.language.model import Call, Message
from recaudit.adapters.language.recommender import LanguageRecommender, language_recommender
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Request

Scripted = Callable[..., Any]


@pytest.fixture
def built(tiny_data: AuditData, scripted: Scripted) -> Callable[..., LanguageRecommender]:
    def make(task: str, **options: Any) -> LanguageRecommender:
        return language_recommender(tiny_data, scripted(lambda _: "1. Item 8"), task=task, **options)

    return make


def titles(text: str) -> list[str]:
    return [
        line.partition(" ")[2]
        for line in text.splitlines()
        if line[:1] in "-123456789ABCDE" and " Item" in line
    ]


def newest(data: AuditData, count: int) -> set[tuple[str, ...]]:
    return {
        tuple(data.items["title"][item] for item in history[-count:]) for history in data.histories().values()
    }


def test_free_answers_are_what_users_took_last(
    tiny_data: AuditData, built: Callable[..., LanguageRecommender]
) -> None:
    asked, said, *more = built("generate", shots=2).examples
    assert [asked.role, said.role, len(more)] == ["user", "assistant", 2]
    assert tuple(titles(said.content)) in newest(tiny_data, 3)
    assert not set(titles(said.content)) & set(titles(asked.content))
    assert said.content.startswith("1. Item")


@pytest.mark.parametrize("task", ["letters", "listwise"])
def test_answers_about_candidates_put_the_wanted_one_first(
    tiny_data: AuditData, built: Callable[..., LanguageRecommender], task: str
) -> None:
    examples = built(task, shots=4).examples
    for asked, said in zip(examples[::2], examples[1::2], strict=True):
        given = titles(asked.content)[-CANDIDATES:]
        best = given["ABCDE".index(said.content)] if task == "letters" else titles(said.content)[0]
        assert (best,) in newest(tiny_data, 1)
        if task == "listwise":
            assert sorted(titles(said.content)) == sorted(given)


def test_yes_and_no_alternate(built: Callable[..., LanguageRecommender]) -> None:
    examples = built("pointwise", shots=4).examples
    assert [one.content for one in examples[1::2]] == ["Yes", "No", "Yes", "No"]


def test_examples_stand_between_the_system_and_the_question(tiny_data: AuditData, scripted: Scripted) -> None:
    model = scripted(lambda _: {"A": -2.0, "B": -0.5})
    system = language_recommender(tiny_data, model, task="letters", shots=1)
    request = Request(
        unit="u00", arm="a", user="u00", history=(3,), candidates=(5, 6), k=2, needs="candidates"
    )
    [answer] = system.recommend([request])
    assert answer.items == (6, 5)
    [call] = model.calls
    assert [one.role for one in call.messages] == ["system", "user", "assistant", "user"]
    assert list(system.preview(request)) == [call]
    assert system.card.settings["shots"] == "1"
    bare = Call(messages=(Message(role="user", content="?"),), max_tokens=1)
    assert with_examples(bare, call.messages[1:3]).messages[-1].content == "?"


def test_what_cannot_be_shown_is_refused(built: Callable[..., LanguageRecommender]) -> None:
    with pytest.raises(
        InputError, match=r"'rating' takes no examples; .* one of generate, letters, listwise"
    ):
        built("rating", shots=1)
    with pytest.raises(
        InputError, match=r"shots = 500, and \d+ users have more than 3 training interactions"
    ):
        built("generate", shots=500)

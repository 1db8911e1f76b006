from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from recaudit.adapters.language.model import Call, ModelCallError, Previewed
from recaudit.adapters.language.recommender import language_recommender
from recaudit.adapters.language.tasks import TASKS
from recaudit.datasets import AuditData
from recaudit.errors import InputError, SystemFailureError, UnknownNameError
from recaudit.records import Answer, Request

Scripted = Callable[..., Any]
FREE = Request(unit="u00", arm="list", user="u00", history=(3, 1, 2), k=3, profile=(("gender", "F"),))
RANK = Request(
    unit="u00", arm="rank", user="u00", history=(3,), candidates=(5, 6, 7), k=3, needs="candidates"
)


def answer(data: AuditData, model: Any, request: Request, **options: Any) -> Answer:
    [given] = language_recommender(data, model, **options).recommend([request])
    return given


def test_titles_that_the_model_names_become_items(tiny_data: AuditData, scripted: Scripted) -> None:
    model = scripted(lambda _: "Sure!\n1. Item 8\n2. Item 9 (1999)\n3. Some Film\n4. Item 8\n5. item 4")
    given = answer(tiny_data, model, FREE, history=2)
    assert given.items == (8, 9, 4)
    assert [slot.how for slot in given.slots] == [
        "exact",
        "normalised",
        "off-catalogue",
        "repeated",
        "normalised",
    ]
    assert given.exchanges[0].text.startswith("Sure!")
    [call] = model.calls
    assert call.max_tokens == 72
    assert call.messages[1].content == (
        "About me: gender F.\nI liked these films, oldest first:\n- Item 1\n- Item 2\n"
        "Recommend 3 other films to me, the best one first."
    )
    assert model.closed


def test_an_instruction_of_a_probe_is_sent_word_for_word(tiny_data: AuditData, scripted: Scripted) -> None:
    model = scripted(lambda _: "1. Item 8")
    words = "I am a {{ keen }} fan of X.\nName two films."
    request = Request(unit="X", arm="a", user="X", history=(), k=2, needs="instructions", instruction=words)
    assert answer(tiny_data, model, request).items == (8,)
    assert [one.role for one in model.calls[0].messages] == ["system", "user"]
    assert model.calls[0].messages[1].content == words


def test_listwise_takes_candidates_only_and_may_use_a_schema(
    tiny_data: AuditData, scripted: Scripted
) -> None:
    model = scripted(lambda _: '["Item 7", "Item 1", "Item 5"]')
    given = answer(tiny_data, model, RANK, task="listwise", schema=True)
    assert given.items == (7, 5)
    assert [slot.how for slot in given.slots] == ["exact", "not asked", "exact"]
    assert model.calls[0].schema["items"]["enum"] == ["Item 5", "Item 6", "Item 7"]


def test_letters_rank_by_their_probability(tiny_data: AuditData, scripted: Scripted) -> None:
    model = scripted(lambda _: {"A": -2.0, "B": -0.5, "C": -0.5})
    given = answer(tiny_data, model, RANK, task="letters")
    assert given.items == (6, 7, 5)
    assert given.scores == (-0.5, -0.5, -2.0)


def test_pointwise_takes_the_log_odds_of_yes(tiny_data: AuditData, scripted: Scripted) -> None:
    def say(call: Call) -> dict[str, float]:
        liked = "Item 6" in call.messages[1].content
        return {"Yes": -0.1 if liked else -1.0, "No": -2.0 if liked else -0.5}

    model = scripted(say)
    given = answer(tiny_data, model, RANK, task="pointwise")
    assert given.items == (6, 5, 7)
    assert given.scores == pytest.approx((1.9, -0.5, -0.5))
    assert len(given.exchanges) == 3
    prompts = [call.messages[1].content for call in model.calls]
    assert len({prompt.rpartition("Item")[0] for prompt in prompts}) == 1


def test_a_rating_is_an_expectation_on_the_scale_of_the_data(
    tiny_data: AuditData, scripted: Scripted
) -> None:
    log = math.log
    model = scripted(lambda _: {"1": log(0.1), "2": log(0.1), "3": log(0.1), "4": log(0.1), "5": log(0.4)})
    given = answer(tiny_data, model, RANK, task="rating")
    assert given.scores == pytest.approx(((1 + 2 + 3 + 4) / 8 + 5 / 2,) * 3)
    assert given.items == (5, 6, 7)


def test_pairs_are_asked_in_both_orders_so_that_a_favoured_place_cancels(
    tiny_data: AuditData, scripted: Scripted
) -> None:
    def always_first(_: Call) -> dict[str, float]:
        return {"A": math.log(0.9), "B": math.log(0.1)}

    def likes_seven(call: Call) -> dict[str, float]:
        return always_first(call) if "A. Item 7" in call.messages[1].content else {"A": -3.0, "B": -0.05}

    model = scripted(always_first)
    assert answer(tiny_data, model, RANK, task="pairwise").scores == pytest.approx((0.5, 0.5, 0.5))
    assert len(model.calls) == 6
    assert answer(tiny_data, scripted(likes_seven), RANK, task="pairwise").items[0] == 7


def test_the_likeliest_title_comes_first_and_first_tokens_are_not_enough(
    tiny_data: AuditData, scripted: Scripted
) -> None:
    model = scripted(lambda _: {"Item 5": -9.0, "Item 6": -2.0, "Item 7": -4.0}, "continuations")
    given = answer(tiny_data, model, RANK, task="likelihood")
    assert (given.items, given.scores) == ((6, 7, 5), (-2.0, -4.0, -9.0))
    assert [call.choices for call in model.calls] == [("Item 5", "Item 6", "Item 7")]
    with pytest.raises(InputError, match="'likelihood' needs a model that gives continuations"):
        language_recommender(tiny_data, scripted(str), task="likelihood")


def test_a_failed_call_keeps_the_calls_before_it(tiny_data: AuditData, scripted: Scripted) -> None:
    def say(call: Call) -> dict[str, float]:
        if "Item 6" in call.messages[1].content:
            raise ModelCallError("no answer within 60 s", timeout=True)
        return {"Yes": -1.0, "No": -1.0}

    given = answer(tiny_data, scripted(say), RANK, task="pointwise")
    assert (given.problem, given.detail, len(given.exchanges)) == ("timeout", "no answer within 60 s", 1)


def test_a_refusal_is_a_problem_with_its_words_kept(tiny_data: AuditData, scripted: Scripted) -> None:
    given = answer(tiny_data, scripted(lambda _: "I'm sorry, but I can't help with that."), FREE)
    assert (given.problem, given.items) == ("refused", ())
    assert given.exchanges[0].text == "I'm sorry, but I can't help with that."


def test_the_card_says_what_decides_the_answers(tiny_data: AuditData, scripted: Scripted) -> None:
    card = language_recommender(tiny_data, scripted(str), task="generate", history=4).card
    assert (card.llm, card.llm_parameters, card.quadrant) == ("scripted", 7, "frozen, no CRM")
    assert card.settings["temperature"] == "0"
    assert card.settings["history"] == "4"
    assert card.settings["prompt"].startswith("generate 1, SHA-256 ")
    assert language_recommender(tiny_data, scripted(str), tuned=True).card.quadrant == "tuned, no CRM"


def test_a_preview_makes_no_call(tiny_data: AuditData, scripted: Scripted) -> None:
    model = scripted(str)
    system = language_recommender(tiny_data, model, task="pairwise")
    assert isinstance(system, Previewed)
    assert len(system.preview(RANK)) == 6
    assert model.calls == []


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"task": "list"}, UnknownNameError, "unknown task 'list', did you mean 'listwise'"),
        (
            {"task": "letters"},
            InputError,
            "the task 'letters' needs a model that gives logprobs; 'scripted' gives",
        ),
        ({"task": "listwise", "schema": True}, InputError, "schema = true needs a model that gives schema"),
        ({"template": "letters"}, InputError, "is for task 'letters', not for 'generate'"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_asked(
    tiny_data: AuditData, scripted: Scripted, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        language_recommender(tiny_data, scripted(str, "text"), **options)


@pytest.mark.parametrize("task", sorted(set(TASKS) - {"generate"}))
def test_a_ranker_cannot_be_asked_for_a_list(tiny_data: AuditData, scripted: Scripted, task: str) -> None:
    system = language_recommender(tiny_data, scripted(str, "text", "logprobs", "continuations"), task=task)
    with pytest.raises(SystemFailureError, match="cannot give a list over the catalogue; set candidates"):
        list(system.recommend([FREE]))


def test_free_generation_cannot_be_asked_to_rank(tiny_data: AuditData, scripted: Scripted) -> None:
    system = language_recommender(tiny_data, scripted(str))
    with pytest.raises(
        SystemFailureError, match="cannot give a ranking of candidates; use the task 'listwise'"
    ):
        list(system.recommend([RANK]))


def test_too_many_candidates_for_letters_or_pairs_are_refused(
    tiny_data: AuditData, scripted: Scripted
) -> None:
    many = Request(
        unit=1, arm="a", user="u00", history=(), candidates=tuple(range(30)), k=3, needs="candidates"
    )
    for task, message in {"letters": "at most 26 candidates, 30 came", "pairwise": "870 calls"}.items():
        with pytest.raises(SystemFailureError, match=message):
            list(language_recommender(tiny_data, scripted(str), task=task).recommend([many]))


def test_items_without_titles_are_refused(tiny_data: AuditData, scripted: Scripted) -> None:
    from dataclasses import replace

    items = tiny_data.items.copy()
    items.loc[3, "title"] = None
    with pytest.raises(InputError, match="1 items have no title, such as 3"):
        language_recommender(replace(tiny_data, items=items), scripted(str))


def test_hostile_titles_reach_the_model_as_they_are(tiny_data: AuditData, scripted: Scripted) -> None:
    from dataclasses import replace

    items = tiny_data.items.copy()
    items.loc[3, "title"] = "{% raise %}{{ k }}</script>"
    model = scripted(lambda _: json.dumps(["{% raise %}{{ k }}</script>"]))
    given = answer(replace(tiny_data, items=items), model, FREE)
    assert "- {% raise %}{{ k }}</script>\n" in model.calls[0].messages[1].content
    assert given.items == (3,)

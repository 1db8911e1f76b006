from __future__ import annotations

import numpy as np
import pytest

from recaudit.probes.counterfactual.compare import comparisons
from recaudit.probes.counterfactual.values import arms_of, placebo_arms
from recaudit.probes.outcomes import rate_rows
from recaudit.probes.similarity import UNCHANGED, Comparison, asked_by_arm, named, similarity_rows
from recaudit.records import Answer, Exchange, Request, Slot

PLACEBOS = placebo_arms(["keen", "big"])
ARMS = arms_of({"gender": ["f", "m"]})


def request(arm: str, replicate: int = 0, unit: str = "u", **changes: object) -> Request:
    fields = {"history": (), "k": 4, "needs": "instructions", **changes}
    return Request(unit=unit, arm=arm, replicate=replicate, user=unit, **fields)  # type: ignore[arg-type]


def slot(title: str, item: int | None = None, how: str = "off-catalogue") -> Slot:
    return Slot(title=title, item=item, how=how, similarity=0)  # type: ignore[arg-type]


def test_all_repeats_of_two_arms_are_compared() -> None:
    labels = ["neutral", "placebo: keen", "placebo: big", "gender=f", "gender=m"]
    asked = [request(arm, replicate) for arm in labels for replicate in (1, 0)]
    answers = {one.id: Answer(request=one.id, items=()) for one in asked}
    by_arm = asked_by_arm(asked, answers, labels, "instructions")
    assert [one.replicate for one in by_arm["u", "neutral"]] == [0, 1]
    pairs = list(comparisons(by_arm, PLACEBOS, ARMS))
    counts = {
        arm: sum(pair.arm == arm for pair in pairs) for arm in dict.fromkeys(pair.arm for pair in pairs)
    }
    assert counts == {
        "repeat": 1,
        "placebo": 8,
        "placebo pair": 4,
        "gender=f": 4,
        "gender=m": 4,
        "gender=f|gender=m": 4,
    }
    assert {pair.first.arm for pair in pairs if pair.arm == "gender=f"} == {"neutral"}


def test_requests_of_other_probes_and_unanswered_ones_are_passed_over() -> None:
    mine, other, unanswered = request("neutral"), request("neutral", needs="lists"), request("neutral", 1)
    answers = {one.id: Answer(request=one.id, items=()) for one in (mine, other)}
    assert asked_by_arm([mine, other, unanswered], answers, ["neutral"], "instructions") == {
        ("u", "neutral"): [mine]
    }


def test_titles_outside_the_catalogue_count_as_what_they_say() -> None:
    answer = Answer(
        request="r",
        items=(5,),
        slots=(
            slot("Matrix, The (1999)"),
            slot("Heat", 5, "exact"),
            slot("the matrix"),
            slot("Heat (1995)", 5, "repeated"),
            slot("Alien", 9, "not asked"),
        ),
    )
    assert named(answer) == ("matrix", 5)
    assert named(Answer(request="r", items=(3, 1))) == (3, 1)


def compared(first: Answer | None, second: Answer | None, *labels: str) -> list[tuple[float, str]]:
    one, other = request("neutral"), request("gender=f")
    answers = {
        one.id: first or Answer(request="", items=()),
        other.id: second or Answer(request="", items=()),
    }
    pairs = [Comparison(arm="gender=f", first=one, second=other)]
    rows = similarity_rows(pairs, answers, labels or ("jaccard@4",), 4)
    assert rows["request"].tolist() == [other.id] * len(rows)
    return list(zip(rows["value"], rows["reason"], strict=True))


def test_similarity_of_what_is_named() -> None:
    first = Answer(request="", items=(1,), slots=(slot("One", 1, "exact"), slot("Made Up"), slot("Other")))
    second = Answer(request="", items=(1,), slots=(slot("made up (2001)"), slot("1", 1, "exact")))
    [(jaccard, _), (serp, _)] = compared(first, second, "jaccard@4", "serp@4")
    assert jaccard == pytest.approx(2 / 3)
    assert serp == pytest.approx((3 + 2) / 6)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (
            Answer(request="", items=(1,)),
            Answer(request="", items=(), problem="refused"),
            "no list to compare: refused",
        ),
        (
            Answer(request="", items=(), problem="unparsed"),
            Answer(request="", items=(), problem="timeout"),
            "no list to compare: timeout and unparsed",
        ),
        (Answer(request="", items=()), Answer(request="", items=()), "both lists are empty"),
    ],
)
def test_what_cannot_be_compared_has_a_reason(first: Answer, second: Answer, reason: str) -> None:
    [(value, why)] = compared(first, second)
    assert np.isnan(value)
    assert why == reason


def test_arms_that_were_sent_the_same_words_are_no_comparison() -> None:
    def sent(words: str, seed: int) -> Answer:
        prompt = f'{{"content": "{words}", "seed": {seed}}}'
        return Answer(request="", items=(1,), exchanges=(Exchange(prompt=prompt, text=""),))

    [(value, why)] = compared(sent("five films", 1), sent("five films", 2))
    assert np.isnan(value)
    assert why == UNCHANGED
    assert compared(sent("five films", 1), sent("five good films", 2)) == [(1.0, "")]


def test_rates_of_an_answer() -> None:
    asked = [request("gender=f", replicate) for replicate in range(5)]
    given = [
        Answer(
            request="",
            items=(1,),
            slots=(slot("One", 1, "exact"), slot("Made up"), slot("?", None, "ambiguous")),
        ),
        Answer(request="", items=(), problem="refused"),
        Answer(request="", items=(), problem="timeout"),
        Answer(request="", items=()),
        Answer(request="", items=(1, 2)),
    ]
    rows = rate_rows(
        asked,
        {one.id: answer for one, answer in zip(asked, given, strict=True)},
        ["refused", "off-catalogue", "length"],
    )
    values = {metric: part["value"].tolist() for metric, part in rows.groupby("metric", sort=False)}
    np.testing.assert_array_equal(values["refused"], [0, 1, np.nan, 0, 0])
    np.testing.assert_allclose(values["off-catalogue"], [1 / 3, np.nan, np.nan, np.nan, 0])
    np.testing.assert_array_equal(values["length"], [0.75, 0, np.nan, 0, 0.5])
    reasons = rows[rows["metric"] == "off-catalogue"]["reason"].tolist()
    assert reasons == ["", "no title was named", "the call failed", "no title was named", ""]

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from recaudit.datasets import AuditData
from recaudit.errors import InputError, UnknownNameError
from recaudit.probes.counterfactual.options import ProfileOptions, PromptOptions
from recaudit.probes.counterfactual.plan import plan_profiles, plan_prompts, profile_arms


def prompts(**changes: object) -> PromptOptions:
    fields = {"attributes": {"gender": ["female", "old"]}, "similarity": ["jaccard@5"], "units": 3, **changes}
    return PromptOptions.model_validate(fields)


def profiles(**changes: object) -> ProfileOptions:
    fields = {"similarity": ["jaccard@5"], "utility": ["ndcg@5"], "units": 10, **changes}
    return ProfileOptions.model_validate(fields)


def test_sentences_differ_in_the_named_word_alone(tiny_data: AuditData) -> None:
    asked = plan_prompts(tiny_data, prompts(seeds=["Blur"]), 99, 1)
    assert [(one.arm, one.replicate) for one in asked][:4] == [
        ("neutral", 0),
        ("neutral", 1),
        ("placebo: keen", 0),
        ("placebo: keen", 1),
    ]
    words = {one.arm: one.instruction for one in asked}
    rest = (
        " Please recommend 5 films to me, the best one first. "
        "Answer with a numbered list of titles and nothing else."
    )
    assert words == {
        "neutral": "I am a fan of Blur." + rest,
        "placebo: keen": "I am a keen fan of Blur." + rest,
        "placebo: big": "I am a big fan of Blur." + rest,
        "gender=female": "I am a female fan of Blur." + rest,
        "gender=old": "I am an old fan of Blur." + rest,
    }
    assert {one.needs for one in asked} == {"instructions"}
    assert {one.k for one in asked} == {5}
    assert len({one.id for one in asked}) == len(asked) == 10


def test_other_languages_and_odd_seeds(tiny_data: AuditData) -> None:
    options = prompts(
        template="Ich bin {value} und mag {seed}. Nenne {k} {noun}.",
        attributes={"Geschlecht": ["eine Frau", "ein Mann"]},
        placebos=["froh", "hier"],
        seeds=["{value}  {x}"],
        noun="Filme",
    )
    words = {one.arm: one.instruction for one in plan_prompts(tiny_data, options, 5, 1)}
    assert words["Geschlecht=eine Frau"] == "Ich bin eine Frau und mag {value}  {x}. Nenne 5 Filme."
    assert words["neutral"] == "Ich bin und mag {value}  {x}. Nenne 5 Filme."


def test_seeds_come_from_the_most_popular_titles_or_are_drawn(tiny_data: AuditData) -> None:
    popular = [one.unit for one in plan_prompts(tiny_data, prompts(units=2), 5, 1)]
    assert set(popular) == {"Item 0", "Item 1"}
    many = [f"Artist {number}" for number in range(50)]
    first, again, other = (
        {one.unit for one in plan_prompts(tiny_data, prompts(seeds=many), 5, seed)} for seed in (1, 1, 2)
    )
    assert len(first) == 3
    assert first == again != other
    untitled = replace(tiny_data, items=tiny_data.items.assign(title=None))
    with pytest.raises(InputError, match="the items have no titles to be a fan of"):
        plan_prompts(untitled, prompts(), 5, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"template": "a {value} fan of {seed}: {k} {nouns}"}, r"template has {nouns}; it may have"),
        ({"template": "a {value} fan: {k}"}, "template lacks {seed}"),
        ({"placebos": ["keen", "keen"]}, "placebos names a word twice"),
        ({"attributes": ["gendre"]}, "did you mean 'gender'"),
        ({"attributes": {"gender": ["female"]}}, "at least 2 items"),
        ({"repeats": 1}, "greater than or equal to 2"),
        ({"similarity": ["ndcg@5"]}, "'ndcg@5' is a ranking metric; this probe takes pair metrics"),
    ],
)
def test_options_that_cannot_work_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        prompts(**changes)


def test_users_are_asked_as_every_group_and_what_else_is_sent_stays(tiny_data: AuditData) -> None:
    asked = plan_profiles(tiny_data, profiles(min_users=5), 99, 1)
    user = asked[0].user
    own = [one for one in asked if one.user == user]
    assert {one.arm for one in own} == {
        "neutral",
        "placebo: newsletter weekly",
        "placebo: screen wide",
        "gender=F",
        "gender=M",
    }
    assert {one.profile for one in own if one.arm.startswith("gender")} == {
        (("gender", "F"),),
        (("gender", "M"),),
    }
    assert len({one.history for one in own}) == 1
    assert {one.needs for one in asked} == {"profiles"}
    assert len({one.user for one in asked}) == 10


def test_candidates_hold_what_the_user_chose_later_and_nothing_known(tiny_data: AuditData) -> None:
    asked = plan_profiles(tiny_data, profiles(min_users=5, candidates=8, units=40), 99, 1)
    held = tiny_data.truth.groupby("user")["item"].agg(set).to_dict()
    places = []
    for request in asked:
        assert request.candidates is not None
        assert len(set(request.candidates)) == 8
        assert held[request.user] <= set(request.candidates)
        assert not set(request.candidates) & set(request.history)
        places += [request.candidates.index(item) for item in held[request.user]]
    assert {one.k for one in asked} == {5}
    assert set(places) == set(range(8))


def test_an_attribute_that_cannot_be_flipped_is_refused(tiny_data: AuditData) -> None:
    with pytest.raises(InputError, match=r"attribute 'city' has 0 group\(s\) of at least 20 users"):
        profile_arms(tiny_data, profiles(attributes=["city"]))
    with pytest.raises(UnknownNameError, match="unknown user attribute 'age'"):
        profile_arms(tiny_data, profiles(attributes=["age"]))

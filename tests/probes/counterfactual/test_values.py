from __future__ import annotations

import pytest

from recaudit.errors import InputError, UnknownNameError
from recaudit.probes.counterfactual.values import ValueTable, arms_of, attributes_of, placebo_arms


def test_every_value_and_every_combination_is_an_arm() -> None:
    attributes = {
        "gender": ["female", ValueTable(label="nb", words="non-binary")],
        "age": ["old", "young"],
    }
    arms = arms_of(attributes, ["age*gender"])
    assert [arm.label for arm in arms] == [
        "gender=female",
        "gender=nb",
        "age=old",
        "age=young",
        "age=old, gender=female",
        "age=old, gender=nb",
        "age=young, gender=female",
        "age=young, gender=nb",
    ]
    assert {arm.attribute for arm in arms[4:]} == {"age*gender"}
    assert (arms[4].article, arms[4].words) == ("an", "old female")
    assert arms[1].profile == (("gender", "non-binary"),)


def test_an_article_may_be_given_where_the_letter_misleads() -> None:
    values = [ValueTable(label="hourly", words="hourly paid", article="an"), "European"]
    assert [arm.article for arm in arms_of({"pay": values})] == ["an", "an"]


def test_the_published_lexicon_has_eight_attributes_with_31_values() -> None:
    names = ["age", "country", "gender", "continent", "occupation", "race", "religion", "physics"]
    assert sum(len(values) for values in attributes_of(names, "fairllm").values()) == 31


def test_placebos_name_nothing() -> None:
    [keen, avid] = placebo_arms(["keen", "avid"])
    assert (keen.label, keen.article, keen.attribute, keen.profile) == ("placebo: keen", "a", "", ())
    assert avid.article == "an"


def test_unknown_names_and_equal_labels_are_refused() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown attribute of the lexicon 'default': 'gendre', did you"
    ):
        attributes_of(["gendre"], "default")
    with pytest.raises(UnknownNameError, match=r"unknown attribute of the product 'gender\*race': 'race'"):
        arms_of({"gender": ["a", "b"]}, ["gender*race"])
    with pytest.raises(InputError, match="two values are both called 'gender=a'"):
        arms_of({"gender": ["a", "a"]})

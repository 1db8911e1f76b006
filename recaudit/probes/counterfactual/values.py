"""Sensitive attributes and their values, and the arms that name them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter

from recaudit.errors import InputError, UnknownNameError

Lexicon = Literal["default", "fairllm"]
NEUTRAL = "neutral"
VOWELS = frozenset("aeiouAEIOU")


class ValueTable(BaseModel):
    """A value whose words are not its label.

    Attributes:
        label: In arms and reports.
        words: In the sentence.
        article: "a" or "an" before the words; by their first letter without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[StrictStr, Field(min_length=1)]
    words: Annotated[StrictStr, Field(min_length=1)]
    article: StrictStr | None = None


Value = StrictStr | ValueTable
Attributes = dict[str, Annotated[list[Value], Field(min_length=2)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One condition that names something about the person.

    Attributes:
        label: For example "gender=female".
        attribute: The attribute or product it belongs to, "" for a placebo.
        words: What is put into the sentence.
        article: Before the words.
        profile: The same as (attribute, value) pairs.
    """

    label: str
    attribute: str
    words: str
    article: str
    profile: tuple[tuple[str, str], ...]


@cache
def _lexicons() -> dict[str, Attributes]:
    text = (
        resources.files("recaudit.probes.counterfactual").joinpath("lexicon.toml").read_text(encoding="utf-8")
    )
    return TypeAdapter(dict[str, Attributes]).validate_python(tomllib.loads(text))


def attributes_of(given: Attributes | Sequence[str], lexicon: Lexicon) -> Attributes:
    """The attributes with their values: as given, or names of the lexicon.

    Raises:
        UnknownNameError: If the lexicon has no such attribute.
    """
    if isinstance(given, Mapping):
        return dict(given)
    known = _lexicons()[lexicon]
    for name in given:
        if name not in known:
            raise UnknownNameError.among(f"attribute of the lexicon '{lexicon}':", name, known)
    return {name: known[name] for name in given}


def arms_of(attributes: Attributes, products: Sequence[str] = ()) -> list[Arm]:
    """One arm per value of each attribute, and per combination of values of each product.

    Args:
        attributes: With their values.
        products: Such as "gender*age".

    Raises:
        InputError: If a product names an attribute that is not there, or two values of one have the same label.
    """
    arms = [
        _arm(name, [(name, value)]) for name, values in attributes.items() for value in map(_table, values)
    ]
    for name in products:
        parts = name.split("*")
        for part in parts:
            if part not in attributes:
                raise UnknownNameError.among(f"attribute of the product '{name}':", part, attributes)
        tables = [[(part, _table(value)) for value in attributes[part]] for part in parts]
        arms.extend(_arm(name, list(combination)) for combination in product(*tables))
    labels = [arm.label for arm in arms]
    repeated = next((label for label in labels if labels.count(label) > 1), None)
    if repeated is not None:
        raise InputError(
            f"two values are both called '{repeated}'; give each value of an attribute its own label"
        )
    return arms


def placebo_arms(words: Sequence[str]) -> list[Arm]:
    """One arm per word that says nothing about the person."""
    return [
        Arm(label=f"placebo: {one}", attribute="", words=one, article=article_of(one), profile=())
        for one in words
    ]


def article_of(words: str) -> str:
    """The indefinite article, by the first letter.

    >>> article_of("old"), article_of("female")
    ('an', 'a')
    """
    return "an" if words[:1] in VOWELS else "a"


def _arm(attribute: str, parts: Sequence[tuple[str, ValueTable]]) -> Arm:
    words = " ".join(value.words for _, value in parts)
    first = parts[0][1]
    return Arm(
        label=", ".join(f"{name}={value.label}" for name, value in parts),
        attribute=attribute,
        words=words,
        article=first.article or article_of(words),
        profile=tuple((name, value.words) for name, value in parts),
    )


def _table(value: str | ValueTable) -> ValueTable:
    return ValueTable(label=value, words=value) if isinstance(value, str) else value

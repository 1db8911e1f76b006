"""The tables `[probes.counterfactual]` and `[probes.counterfactual-profile]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StrictStr, model_validator

from recaudit.errors import InputError
from recaudit.probes.counterfactual.values import (
    Arm,
    Attributes,
    Lexicon,
    arms_of,
    attributes_of,
    placebo_arms,
)
from recaudit.probes.options import PairLabel, ProbeOptions, UtilityLabel, deepest

TEMPLATE = (
    "I am {article} {value} fan of {seed}. Please recommend {k} {noun} to me, the best one first. "
    "Answer with a numbered list of titles and nothing else."
)
HOLES = frozenset({"article", "value", "seed", "k", "noun"})


class CommonOptions(ProbeOptions):
    """What both forms take.

    Attributes:
        repeats: How often each arm is asked; the repeats of the neutral arm are the noise floor.
        similarity: How alike two lists are; the first one also between values, and as SNSR and SNSV.
        k: Length of the lists; as long as the metrics need without it.
        units: Seeds, or users, drawn by the seed of the audit.
    """

    repeats: Annotated[int, Field(ge=2, le=20)] = 2
    similarity: Annotated[list[PairLabel], Field(min_length=1)] = [
        "jaccard@10",
        "rbo@10",
        "serp@10",
        "prag@10",
    ]
    k: Annotated[int, Field(ge=1)] | None = None
    units: Annotated[int, Field(ge=1)] = 100

    @property
    def depth(self) -> int:
        """The length of the lists asked for."""
        return self.k or deepest(self.similarity)


class PromptOptions(CommonOptions):
    """`[probes.counterfactual]`: the same sentence with and without a sensitive word, about seed entities.

    Attributes:
        attributes: Attribute to values, such as `gender = ["female", "male"]`, in any language; or names of the
            lexicon.
        lexicon: Where names come from: "default", or "fairllm" with the values of arXiv 2305.07609.
        products: Combinations such as "gender*age".
        placebos: Words that say nothing about the person; at least two, as their difference is a floor too.
        seeds: What the person is a fan of; without it the titles of the most popular items.
        noun: What is recommended, in the plural.
        template: The sentence, with {article}, {value}, {seed}, {k} and {noun}; a neutral sentence has no value and
            the article `neutral_article`.
        neutral_article: Before nothing: "a fan".
    """

    attributes: Attributes | list[StrictStr] = ["gender"]
    lexicon: Lexicon = "default"
    products: list[StrictStr] = []
    placebos: Annotated[list[StrictStr], Field(min_length=2)] = ["keen", "big"]
    seeds: Annotated[list[StrictStr], Field(min_length=1)] | None = None
    noun: StrictStr = "films"
    template: StrictStr = TEMPLATE
    neutral_article: StrictStr = "a"

    @model_validator(mode="after")
    def _consistent(self) -> PromptOptions:
        try:
            self.arms()
        except InputError as error:
            raise ValueError(str(error)) from error
        if len(set(self.placebos)) != len(self.placebos):
            raise ValueError("placebos names a word twice; give different words")
        holes = set(re.findall(r"\{(\w*)\}", self.template))
        if unknown := sorted(holes - HOLES):
            raise ValueError(f"template has {{{unknown[0]}}}; it may have {', '.join(sorted(HOLES))}")
        if missing := sorted({"value", "seed", "k"} - holes):
            raise ValueError(f"template lacks {{{missing[0]}}}, without which the arms or units are the same")
        return self

    def arms(self) -> list[Arm]:
        """The arms that name a value."""
        return arms_of(attributes_of(self.attributes, self.lexicon), self.products)

    def placebo_arms(self) -> list[Arm]:
        """The arms that name nothing."""
        return placebo_arms(self.placebos)


class ProfileOptions(CommonOptions):
    """`[probes.counterfactual-profile]`: real users who disclose nothing, each value in turn, or something idle.

    Attributes:
        attributes: Attributes of the data; every user is asked as each of its groups. Only groups of at least
            `min_users` users are taken.
        min_users: Fewest users of a group.
        placebos: Idle things that a user may disclose, as name and value; at least two.
        utility: Ranking metrics on the held-out items.
        candidates: Rank so many items, the held-out ones among popular ones, instead of the catalogue.
    """

    attributes: Annotated[list[StrictStr], Field(min_length=1)] = ["gender"]
    min_users: Annotated[int, Field(ge=1)] = 20
    placebos: Annotated[dict[str, StrictStr], Field(min_length=2)] = {
        "newsletter": "weekly",
        "screen": "wide",
    }
    utility: list[UtilityLabel] = ["ndcg@10"]
    candidates: Annotated[int, Field(ge=2)] | None = None

    @property
    def depth(self) -> int:
        """The length of the lists asked for."""
        return self.k or deepest([*self.similarity, *self.utility])

    def placebo_arms(self) -> list[Arm]:
        """The arms that disclose something idle."""
        return [
            Arm(
                label=f"placebo: {name} {value}",
                attribute="",
                words=value,
                article="",
                profile=((name, value),),
            )
            for name, value in self.placebos.items()
        ]

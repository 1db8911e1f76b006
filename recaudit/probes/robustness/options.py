"""The tables `[probes.robustness]` and `[probes.robustness-prompts]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StrictStr, model_validator

from recaudit.probes.options import PairLabel, ProbeOptions, UtilityLabel, deepest

HOLES = frozenset({"history", "k", "noun"})


class CommonOptions(ProbeOptions):
    """What both forms take.

    Attributes:
        repeats: How often each question is asked; the repeats of the plain one are the noise floor.
        similarity: How alike two lists are.
        utility: Ranking metrics on the held-out items.
        units: Users, drawn by the seed of the audit.
    """

    repeats: Annotated[int, Field(ge=2, le=20)] = 2
    similarity: Annotated[list[PairLabel], Field(min_length=1)] = ["rbo@10"]
    utility: Annotated[list[UtilityLabel], Field(min_length=1)] = ["ndcg@10"]
    units: Annotated[int, Field(ge=1)] = 100

    @property
    def k(self) -> int:
        """The length of the lists."""
        return deepest([*self.similarity, *self.utility])


class RobustnessOptions(CommonOptions):
    """`[probes.robustness]`: real users whose history is shuffled or cut, or who get more candidates.

    Attributes:
        lengths: Lengths to which histories are cut, the newest items staying; going up. Users with a longer history
            than the longest are asked about.
        candidates: Rank so many items instead of the catalogue.
        more_candidates: Also rank so many, those of `candidates` among them.
    """

    lengths: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = [3, 5, 10]
    candidates: Annotated[int, Field(ge=2)] | None = None
    more_candidates: Annotated[int, Field(ge=3)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> RobustnessOptions:
        if sorted(set(self.lengths)) != self.lengths:
            raise ValueError(f"lengths is {self.lengths}; give different lengths, going up")
        if self.more_candidates is not None and self.more_candidates <= (
            self.candidates or self.more_candidates
        ):
            raise ValueError(
                f"more_candidates is {self.more_candidates}, and candidates is {self.candidates or 'not given'}; give "
                "both, with more_candidates above candidates"
            )
        return self


class PromptRobustnessOptions(CommonOptions):
    """`[probes.robustness-prompts]`: the same wish in other words, with typing errors, or in another language.

    Attributes:
        template: The plain sentence, with {history}, {k} and {noun}.
        paraphrases: The same in other words.
        languages: Name of a language to the sentence in it.
        typos: Titles of the history that get a typing error (two letters change places).
        noun: What is recommended, in the plural.
        history: So many titles of the history are named, the newest ones.
    """

    template: StrictStr = (
        "I liked {history}. Please recommend {k} other {noun} to me, the best one first. "
        "Answer with a numbered list of titles and nothing else."
    )
    paraphrases: Annotated[list[StrictStr], Field(min_length=1)] = [
        (
            "Which {k} {noun} should I try next, given that I enjoyed {history}? "
            "Write a numbered list of titles, best first, without comments."
        ),
        (
            "My favourites so far: {history}. Give me a numbered list of the titles of {k} more {noun} that fit, "
            "starting with the best, and no other text."
        ),
    ]
    languages: dict[StrictStr, StrictStr] = {
        "German": "Mir haben {history} gefallen. Bitte empfiehl mir {k} weitere Titel ({noun}), den besten zuerst. "
        "Antworte nur mit einer nummerierten Liste von Titeln.",
        "Spanish": "Me han gustado {history}. Recomiéndame {k} títulos más ({noun}), el mejor primero. "
        "Responde solo con una lista numerada de títulos.",
    }
    typos: Annotated[int, Field(ge=1)] = 3
    noun: StrictStr = "films"
    history: Annotated[int, Field(ge=1)] = 10

    @model_validator(mode="after")
    def _holes(self) -> PromptRobustnessOptions:
        texts = [self.template, *self.paraphrases, *self.languages.values()]
        for text in texts:
            holes = set(re.findall(r"\{(\w*)\}", text))
            if unknown := sorted(holes - HOLES):
                raise ValueError(
                    f"'{text[:40]}…' has {{{unknown[0]}}}; it may have {', '.join(sorted(HOLES))}"
                )
            if missing := sorted({"history", "k"} - holes):
                raise ValueError(f"'{text[:40]}…' lacks {{{missing[0]}}}")
        if len(set(texts)) < len(texts):
            raise ValueError("two sentences are the same; give different ones")
        return self

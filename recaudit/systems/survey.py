"""The systems of a survey's table, the mechanism of each, and which reference system here has that mechanism.

Source: table 1 of "How Can Recommender Systems Benefit from Large Language Models" (arXiv 2306.05817). A reference
system has a mechanism and is no reproduction: no row claims more than that its mechanism is there.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from recaudit.records import Quadrant

Number: TypeAlias = Literal[1, 2, 3, 4]

QUADRANTS: dict[Number, Quadrant] = {
    1: "tuned, with CRM",
    2: "frozen, with CRM",
    3: "frozen, no CRM",
    4: "tuned, no CRM",
}
"""The survey's numbers of the quadrants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference system, as it is asked for in a configuration.

    Attributes:
        adapter: Its name.
        options: What sets it up for the mechanism, in words; "" where it needs none.
    """

    adapter: str
    options: str = ""

    def __str__(self) -> str:
        return f"{self.adapter} ({self.options})" if self.options else self.adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRow:
    """One system of the survey's table.

    Attributes:
        system: Its name.
        citation: Authors and year, as the survey writes them.
        role: Where in a recommender the language model stands, in the survey's words.
        backbone: The language model.
        tuning: How it is tuned, in the survey's short forms; "Frozen" where it is not.
        task: In the survey's words.
        scenario: In the survey's words.
        quadrant_stated: The quadrant where the survey's text or figure 3 names it, else None.
        mechanism: What it does in the main, a key of the table of mechanisms.
        mechanism_words: The same in words.
        crm: Whether a conventional model takes part in inference; where the survey states no quadrant, our reading of
            the role.
        reference: The reference system that has the mechanism, None where there is none.
    """

    system: str
    citation: str
    role: str
    backbone: str
    tuning: str
    task: str
    scenario: str
    mechanism: str
    mechanism_words: str
    crm: bool
    quadrant_stated: Number | None = None
    reference: Reference | None = None

    @property
    def tuned(self) -> bool:
        """Whether the language model is tuned."""
        return self.tuning != "Frozen"

    @property
    def quadrant(self) -> Quadrant:
        """Derived from what is tuned and what takes part in inference, as for a `SystemCard`."""
        if self.crm:
            return QUADRANTS[1] if self.tuned else QUADRANTS[2]
        return QUADRANTS[4] if self.tuned else QUADRANTS[3]


@cache
def survey() -> tuple[SurveyRow, ...]:
    """The rows of the table, in its order."""
    text = resources.files("recaudit.systems").joinpath("survey.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return tuple(_row(row, table["mechanisms"], table["systems"]) for row in table["rows"])


def _row(row: dict[str, Any], words: dict[str, str], systems: dict[str, dict[str, str]]) -> SurveyRow:
    mechanism = row["mechanism"]
    found = systems.get(mechanism)
    return SurveyRow(
        **row, mechanism_words=words[mechanism], reference=None if found is None else Reference(**found)
    )

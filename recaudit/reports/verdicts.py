"""The words for verdicts, and for what became of findings between two runs; alone and counted.

Tables hold English marked for the catalogue; the functions beside them say it in the language in use.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from recaudit.audit.statuses import Status
    from recaudit.records import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """How a verdict is shown; symbol and word together, so that colour is never alone."""

    symbol: str
    word: str
    advice: str
    meaning: str


VERDICTS: dict[Verdict, VerdictWords] = {
    "FAIL": VerdictWords(
        symbol="✕",
        word=N_("FAIL"),
        advice=N_("Do not release: a limit is broken beyond the uncertainty of the data."),
        meaning=N_("The whole interval lies beyond the limit."),
    ),
    "ERROR": VerdictWords(
        symbol="!",
        word=N_("ERROR"),
        advice=N_("Audit incomplete: do not release on this evidence."),
        meaning=N_("It should have been tested and could not be, or the value is degenerate."),
    ),
    "INCONCLUSIVE": VerdictWords(
        symbol="?",
        word=N_("INCONCLUSIVE"),
        advice=N_("Not shown to be within the limits: get more data before deciding."),
        meaning=N_("The interval includes the limit, so the data cannot tell on which side the value lies."),
    ),
    "NOT_RUN": VerdictWords(
        symbol="\N{EN DASH}",
        word=N_("NOT RUN"),
        advice=N_("Nothing was decided: this page holds estimates without a verdict."),
        meaning=N_("The system does not offer what the question needs, or nothing was asked."),
    ),
    "PASS": VerdictWords(
        symbol="✓",
        word=N_("PASS"),
        advice=N_("Every limit that was set holds. Nothing is shown about what was not asked."),
        meaning=N_(
            "The whole interval lies within the limit: shown to hold, not merely “no difference found”."
        ),
    ),
}
"""In the order in which a reader needs them."""


def verdict_words(verdict: Verdict) -> VerdictWords:
    """How a verdict is shown in the language in use."""
    words = VERDICTS[verdict]
    return replace(words, word=_(words.word), advice=_(words.advice), meaning=_(words.meaning))


_TALLIES: dict[Verdict, Callable[[int], str]] = {
    "FAIL": lambda n: ngettext("{number} failed", "{number} failed", n),
    "ERROR": lambda n: ngettext("{number} could not be decided", "{number} could not be decided", n),
    "INCONCLUSIVE": lambda n: ngettext("{number} inconclusive", "{number} inconclusive", n),
    "NOT_RUN": lambda n: ngettext("{number} not run", "{number} not run", n),
    "PASS": lambda n: ngettext("{number} passed", "{number} passed", n),
}


_TALLIES_OF_ALL: dict[Verdict, Callable[[int], str]] = {
    "FAIL": lambda n: ngettext("{number} of {total} gate failed", "{number} of {total} gates failed", n),
    "ERROR": lambda n: ngettext(
        "{number} of {total} gate could not be decided", "{number} of {total} gates could not be decided", n
    ),
    "INCONCLUSIVE": lambda n: ngettext(
        "{number} of {total} gate inconclusive", "{number} of {total} gates inconclusive", n
    ),
    "NOT_RUN": lambda n: ngettext("{number} of {total} gate not run", "{number} of {total} gates not run", n),
    "PASS": lambda n: ngettext("{number} of {total} gate passed", "{number} of {total} gates passed", n),
}


def count_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in one phrase.

    >>> count_words(["PASS", "FAIL", "PASS", "ERROR"])
    '1 of 4 gates failed, 1 could not be decided, 2 passed'
    """
    counts = Counter(verdicts)
    total = counts.total()
    if total == 0:
        return _("no gates were set")
    first = next(verdict for verdict in VERDICTS if counts[verdict])
    of_all = _TALLIES_OF_ALL[first](total).format(number=counts.pop(first), total=total)
    return ", ".join([of_all, *_tallies(counts)])


def tally_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in few words, worst first.

    >>> tally_words(["PASS", "FAIL", "PASS"])
    '1 failed, 2 passed'
    """
    return ", ".join(_tallies(Counter(verdicts))) or _("no gate")


def _tallies(counts: Counter[Verdict]) -> list[str]:
    return [
        _TALLIES[verdict](counts[verdict]).format(number=counts[verdict])
        for verdict in VERDICTS
        if counts[verdict]
    ]


STATUS_WORDS: dict[Status, tuple[str, str]] = {
    "new": (N_("newly failing"), N_("The gate fails or errs now, and did not before.")),
    "worse": (N_("worse"), N_("The whole interval of the change lies on the worse side.")),
    "fixed": (N_("fixed"), N_("The gate failed or erred before, and passes now.")),
    "better": (N_("better"), N_("The whole interval of the change lies on the better side.")),
    "changed": (N_("changed"), N_("The change is shown, and no side is better.")),
    "untested": (N_("without a test"), N_("The change has no interval.")),
    "added": (N_("only now"), N_("The earlier run does not have it.")),
    "gone": (N_("only before"), N_("The new run does not have it.")),
    "unchanged": (
        N_("no change shown"),
        N_("The interval of the change holds 0, which does not show that nothing changed."),
    ),
}


def status_words(counts: Mapping[Status, int]) -> str:
    """Count findings by what became of them.

    >>> status_words({"new": 1, "unchanged": 3})
    '1 newly failing, 3 no change shown'
    """
    counted = _("{number} {status}")
    return ", ".join(
        counted.format(number=number, status=_(STATUS_WORDS[status][0]))
        for status, number in counts.items()
        if number
    )

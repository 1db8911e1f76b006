"""Systems against each other in words: which is shown to be better than which, on the same units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.numbers import decimal_places, show, show_count, show_p
from recaudit.reports.sentences import BETTER, confidence_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recaudit.records import SystemComparison, SystemDifference

NOBODY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersusRow:
    """One system; the last three name other systems, with the difference and its interval."""

    system: str
    quadrant: str
    mean: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """One claim for all systems, best mean first."""

    title: str
    caption: str
    words: tuple[str, str]
    rows: tuple[VersusRow, ...]


def versus(comparisons: Iterable[SystemComparison], quadrants: Mapping[str, str]) -> tuple[Versus, ...]:
    """Put comparisons into words; those with a better side come first."""
    ranked = sorted(comparisons, key=lambda made: made.better not in {"higher", "lower"})
    return tuple(_versus(made, quadrants) for made in ranked)


def _versus(made: SystemComparison, quadrants: Mapping[str, str]) -> Versus:
    sign = -1 if made.better == "lower" else 1
    order = sorted(range(len(made.systems)), key=lambda place: -sign * made.means[place])
    return Versus(
        title=made.title or f"mean {made.metric}",
        caption=_caption(made),
        words=("better than", "worse than")
        if made.better in {"higher", "lower"}
        else ("higher than", "lower than"),
        rows=tuple(_row(made, made.systems[place], made.means[place], quadrants, sign) for place in order),
    )


def _caption(made: SystemComparison) -> str:
    text = (
        f"{BETTER[made.better]}; differences within {show_count(made.n)} units that all systems have, "
        f"{confidence_words(made.confidence)}s that hold for all pairs together"
    )
    if made.friedman_p is None or made.kendall_w is None:
        return text
    return (
        f"{text}; Friedman's test that no system ranks above another: {show_p(made.friedman_p)}, "
        f"Kendall's W {show(made.kendall_w)}"
    )


def _row(
    made: SystemComparison, system: str, mean: float, quadrants: Mapping[str, str], sign: int
) -> VersusRow:
    above: list[str] = []
    below: list[str] = []
    undecided: list[str] = []
    for difference in made.differences:
        if system not in {difference.first, difference.second}:
            continue
        other, value, low, high = _seen_from(system, difference)
        if value is None or low is None or high is None:
            undecided.append(f"{other} (only {show_count(difference.n)} units in common)")
            continue
        places = decimal_places([value, low, high])
        text = f"{other} by {show(abs(value), places)} ({_ends(low, high, places)})"
        if sign * value > 0 and low * high > 0:
            above.append(text)
        elif low * high > 0:
            below.append(text)
        else:
            undecided.append(f"{other} ({show(low, places)} to {show(high, places)})")
    return VersusRow(
        system=system,
        quadrant=quadrants.get(system, ""),
        mean=show(mean),
        above=tuple(above),
        below=tuple(below),
        undecided=tuple(undecided),
    )


def _seen_from(
    system: str, difference: SystemDifference
) -> tuple[str, float | None, float | None, float | None]:
    if difference.first == system or difference.value is None:
        other = difference.second if difference.first == system else difference.first
        return other, difference.value, difference.low, difference.high
    low = None if difference.high is None else -difference.high
    high = None if difference.low is None else -difference.low
    return difference.first, -difference.value, low, high


def _ends(low: float, high: float, places: int) -> str:
    """The ends of an interval that lies on one side of 0, as sizes."""
    small, large = sorted((abs(low), abs(high)))
    return f"{show(small, places)} to {show(large, places)}"


def names_or_none(names: Sequence[str]) -> str:
    """Join names, or say that there is none.

    >>> names_or_none(["a", "b"]), names_or_none([])
    ('a, b', 'none')
    """
    return ", ".join(names) or NOBODY

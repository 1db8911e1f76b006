"""Systems against each other in words: which is shown to be better than which, on the same units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.intervals import percent_words, range_words
from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import decimal_places, show, show_count, show_p
from recaudit.reports.sentences import better_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from recaudit.records import SystemComparison, SystemDifference

_SIDED = {"higher", "lower"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One system in one claim: of how many others it is shown to be better (or higher), worse, or neither."""

    mean: str
    above: int
    below: int
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """One claim for every system; None where a system does not have it."""

    id: str
    title: str
    better: str
    cells: tuple[Tally | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One system, and the systems it is held against, with the difference and its interval.

    A pair that is told apart stands with the better system, another pair with the one whose mean stands first.
    """

    system: str
    quadrant: str
    mean: str
    above: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """One claim for all systems pair by pair, best mean first."""

    id: str
    title: str
    caption: str
    word: str
    rows: tuple[PairRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Systems against each other.

    Attributes:
        systems: The columns.
        caption: What the tallies say.
        rows: The claims in which any two systems are told apart.
        alike: The ids of the other claims.
        pairs: The claims that matter most, pair by pair.
    """

    systems: tuple[str, ...]
    caption: str
    rows: tuple[TallyRow, ...]
    alike: tuple[str, ...]
    pairs: tuple[Pairs, ...]


def versus(
    comparisons: Iterable[SystemComparison], gated: Collection[str], quadrants: Mapping[str, str]
) -> Versus | None:
    """Put comparisons into words; those with a better side come first.

    Args:
        comparisons: Of all claims about means.
        gated: Ids of the claims that have a limit; if there are none, the first claim stands pair by pair.
        quadrants: System to quadrant, in column order.

    Returns:
        None if no systems were compared.
    """
    ranked = sorted(comparisons, key=lambda made: made.better not in _SIDED)
    if not ranked:
        return None
    systems = tuple(system for system in quadrants if any(system in made.systems for made in ranked))
    rows = [_tally_row(made, systems) for made in ranked]
    alike = tuple(row.id for row in rows if not _told_apart(row))
    detailed = [made for made in ranked if made.claim in gated] or ranked[:1]
    return Versus(
        systems=systems,
        caption=_(
            "The mean of each system, and how many other systems it is shown to be better than (↑), worse than (↓), or "
            "not told apart from (?); higher and lower where no side is better. The {percent} intervals behind a row "
            "hold for all pairs together."
        ).format(percent=percent_words(ranked[0].confidence)),
        rows=tuple(row for row in rows if row.id not in alike),
        alike=alike,
        pairs=tuple(_pairs(made, quadrants) for made in detailed if made.claim not in alike),
    )


def _tally_row(made: SystemComparison, systems: Sequence[str]) -> TallyRow:
    return TallyRow(
        id=made.claim,
        title=_title(made),
        better=better_words(made.better),
        cells=tuple(_tally(made, system) for system in systems),
    )


def _told_apart(row: TallyRow) -> bool:
    return any(cell and cell.above for cell in row.cells)


def _tally(made: SystemComparison, system: str) -> Tally | None:
    if system not in made.systems:
        return None
    sides = [_side(made, system, one) for one in made.differences if system in {one.first, one.second}]
    return Tally(
        mean=show(made.means[made.systems.index(system)]),
        above=sides.count(1),
        below=sides.count(-1),
        undecided=sides.count(0),
    )


def _side(made: SystemComparison, system: str, difference: SystemDifference) -> int:
    """1 if a system is shown to be the better of a pair, or the higher where no side is better; -1; or 0."""
    value, low, high = _seen_from(system, difference)[1:]
    if value is None or low is None or high is None or low * high <= 0:
        return 0
    return (-1 if made.better == "lower" else 1) * (1 if value > 0 else -1)


def _title(made: SystemComparison) -> str:
    return made.title or _("mean {metric}").format(metric=made.metric)


def _pairs(made: SystemComparison, quadrants: Mapping[str, str]) -> Pairs:
    sign = -1 if made.better == "lower" else 1
    order = sorted(range(len(made.systems)), key=lambda place: -sign * made.means[place])
    systems = [made.systems[place] for place in order]
    return Pairs(
        id=made.claim,
        title=_title(made),
        caption=_caption(made),
        word=_("Better than") if made.better in _SIDED else _("Higher than"),
        rows=tuple(
            _pair_row(made, system, systems[:place], quadrants) for place, system in enumerate(systems)
        ),
    )


def _pair_row(
    made: SystemComparison, system: str, before: Sequence[str], quadrants: Mapping[str, str]
) -> PairRow:
    above: list[str] = []
    undecided: list[str] = []
    for difference in made.differences:
        if system not in {difference.first, difference.second}:
            continue
        side = _side(made, system, difference)
        other, value, low, high = _seen_from(system, difference)
        if value is None or low is None or high is None:
            if other not in before:
                undecided.append(
                    ngettext(
                        "{system} (only {number} unit in common)",
                        "{system} (only {number} units in common)",
                        difference.n,
                    ).format(system=other, number=show_count(difference.n))
                )
            continue
        places = decimal_places([value, low, high])
        if side > 0:
            above.append(
                _("{system} by {value} ({interval})").format(
                    system=other, value=show(abs(value), places), interval=_ends(low, high, places)
                )
            )
        elif side == 0 and other not in before:
            undecided.append(f"{other} ({range_words(show(low, places), show(high, places))})")
    return PairRow(
        system=system,
        quadrant=quadrants.get(system, ""),
        mean=show(made.means[made.systems.index(system)]),
        above=tuple(above),
        undecided=tuple(undecided),
    )


def _caption(made: SystemComparison) -> str:
    text = _(
        "{better}; differences within {number} units that all systems have, {percent} intervals that hold for all "
        "pairs together"
    ).format(
        better=better_words(made.better),
        number=show_count(made.n),
        percent=percent_words(made.confidence),
    )
    if made.friedman_p is None or made.kendall_w is None:
        return text
    friedman = _("Friedman's test that no system ranks above another: {p}, Kendall's W {w}")
    return f"{text}; {friedman.format(p=show_p(made.friedman_p), w=show(made.kendall_w))}"


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
    return range_words(show(small, places), show(large, places))


def names_or_none(names: Sequence[str]) -> str:
    """Join names, or say that there is none.

    >>> names_or_none(["a", "b"]), names_or_none([])
    ('a, b', 'none')
    """
    return ", ".join(names) or _("none")

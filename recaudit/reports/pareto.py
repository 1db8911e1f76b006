"""Quality against what it may be bought with: kinds of unfairness, unsteadiness, time and money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from recaudit.reports.aspects import aspect_of
from recaudit.reports.claims import claim_of
from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import title_of
from recaudit.reports.svg import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recaudit.audit.result import AuditResult, SystemResult
    from recaudit.records import Aspect, Contrast, Finding, Hypothesis

BEST_SMALL: frozenset[Contrast] = frozenset(
    {"gap", "part gap", "part size", "excess", "change", "arm gap", "arm spread"}
)
"""Contrasts whose value is a harm: the smaller, the better."""

LOGARITHMIC_FROM = 30
"""Largest over smallest cost from which a logarithmic scale is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One system in one panel.

    Attributes:
        number: Of the system in the configuration.
        system: Its name.
        x: Its quality.
        y: What the panel holds against it.
        front: Whether no other system of the panel is at least as good in both and better in one.
    """

    number: int
    system: str
    x: Mark
    y: Mark
    front: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Quality against one other measure, for systems that have both on the same units.

    Attributes:
        across: Title of the quality measure.
        up: Title of the other.
        better: Which way the other is better; it is drawn so that better is up.
        units: On whom both rest.
        points: In the order of the configuration.
        logarithmic: Whether the other is drawn on a logarithmic scale.
        summary: The front in words.
    """

    across: str
    up: str
    better: Literal["higher", "lower"]
    units: str
    points: tuple[Point, ...]
    logarithmic: bool
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A measure of one system; `units` tells apart on whom it rests."""

    mark: Mark
    units: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    title: str
    better: Literal["higher", "lower"]
    by_system: Mapping[str, _Reading]
    logarithmic: bool = False


def pareto_panels(result: AuditResult) -> tuple[Panel, ...]:
    """Draw quality against every other key measure.

    Quality is the first claim about a mean of the first probe that asks whether the lists are good. The others are
    the key claims that have a better side, then time and money. A panel holds systems whose values rest on the same
    units, as far as the numbers of units tell, and is made for systems that differ in its measure.
    """
    claims = key_claims(result)
    quality = next((claim for claim in claims if aspect_of(claim, result.aspects) == "good"), None)
    if quality is None or quality.better not in {"higher", "lower"}:
        return ()
    across = _measure_of(quality, result.own_findings)
    others = [
        _measure_of(claim, result.own_findings)
        for claim in claims
        if claim is not quality and _has_side(claim)
    ]
    names = [system.card.name for system in result.systems]
    return tuple(
        panel for other in [*others, *_costs(result.systems)] for panel in _panels(across, other, names)
    )


def key_claims(result: AuditResult) -> tuple[Hypothesis, ...]:
    """The claims that stand for all: those with a gate, and the first of each probe and aspect without one."""
    gated = {finding.hypothesis.id for finding in result.gated}
    claims = {finding.hypothesis.id: finding.hypothesis for finding in result.own_findings}
    asked = {
        (claim.probe, aspect_of(claim, result.aspects)) for claim in claims.values() if claim.id in gated
    }
    first: dict[tuple[str, Aspect], str] = {}
    for claim in claims.values():
        first.setdefault((claim.probe, aspect_of(claim, result.aspects)), claim.id)
    standing = {name for key, name in first.items() if key not in asked}
    return tuple(claim for claim in claims.values() if claim.id in gated or claim.id in standing)


def _has_side(claim: Hypothesis) -> bool:
    return claim.contrast in BEST_SMALL or claim.better != "neither"


def _measure_of(claim: Hypothesis, findings: Iterable[Finding]) -> _Measure:
    small = claim.contrast in BEST_SMALL
    distance = not small and claim.better == "zero" and claim.contrast not in {"ratio", "part ratio"}
    higher = not small and not distance and (claim.better != "lower" or claim.contrast.endswith("ratio"))
    title = title_of(claim)
    return _Measure(
        title=_("{claim}, distance from 0").format(claim=title) if distance else title,
        better="higher" if higher else "lower",
        by_system={
            finding.system: reading
            for finding in findings
            if finding.hypothesis.id == claim.id and (reading := _reading(finding, distance=distance))
        },
    )


def _reading(finding: Finding, *, distance: bool) -> _Reading | None:
    mark, estimate = claim_of(finding).mark, finding.estimate
    if mark is None or estimate is None:
        return None
    mark = replace(mark, floor=None, ceiling=None)
    return _Reading(mark=_folded(mark) if distance else mark, units=(estimate.n + estimate.n_missing,))


def _folded(mark: Mark) -> Mark:
    """The distance from 0 of a value with its interval."""
    low, high = mark.low, mark.high
    if low is not None and high is not None:
        ends = sorted((abs(low), abs(high)))
        low, high = (0.0 if low <= 0 <= high else ends[0]), ends[1]
    return replace(mark, value=abs(mark.value), low=low, high=high)


def _costs(systems: Sequence[SystemResult]) -> Iterable[_Measure]:
    yield _cost(
        _("seconds per answer, waiting and pauses included"),
        {system.card.name: 1 / system.usage.throughput for system in systems if system.usage.throughput},
    )
    priced = [system for system in systems if system.usage.cost is not None]
    for currency in dict.fromkeys(system.usage.currency for system in priced):
        yield _cost(
            _("{currency} per 1,000 answers").format(currency=currency),
            {
                system.card.name: 1000 * (system.usage.cost or 0.0) / system.funnel.everybody.answered
                for system in priced
                if system.usage.currency == currency and system.funnel.everybody.answered
            },
        )


def _cost(title: str, values: Mapping[str, float]) -> _Measure:
    smallest, largest = min(values.values(), default=0.0), max(values.values(), default=0.0)
    return _Measure(
        title=title,
        better="lower",
        by_system={
            name: _Reading(mark=Mark(value=value, low=None, high=None), units=())
            for name, value in values.items()
        },
        logarithmic=0 < LOGARITHMIC_FROM * smallest < largest,
    )


def _panels(across: _Measure, up: _Measure, names: Sequence[str]) -> Iterable[Panel]:
    alike: dict[tuple[object, ...], list[str]] = {}
    for name in names:
        if name in across.by_system and name in up.by_system:
            first, second = across.by_system[name], up.by_system[name]
            alike.setdefault((*first.units, *second.units), []).append(name)
    for key, members in alike.items():
        if len({up.by_system[name].mark.value for name in members}) > 1:
            yield _panel(across, up, members, names, key)


def _panel(
    across: _Measure, up: _Measure, members: Sequence[str], names: Sequence[str], key: tuple[object, ...]
) -> Panel:
    signs = (1 if across.better == "higher" else -1, 1 if up.better == "higher" else -1)
    places = {
        name: (signs[0] * across.by_system[name].mark.value, signs[1] * up.by_system[name].mark.value)
        for name in members
    }
    front = {name for name in members if not any(_beats(places[other], places[name]) for other in members)}
    return Panel(
        across=across.title,
        up=up.title,
        better=up.better,
        units=_units([int(str(n)) for n in key]),
        points=tuple(
            Point(
                number=names.index(name) + 1,
                system=name,
                x=across.by_system[name].mark,
                y=up.by_system[name].mark,
                front=name in front,
            )
            for name in members
        ),
        logarithmic=up.logarithmic,
        summary=_summary([name for name in members if name in front], across, up),
    )


def _units(counts: Sequence[int]) -> str:
    """On how many units the measures rest; a cost rests on none."""
    words = [
        ngettext("{number} unit", "{number} units", count).format(number=show_count(count))
        for count in dict.fromkeys(counts)
    ]
    if len(words) == 2:
        return _("{first} and {second}").format(first=words[0], second=words[1])
    return "".join(words)


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] >= other[0] and one[1] >= other[1] and one != other


def _summary(front: Sequence[str], across: _Measure, up: _Measure) -> str:
    words = []
    for name in front:
        x, y = across.by_system[name].mark.value, up.by_system[name].mark.value
        words.append(f"{name} ({show(x, decimal_places([x]))}, {show(y, decimal_places([y]))})")
    return ", ".join(words)

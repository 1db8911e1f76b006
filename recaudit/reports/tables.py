"""The descriptive tables: group means, distributions, the way from requests to numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.answers import match_words, problem_words
from recaudit.reports.columns import ABREAST
from recaudit.reports.language import _
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import group_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from recaudit.audit.funnel import Funnel, FunnelRow
    from recaudit.audit.result import SystemResult
    from recaudit.audit.usage import Usage
    from recaudit.records import Distribution, GroupTable

NO_VALUE = "\N{EM DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansRow:
    """One group, or one summary of the groups."""

    label: str
    n: str
    small: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansPart:
    """The groups of one system, and what they come to."""

    system: str
    groups: tuple[MeansRow, ...]
    summaries: tuple[MeansRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansTable:
    """Means of every metric by group.

    Attributes:
        metrics: Labels, column by column.
        parts: One per system; none where there are many systems and nothing shrunk, as a file beside the page has all.
        min_group: Smallest group that is compared.
        shrunk: Whether brackets behind the means hold shrunk ones.
    """

    metrics: tuple[str, ...]
    parts: tuple[MeansPart, ...]
    min_group: str
    shrunk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Shares of one chart line; `system` is "" when all systems have the same."""

    system: str
    label: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """One distribution for all systems; each series sums to 1."""

    name: str
    question: str
    categories: tuple[str, ...]
    ordered: bool
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """Counts with one row per label and one column per system or step."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def means_table(tables: Mapping[str, GroupTable]) -> MeansTable:
    """Put the group tables of one attribute into words; a system without a metric has no value there.

    Args:
        tables: System to its table.
    """
    metrics = tuple(dict.fromkeys(metric for table in tables.values() for metric in table.metrics))
    first = next(iter(tables.values()))
    shrunk = any(table.shrunk for table in tables.values())
    fits = shrunk or len(tables) <= ABREAST
    return MeansTable(
        metrics=metrics,
        parts=tuple(_means_part(system, table, metrics) for system, table in tables.items()) if fits else (),
        min_group=show_count(first.min_group),
        shrunk=shrunk,
    )


def _means_part(system: str, table: GroupTable, metrics: Sequence[str]) -> MeansPart:
    """The same decimals down a column."""
    places = [decimal_places(column) for column in zip(table.overall, *table.values, strict=True)]

    def row(label: str, values: Sequence[str], n: str = "", *, small: bool = False) -> MeansRow:
        known = dict(zip(table.metrics, values, strict=True))
        return MeansRow(
            label=label, n=n, small=small, values=tuple(known.get(metric, NO_VALUE) for metric in metrics)
        )

    def words(values: Sequence[float | None]) -> list[str]:
        return [
            NO_VALUE if value is None else show(value, place)
            for value, place in zip(values, places, strict=True)
        ]

    def both(values: Sequence[float | None], shrunk: Sequence[float | None]) -> list[str]:
        pairs = zip(words(values), words(shrunk), strict=True)
        return [value if drawn == NO_VALUE else f"{value} ({drawn})" for value, drawn in pairs]

    nothing = (None,) * len(table.metrics)
    shrunk = table.shrunk or (nothing,) * len(table.groups)
    return MeansPart(
        system=system,
        groups=tuple(
            row(group_words(group), both(values, drawn), show_count(count), small=count < table.min_group)
            for group, count, values, drawn in zip(
                table.groups, table.counts, table.values, shrunk, strict=True
            )
        ),
        summaries=(
            row(_("all users"), words(table.overall)),
            row(_("largest \N{MINUS SIGN} smallest"), _own_places(table.difference)),
            row(_("smallest / largest"), _own_places(table.ratio)),
        ),
    )


def _own_places(values: Sequence[float | None]) -> list[str]:
    return [NO_VALUE if value is None else show(value) for value in values]


def shares_of(distributions: Mapping[str, Sequence[Distribution]]) -> tuple[Shares, ...]:
    """Merge the distributions of all systems; a series that is the same for all of them stands once.

    Args:
        distributions: System name to its distributions.
    """
    by_name: dict[str, dict[str, Distribution]] = {}
    for system, found in distributions.items():
        for distribution in found:
            by_name.setdefault(distribution.name, {})[system] = distribution
    return tuple(
        Shares(
            name=name,
            question=next(iter(found.values())).question,
            categories=next(iter(found.values())).categories,
            ordered=next(iter(found.values())).ordered,
            series=_merged(found),
        )
        for name, found in by_name.items()
    )


def _merged(found: Mapping[str, Distribution]) -> tuple[Series, ...]:
    labels = dict.fromkeys(label for distribution in found.values() for label in distribution.series)
    shared: list[Series] = []
    own: list[Series] = []
    for label in labels:
        lines = {system: tuple(part.series[label]) for system, part in found.items() if label in part.series}
        if len(lines) > 1 and len(set(lines.values())) == 1:
            shared.append(Series(system="", label=label, shares=next(iter(lines.values()))))
        else:
            own += [Series(system=system, label=label, shares=shares) for system, shares in lines.items()]
    return (*shared, *own)


def funnel_table(systems: Sequence[SystemResult]) -> CountTable:
    """How many requests became usable lists, a row per system; what never happened has no column."""
    return _funnel_rows((system.card.name, system.funnel.everybody) for system in systems)


def group_funnels(systems: Sequence[SystemResult]) -> Mapping[str, CountTable]:
    """The same by group: attribute to a table with a row per system and group.

    A system that lost nothing in any group of an attribute has one row for all of them.
    """
    attributes = dict.fromkeys(row.attribute for system in systems for row in system.funnel.groups)
    return {
        attribute: _funnel_rows(
            entry
            for system in systems
            for entry in _by_group(
                system.card.name, [row for row in system.funnel.groups if row.attribute == attribute]
            )
        )
        for attribute in attributes
    }


def _by_group(system: str, rows: Sequence[FunnelRow]) -> list[tuple[str, FunnelRow]]:
    if len(rows) < 2 or not all(map(_nothing_lost, rows)):
        return [(f"{system}: {group_words(row.group)}", row) for row in rows]
    planned = sum(row.planned for row in rows)
    return [
        (
            _("{system}: all {number} groups, in each everything").format(
                system=system, number=show_count(len(rows))
            ),
            replace(rows[0], planned=planned, answered=planned, measured=planned),
        )
    ]


def _nothing_lost(row: FunnelRow) -> bool:
    lost = row.problems or row.titles or row.empty or row.short
    return not lost and row.planned == row.answered == row.measured


def _funnel_rows(labelled: Iterable[tuple[str, FunnelRow]]) -> CountTable:
    rows = list(labelled)
    problems = sorted({problem for _, row in rows for problem in row.problems})
    titles = sorted({how for _, row in rows for how in row.titles})
    empty = [_("empty list")] if any(row.empty for _, row in rows) else []
    short = [_("short list")] if any(row.short for _, row in rows) else []
    titled = _("titles: {match}")
    return CountTable(
        columns=(
            _("asked"),
            _("answered"),
            *map(problem_words, problems),
            *empty,
            *short,
            *(titled.format(match=match_words(how)) for how in titles),
            _("measured"),
        ),
        rows=tuple(
            (
                label,
                tuple(
                    show_count(count)
                    for count in (
                        row.planned,
                        row.answered,
                        *(row.problems.get(problem, 0) for problem in problems),
                        *(row.empty for _ in empty),
                        *(row.short for _ in short),
                        *(row.titles.get(how, 0) for how in titles),
                        row.measured,
                    )
                ),
            )
            for label, row in rows
        ),
    )


def usage_table(systems: Sequence[SystemResult]) -> CountTable:
    """What asking took, a row per system; calls, tokens and latency of those that make calls."""
    return CountTable(
        columns=(
            _("answers per s"),
            _("calls"),
            _("retries"),
            _("tokens in"),
            _("tokens out"),
            _("cost"),
            _("median s per request"),
            "95 % s",
            "99 % s",
        ),
        rows=tuple((system.card.name, _usage_words(system.usage)) for system in systems),
    )


def _usage_words(usage: Usage) -> tuple[str, ...]:
    tokens = (
        NO_VALUE if count is None else show_count(count) for count in (usage.tokens_in, usage.tokens_out)
    )
    cost = NO_VALUE if usage.cost is None else f"{usage.cost:.4g} {usage.currency}"
    seconds = tuple(f"{second:.3g}" for second in usage.request_seconds) or (NO_VALUE,) * 3
    rate = NO_VALUE if usage.throughput is None else f"{usage.throughput:.3g}"
    return (rate, show_count(usage.calls), show_count(usage.retries), *tokens, cost, *seconds)


def measured_table(systems: Sequence[SystemResult]) -> CountTable:
    """Users with a defined value, a row per metric and a column per system."""
    return _counts_by_system(systems, lambda funnel: funnel.measured)


def undefined_table(systems: Sequence[SystemResult]) -> CountTable:
    """Users without a value, a row per metric and reason and a column per system."""
    return _counts_by_system(systems, lambda funnel: funnel.undefined)


def _counts_by_system(
    systems: Sequence[SystemResult], part: Callable[[Funnel], Mapping[str, int]]
) -> CountTable:
    labels = dict.fromkeys(label for system in systems for label in part(system.funnel))
    rows = tuple(
        (label, tuple(show_count(part(system.funnel).get(label, 0)) for system in systems))
        for label in labels
    )
    return CountTable(columns=tuple(system.card.name for system in systems), rows=rows)

"""The descriptive tables: group means, distributions, the way from requests to numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.numbers import MINUS, decimal_places, show, show_count

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
class MeansTable:
    """Means of every metric by group, for one system."""

    system: str
    metrics: tuple[str, ...]
    groups: tuple[MeansRow, ...]
    summaries: tuple[MeansRow, ...]
    min_group: str


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


def means_table(system: str, table: GroupTable) -> MeansTable:
    """Put a group table into words, with the same decimals down a column."""
    places = [decimal_places(column) for column in zip(table.overall, *table.values, strict=True)]

    def words(values: Sequence[float | None]) -> tuple[str, ...]:
        return tuple(
            NO_VALUE if value is None else show(value, place)
            for value, place in zip(values, places, strict=True)
        )

    groups = tuple(
        MeansRow(label=group, n=show_count(count), small=count < table.min_group, values=words(values))
        for group, count, values in zip(table.groups, table.counts, table.values, strict=True)
    )
    return MeansTable(
        system=system,
        metrics=table.metrics,
        groups=groups,
        summaries=(
            MeansRow(label="all users", n="", small=False, values=words(table.overall)),
            MeansRow(
                label=f"largest {MINUS} smallest", n="", small=False, values=_own_places(table.difference)
            ),
            MeansRow(label="smallest / largest", n="", small=False, values=_own_places(table.ratio)),
        ),
        min_group=show_count(table.min_group),
    )


def _own_places(values: Sequence[float | None]) -> tuple[str, ...]:
    return tuple(NO_VALUE if value is None else show(value) for value in values)


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
    """How many requests became usable lists, a row per system."""
    return _funnel_rows((system.card.name, system.funnel.everybody) for system in systems)


def group_funnels(systems: Sequence[SystemResult]) -> Mapping[str, CountTable]:
    """The same by group: attribute to a table with a row per system and group."""
    attributes = dict.fromkeys(row.attribute for system in systems for row in system.funnel.groups)
    return {
        attribute: _funnel_rows(
            (f"{system.card.name}: {row.group}", row)
            for system in systems
            for row in system.funnel.groups
            if row.attribute == attribute
        )
        for attribute in attributes
    }


def _funnel_rows(labelled: Iterable[tuple[str, FunnelRow]]) -> CountTable:
    rows = list(labelled)
    problems = sorted({problem for _, row in rows for problem in row.problems})
    titles = sorted({how for _, row in rows for how in row.titles})
    return CountTable(
        columns=(
            "asked",
            "answered",
            *problems,
            "empty list",
            "short list",
            *(f"titles: {how}" for how in titles),
            "measured",
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
                        row.empty,
                        row.short,
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
            "answers per s",
            "calls",
            "retries",
            "tokens in",
            "tokens out",
            "cost",
            "median s per request",
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

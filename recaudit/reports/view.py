"""The whole report as plain records; the templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.aspects import AspectRow, aspect_rows
from recaudit.reports.calibration import CalibrationView, calibration_view
from recaudit.reports.claims import worst_first
from recaudit.reports.comparison import ClaimTable, claim_rows, claim_table, sparing
from recaudit.reports.examples import ExampleView, example_views
from recaudit.reports.forests import Forest, MeansOfAll, forests, means_of_all
from recaudit.reports.language import N_, _
from recaudit.reports.methods import MethodRow, method_rows
from recaudit.reports.multiples import Multiples, multiples
from recaudit.reports.numbers import show_count, show_seconds, show_share
from recaudit.reports.overview import Overview, SystemVerdict, overview
from recaudit.reports.pareto import Panel, pareto_panels
from recaudit.reports.quadrants import QuadrantMap, llm_words, quadrant_map, quadrant_words
from recaudit.reports.sensitivity import Sensitivities, sensitivities
from recaudit.reports.sentences import attribute_words, capitalised, sentence_of
from recaudit.reports.spreads import SpreadPanel, spread_panels
from recaudit.reports.tables import (
    CountTable,
    MeansTable,
    Shares,
    funnel_table,
    group_funnels,
    means_table,
    measured_table,
    shares_of,
    undefined_table,
    usage_table,
)
from recaudit.reports.verdicts import count_words
from recaudit.reports.versus import Versus, versus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recaudit.audit.calibration import Calibration
    from recaudit.audit.result import AuditResult, ComparedWith, DataCard, Provenance, SystemResult
    from recaudit.records import Finding, GroupTable, Quadrant
    from recaudit.reports.claims import Claim

PARTS = {
    "build": N_("build"),
    "answer": N_("answer"),
    "measure": N_("measure"),
    "estimate": N_("estimate"),
    "group tables": N_("group tables"),
    "read otherwise": N_("read otherwise"),
}
"""Parts of the time that a system took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRow:
    """What one system is and how it fared."""

    verdict: SystemVerdict
    version: str
    quadrant: Quadrant
    llm: str
    description: str
    answered: str
    settings: tuple[tuple[str, str], ...]
    seconds: tuple[tuple[str, str], ...]
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSection:
    """What one probe found about the groups of one attribute.

    Attributes:
        name: The attribute, in words.
        section: The same as claims name it.
        anchor: Its id on the page.
        gates: Its gates by verdict, "" without any.
        settled: Whether all its gates passed or there are none; only then is it folded.
        claims: Claims by system.
        forests: Group means by metric.
        means: The means of every metric by group, one part per system.
    """

    name: str
    section: str
    anchor: str
    gates: str
    settled: bool
    claims: ClaimTable
    forests: tuple[Forest, ...]
    means: MeansTable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSection:
    """What one probe found.

    Attributes:
        name: The probe.
        anchor: Its id on the page.
        question: What it asks.
        answer: Its gates in a phrase, and its worst gate or its first finding in a sentence.
        everyone: Claims over all units by system.
        attributes: One part per attribute.
        shares: Distributions.
        spreads: How the values behind its gates lie over units.
        sensitivities: Its gates beside the same questions measured otherwise.
        methods: How its numbers were made.
        examples: Pairs of answers.
    """

    name: str
    anchor: str
    question: str
    answer: tuple[str, ...]
    everyone: ClaimTable
    attributes: tuple[AttributeSection, ...]
    shares: tuple[Shares, ...]
    spreads: tuple[SpreadPanel, ...]
    sensitivities: Sensitivities
    methods: tuple[MethodRow, ...]
    examples: tuple[ExampleView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the HTML report shows."""

    overview: Overview
    systems: tuple[SystemRow, ...]
    map: QuadrantMap
    aspects: tuple[AspectRow, ...]
    multiples: Multiples
    pareto: tuple[Panel, ...]
    versus: Versus | None
    probes: tuple[ProbeSection, ...]
    funnel: CountTable
    group_funnels: Mapping[str, CountTable]
    usage: CountTable
    measured: CountTable
    undefined: CountTable
    data: DataCard
    glossary: Mapping[str, str]
    calibration: CalibrationView | None
    provenance: Provenance
    baseline: ComparedWith | None

    def anchor_of(self, claim: Claim) -> str:
        """Where on the page a claim has its section."""
        probe = next(probe for probe in self.probes if probe.name == claim.probe)
        parts = (part.anchor for part in probe.attributes if part.section == claim.section)
        return next(parts, probe.anchor)

    @property
    def system_names(self) -> tuple[str, ...]:
        """Column order of all comparisons."""
        return tuple(row.verdict.name for row in self.systems)


def view_of(result: AuditResult, calibration: Calibration | None = None) -> Page:
    """Turn a result into what the report shows."""
    first = overview(result)
    names = tuple(system.card.name for system in result.systems)
    probes = dict.fromkeys(
        [finding.hypothesis.probe for finding in result.findings]
        + [tables.probe for system in result.systems for tables in system.probes]
    )
    shown = example_views(
        result.examples, {finding.hypothesis.id: finding.hypothesis for finding in result.findings}
    )
    return Page(
        overview=first,
        systems=tuple(map(_system_row, result.systems, first.systems)),
        map=quadrant_map(result.systems),
        aspects=aspect_rows(result),
        multiples=multiples(result),
        pareto=pareto_panels(result),
        versus=versus(
            result.comparisons,
            {finding.hypothesis.id for finding in result.findings if finding.limit is not None},
            {system.card.name: quadrant_words(system.quadrant) for system in result.systems},
        ),
        probes=tuple(
            _probe_section(result, probe, f"probe-{place}", names, shown.get(probe, ()))
            for place, probe in enumerate(probes, 1)
        ),
        funnel=funnel_table(result.systems),
        group_funnels=group_funnels(result.systems),
        usage=usage_table(result.systems),
        measured=measured_table(result.systems),
        undefined=undefined_table(result.systems),
        data=result.data,
        glossary=result.glossary,
        calibration=None if calibration is None else calibration_view(calibration),
        provenance=result.provenance,
        baseline=result.compared_with,
    )


def _system_row(system: SystemResult, verdict: SystemVerdict) -> SystemRow:
    card, asked = system.card, system.funnel.everybody
    return SystemRow(
        verdict=verdict,
        version=card.version,
        quadrant=system.quadrant,
        llm=llm_words(card),
        description=card.description,
        answered=_("{number} of {total} ({share})").format(
            number=show_count(asked.answered),
            total=show_count(asked.planned),
            share=show_share(asked.answered, asked.planned),
        ),
        settings=tuple(card.settings.items()),
        seconds=tuple(
            (_(PARTS.get(part, part)), show_seconds(seconds)) for part, seconds in system.seconds.items()
        ),
        failure=system.failure,
    )


def _probe_section(
    result: AuditResult, probe: str, anchor: str, names: Sequence[str], shown: tuple[ExampleView, ...]
) -> ProbeSection:
    findings = [finding for finding in result.findings if finding.hypothesis.probe == probe]
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        about.setdefault(finding.hypothesis.section, []).append(finding)
    of_all = about.pop("", [])
    tables = {
        system.card.name: part for system in result.systems for part in system.probes if part.probe == probe
    }
    attributes = dict.fromkeys(
        [*about] + [table.attribute for part in tables.values() for table in part.tables]
    )
    means_over_all = means_of_all(of_all)
    sections = []
    for place, attribute in enumerate(attributes, 1):
        means = {
            system: table
            for system, part in tables.items()
            for table in part.tables
            if table.attribute == attribute
        }
        sections.append(
            _attribute_section(
                attribute,
                f"{anchor}-{place}",
                findings=about.get(attribute, []),
                everyone=means_over_all,
                means=means,
                names=names,
            )
        )
    return ProbeSection(
        name=probe,
        anchor=anchor,
        question=result.questions.get(probe, ""),
        answer=_answer(findings),
        everyone=claim_table(sparing(claim_rows(of_all, names), names), names),
        attributes=tuple(sections),
        shares=shares_of({system: part.distributions for system, part in tables.items()}),
        spreads=spread_panels({system: part.spreads for system, part in tables.items()}),
        sensitivities=sensitivities(
            findings, names, {system.card.name: system.otherwise for system in result.systems}
        ),
        methods=method_rows(findings),
        examples=shown,
    )


def _answer(findings: Sequence[Finding]) -> tuple[str, ...]:
    gated = worst_first(finding for finding in findings if finding.limit is not None)
    verdicts = [finding.verdict for finding in gated if finding.verdict is not None]
    if verdicts:
        return f"{capitalised(count_words(verdicts))}.", sentence_of(gated[0])
    measured = [finding for finding in findings if finding.estimate is not None]
    return (_("No limit was set here, so nothing was decided."), *map(sentence_of, measured[:1]))


def _attribute_section(
    attribute: str,
    anchor: str,
    *,
    findings: Sequence[Finding],
    everyone: MeansOfAll,
    means: Mapping[str, GroupTable],
    names: Sequence[str],
) -> AttributeSection:
    verdicts = [
        finding.verdict for finding in findings if finding.limit is not None and finding.verdict is not None
    ]
    return AttributeSection(
        name=attribute_words(attribute),
        section=attribute,
        anchor=anchor,
        gates=count_words(verdicts) if verdicts else "",
        settled=set(verdicts) <= {"PASS"},
        claims=claim_table(sparing(claim_rows(findings, names), names), names),
        forests=forests(findings, everyone, names),
        means=means_table(means) if means else None,
    )

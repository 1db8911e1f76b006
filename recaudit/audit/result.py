"""The outcome of an audit: the only input of reports, comparisons and gates.

Its JSON form (`result.json`) carries a schema number and is written and read here alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recaudit.audit.funnel import Funnel
from recaudit.audit.json_files import first_problem, json_with_schema
from recaudit.audit.statuses import Status
from recaudit.audit.tables import GATE_COLUMNS, comparisons_table, findings_table
from recaudit.audit.usage import Usage
from recaudit.errors import InputError
from recaudit.files import write_atomically
from recaudit.records import (
    Aspect,
    Distribution,
    Estimate,
    Example,
    Finding,
    GroupTable,
    Margin,
    OtherReading,
    Quadrant,
    SystemCard,
    SystemComparison,
    UnitSpread,
    Verdict,
)
from recaudit.records.notebook import as_html

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTables:
    """The descriptive part of one probe on one system.

    Attributes:
        probe: Its name.
        tables: Means by group, one table per attribute.
        distributions: What the probe says for charts.
        spreads: How the values behind its gates lie over units.
    """

    probe: str
    tables: tuple[GroupTable, ...]
    distributions: tuple[Distribution, ...]
    spreads: tuple[UnitSpread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialRun:
    """How far a sequential run went with one system.

    Attributes:
        batch: Units asked between two looks.
        looks: Batches that were finished.
        units: Units in these batches.
        planned_units: Units that would have been asked without looking.
        requests: Requests that were asked.
        planned_requests: Requests that would have been.
        settled: Whether every gate was settled.
    """

    batch: int
    looks: int
    units: int
    planned_units: int
    requests: int
    planned_requests: int
    settled: bool

    @property
    def saved(self) -> int:
        """Requests that need not be asked; 0 while the run can still go on."""
        return self.planned_requests - self.requests if self.settled else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemResult:
    """One audited system.

    Attributes:
        card: What it is.
        quadrant: Derived from the card.
        verdict: The worst verdict among its gated findings.
        funnel: From planned requests to measured units.
        usage: What its calls took.
        probes: Group tables, distributions and spreads, one entry per probe that ran.
        failure: Why the system could not be audited, else "".
        seconds: Wall-clock seconds by part ("build", "answer", "measure", "estimate",
            "group tables", "read otherwise").
        sequential: How far a sequential run went, None for a run that asks everything.
        otherwise: Its gated claims with the titles of its answers matched otherwise; empty without such titles.
    """

    card: SystemCard
    quadrant: Quadrant
    verdict: Verdict
    funnel: Funnel
    usage: Usage
    probes: tuple[ProbeTables, ...]
    failure: str
    seconds: Mapping[str, float]
    sequential: SequentialRun | None = None
    otherwise: tuple[OtherReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTested:
    """Something a reader might believe was tested and was not.

    Attributes:
        what: In a few words.
        why: The reason.
        question: What would have been asked, "" where `what` says it.
    """

    what: str
    why: str
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCard:
    """What the systems were audited on.

    Attributes:
        name: Dataset name.
        source: Where it came from.
        licence: Its terms, in short.
        digest: SHA-256 of the data after splitting.
        split: In words.
        users: Number of users.
        items: Number of catalogue items.
        interactions: Training rows.
        truth: Held-out rows.
        users_without_truth: Users with no relevant held-out item; left out of quality, and counted here.
        groups: Attribute to group to number of users, largest first.
        missing: Attribute to number of users without a value.
    """

    name: str
    source: str
    licence: str
    digest: str
    split: str
    users: int
    items: int
    interactions: int
    truth: int
    users_without_truth: int
    groups: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, so that two runs can be told to have asked the same.

    Attributes:
        users: Users asked about.
        sample: SHA-256 of their ids, in order.
        requests: Probe to number of requests.
        digests: Probe to SHA-256 of the content of its requests: histories, candidates, profiles and prompts.
    """

    users: int
    sample: str
    requests: Mapping[str, int]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedWith:
    """The baseline that a result was compared with.

    Attributes:
        name: Its file.
        digest: SHA-256 of its content.
        started: When the run that it was made of began.
        counts: What became of its gates; what became of none is left out.
    """

    name: str
    digest: str
    started: str
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is needed to trust and repeat a run.

    Attributes:
        recaudit_version: Of this package.
        versions: Of the packages that numbers depend on.
        config_name: The configuration file, as a path below the folder in which the run began where it lay there.
        config_text: The file's content.
        config_digest: SHA-256 of its meaning.
        seed: Of splits, resampling and requests.
        confidence: Joint confidence of the gated claims of a system.
        resamples: Of users.
        min_group: Groups with fewer users are not compared.
        started: ISO 8601.
        seconds: Wall-clock seconds.
        inconclusive: What an inconclusive audit means for the exit code.
    """

    recaudit_version: str
    versions: Mapping[str, str]
    config_name: str
    config_text: str
    config_digest: str
    seed: int
    confidence: float
    resamples: int
    min_group: int
    started: str
    seconds: float
    inconclusive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """Everything an audit found, decided and left out.

    Attributes:
        schema: Number of this form of the file.
        name: As in the configuration.
        verdict: The worst verdict among the systems.
        questions: Probe to what it asks, in plain words.
        aspects: Probe to the question of the audit that it belongs to.
        glossary: Metric to what it is, its bounds and its source.
        systems: What was audited, in the order of the configuration.
        findings: Every claim about every system.
        comparisons: Systems against each other on the same units, one for every claim about a mean.
        examples: Pairs of answers that show what claims about arms mean; few of each probe.
        not_tested: What a reader might believe was tested and was not.
        data: What the systems were audited on.
        asked: What they were asked.
        margins: By how much claims may get worse than in a baseline.
        compared_with: The baseline that was given, None for none; what it decides is among the findings.
        provenance: What is needed to trust and repeat the run.
    """

    schema: int = SCHEMA
    name: str
    verdict: Verdict
    questions: Mapping[str, str]
    aspects: Mapping[str, Aspect]
    glossary: Mapping[str, str]
    systems: tuple[SystemResult, ...]
    findings: tuple[Finding, ...]
    comparisons: tuple[SystemComparison, ...]
    examples: tuple[Example, ...]
    not_tested: tuple[NotTested, ...]
    data: DataCard
    asked: Asked
    margins: tuple[Margin, ...] = ()
    compared_with: ComparedWith | None = None
    provenance: Provenance

    @property
    def gated(self) -> tuple[Finding, ...]:
        """The findings that a gate asked about."""
        return tuple(finding for finding in self.findings if finding.limit is not None)

    @property
    def own_findings(self) -> tuple[Finding, ...]:
        """The findings about this run alone, without the changes since a baseline."""
        if self.compared_with is None:
            return self.findings
        changes = {(margin.system, margin.change) for margin in self.margins}
        return tuple(one for one in self.findings if (one.system, one.hypothesis.id) not in changes)

    def to_pandas(self) -> pd.DataFrame:
        """A row per finding: what was claimed, seen and decided."""
        return findings_table(self.findings)

    def comparisons_to_pandas(self) -> pd.DataFrame:
        """A row per claim and pair of systems: the mean difference over the units of both."""
        return comparisons_table(self.comparisons)

    def _repr_html_(self) -> str:
        """The verdict and the gates, or all findings if there are none, for a notebook."""
        shown = findings_table(self.gated or self.findings)
        gates = f"{len(self.gated)} gates" if self.gated else "no gates"
        heading = f"{self.verdict}: {self.name} ({gates}, {len(self.findings)} findings)"
        return as_html(heading, shown[GATE_COLUMNS])

    def save(self, path: Path) -> None:
        """Write `result.json` atomically."""
        from pydantic import TypeAdapter

        text = TypeAdapter(AuditResult).dump_json(self, indent=1).decode() + "\n"
        write_atomically(path, text)

    @classmethod
    def load(cls, path: Path) -> AuditResult:
        """Read a `result.json`, or the one in a run folder.

        Raises:
            InputError: If the file is missing, damaged or of another schema.
        """
        from pydantic import TypeAdapter

        file = path / "result.json" if path.is_dir() else path
        if not file.is_file() and (file.parent / "evidence.sqlite").is_file():
            raise InputError(
                f"the run in {file.parent} was stopped before anything was decided; go on with: recaudit run CONFIG "
                f"--out {file.parent} --resume"
            )
        if not file.is_file():
            raise InputError(
                f"no result at {file}; give a run folder made by `recaudit run`, or its result.json"
            )
        try:
            content, schema = json_with_schema(file)
            if schema != SCHEMA:
                raise InputError(
                    f"{file} has schema {schema}, this version reads {SCHEMA}; measure the run again "
                    f"with: recaudit measure {file.parent}"
                )
            result: AuditResult = TypeAdapter(AuditResult).validate_python(content)
        except ValueError as error:
            raise InputError(f"{file} is damaged: {first_problem(error)}; run the audit again") from error
        for system, claim, estimate in _estimates(result):
            if _has_nan(estimate):
                raise InputError(
                    f"{file} is damaged: '{claim}' of '{system}' holds a number that is not one (NaN); measure the "
                    f"run again with: recaudit measure {file.parent}"
                )
        return result


def _estimates(result: AuditResult) -> Iterator[tuple[str, str, Estimate | None]]:
    """System, claim and what was seen, also with answers read otherwise."""
    for finding in result.findings:
        yield finding.system, finding.hypothesis.id, finding.estimate
    for system in result.systems:
        for reading in system.otherwise:
            yield from ((system.card.name, claim, seen) for claim, seen in reading.estimates.items())


def _has_nan(estimate: Estimate | None) -> bool:
    if estimate is None:
        return False
    numbers = [estimate.value, estimate.low, estimate.high]
    numbers += [end for group in estimate.groups for end in (group.value, group.low, group.high)]
    return any(number is not None and math.isnan(number) for number in numbers)

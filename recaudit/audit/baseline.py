"""A baseline: what a run decided and measured, kept beside the configuration for later runs to be compared with.

It is two files that people commit: a short JSON file to review, and beside it, compressed, the values of each unit that
the gates rest on. The first names the content of both by digest, so that neither can be changed unseen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pandas as pd

from recaudit.audit.json_files import first_problem, json_with_schema
from recaudit.audit.result import Asked, AuditResult, DataCard
from recaudit.audit.values import load_values, values_of
from recaudit.errors import InputError, did_you_mean
from recaudit.files import write_atomically
from recaudit.records import INFINITE_IN_JSON, Finding, Limit, Verdict, digest_of
from recaudit.statistics import PAIRED_CONTRASTS

BASELINE_SCHEMA = 1
DEFAULT_NAME = "audit-baseline.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """What a run found about one claim, in short.

    Attributes:
        system: The system's name.
        finding: The claim's id.
        value: Its estimate, None where it was undefined.
        low: Lower end of its interval.
        high: Upper end.
        confidence: Of the interval.
        n: Units.
        limit: Of its gate, None without one.
        margin: Of its gate, None without one.
        verdict: What was decided.
    """

    __pydantic_config__ = INFINITE_IN_JSON

    system: str
    finding: str
    value: float | None
    low: float | None
    high: float | None
    confidence: float | None
    n: int
    limit: Limit | None
    margin: float | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptData:
    """The data of a run, by digest and in numbers."""

    name: str
    digest: str
    split: str
    users: int
    items: int
    interactions: int
    truth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptValues:
    """The file of values.

    Attributes:
        file: Its name, beside the baseline; "" while it is not written.
        rows: Of the table.
        digest: SHA-256 of the file.
    """

    file: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What later runs are compared with.

    Attributes:
        schema: Number of this form of the file.
        recaudit_version: That made the run.
        name: Of the audit.
        started: When the run began.
        config_digest: Of its configuration.
        data: What it was about.
        asked: What was asked.
        values: Where the values of units are.
        findings: What it found.
        digest: SHA-256 of everything above.
    """

    schema: int = BASELINE_SCHEMA
    recaudit_version: str
    name: str
    started: str
    config_digest: str
    data: KeptData
    asked: Asked
    values: KeptValues
    findings: tuple[KeptFinding, ...]
    digest: str = ""

    def sealed(self) -> Baseline:
        """The same with its digest."""
        content = asdict(self)
        del content["digest"]
        return replace(self, digest=digest_of(json.loads(json.dumps(content, default=str))))


def kept_of(result: AuditResult, findings: Collection[Finding]) -> Baseline:
    """Some findings of a run as a baseline that is not written yet."""
    margins = {(margin.system, margin.finding): margin.margin for margin in result.margins}
    return Baseline(
        recaudit_version=result.provenance.recaudit_version,
        name=result.name,
        started=result.provenance.started,
        config_digest=result.provenance.config_digest,
        data=kept_data(result.data),
        asked=result.asked,
        values=KeptValues(file="", rows=0, digest=""),
        findings=tuple(
            _kept_finding(finding, margins.get((finding.system, finding.hypothesis.id)))
            for finding in findings
        ),
    )


def kept_data(card: DataCard) -> KeptData:
    """The data in short."""
    return KeptData(**{name: getattr(card, name) for name in KeptData.__slots__})


def _kept_finding(finding: Finding, margin: float | None) -> KeptFinding:
    seen = finding.estimate
    return KeptFinding(
        system=finding.system,
        finding=finding.hypothesis.id,
        value=None if seen is None else seen.value,
        low=None if seen is None else seen.low,
        high=None if seen is None else seen.high,
        confidence=None if seen is None else seen.confidence,
        n=0 if seen is None else seen.n,
        limit=finding.limit,
        margin=margin,
        verdict=finding.verdict,
    )


def gated(result: AuditResult) -> list[Finding]:
    """The findings that a gate of the run asks about, by a limit or a margin."""
    margins = {(margin.system, margin.finding) for margin in result.margins}
    return [
        finding
        for finding in result.own_findings
        if finding.limit is not None or (finding.system, finding.hypothesis.id) in margins
    ]


def make_baseline(run: Path, out: Path) -> Baseline:
    """Write the baseline of a run: `out`, and the values of units beside it.

    Raises:
        InputError: If the run has no gates, or a system could not be audited.
    """
    result = AuditResult.load(run)
    for system in result.systems:
        if system.failure:
            raise InputError(
                f"'{system.card.name}' could not be audited in {run}, so nothing can be compared with it: "
                f"{system.failure}"
            )
    kept = gated(result)
    if not kept:
        raise InputError(
            f"{run} has no gates, so there is nothing to keep; add [[gates]] to the configuration and run again"
        )
    folder = run if run.is_dir() else run.parent
    values = load_values(folder)
    parts = [
        values_of(
            values,
            system.card.name,
            [
                finding.hypothesis
                for finding in kept
                if finding.system == system.card.name and finding.hypothesis.contrast in PAIRED_CONTRASTS
            ],
        )
        for system in result.systems
    ]
    table = pd.concat(parts, ignore_index=True)
    packed = table.to_parquet(index=False, compression="zstd", compression_level=19)
    values_path = out.with_suffix(".values.parquet")
    baseline = replace(
        kept_of(result, kept),
        values=KeptValues(file=values_path.name, rows=len(table), digest=sha256(packed).hexdigest()),
    ).sealed()
    write_atomically(values_path, packed)
    write_atomically(out, json.dumps(_plain(baseline), indent=1, ensure_ascii=False) + "\n")
    return baseline


def load_baseline(path: Path) -> tuple[Baseline, pd.DataFrame]:
    """Read a baseline and its values.

    Raises:
        InputError: If a file is missing, damaged, of another schema or changed by hand.
    """
    from pydantic import TypeAdapter

    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.json")])
        raise InputError(f"no baseline at {path}{near}; make one with: recaudit baseline RUN --out {path}")
    again = f"make it again with: recaudit baseline RUN --out {path}"
    try:
        content, schema = json_with_schema(path)
        if schema != BASELINE_SCHEMA:
            raise InputError(
                f"{path} has schema {schema}, this version of recaudit reads {BASELINE_SCHEMA}; {again}"
            )
        baseline = TypeAdapter(Baseline).validate_python(content)
    except ValueError as error:
        raise InputError(f"{path} is damaged: {first_problem(error)}; {again}") from error
    if baseline.sealed().digest != baseline.digest:
        raise InputError(
            f"{path} was changed after it was made: its digest is {baseline.digest[:12]} and its content has "
            f"{baseline.sealed().digest[:12]}; take the change back, or {again}"
        )
    return baseline, _load_kept_values(path, baseline, again)


def _load_kept_values(path: Path, baseline: Baseline, again: str) -> pd.DataFrame:
    file = path.parent / baseline.values.file
    if not file.is_file():
        raise InputError(f"{file} is missing, which holds the values of {path.name}; commit both, or {again}")
    packed = file.read_bytes()
    if sha256(packed).hexdigest() != baseline.values.digest:
        raise InputError(
            f"{file} is not the file that {path.name} was made with: the digest is {sha256(packed).hexdigest()[:12]} "
            f"and should be {baseline.values.digest[:12]}; bring it back, or {again}"
        )
    return pd.read_parquet(BytesIO(packed))


def _plain(baseline: Baseline) -> object:
    from pydantic import TypeAdapter

    return TypeAdapter(Baseline).dump_python(baseline, mode="json")


def refuse_other_questions(
    base: Baseline, data: KeptData, asked: Asked, probes: Collection[str], *, names: tuple[str, str]
) -> None:
    """Refuse to compare answers about other data or users, or to other questions.

    Args:
        base: What is compared with.
        data: Of the run.
        asked: In the run.
        probes: Whose questions matter.
        names: Of what is compared with, and of the run.

    Raises:
        InputError: With everything that differs.
    """
    differences = list(_differences(base, data, asked, probes, names))
    if differences:
        lines = "\n".join(f"  {line}" for line in differences)
        raise InputError(
            f"{names[0]} and {names[1]} cannot be compared, as they are not about the same:\n{lines}\n"
            "bring back what changed, or make a new baseline with: recaudit baseline RUN"
        )


def _differences(
    base: Baseline, data: KeptData, asked: Asked, probes: Collection[str], names: tuple[str, str]
) -> Iterator[str]:
    def told(what: str, before: str, after: str) -> str:
        return f"{what}: {before} in {names[0]}, {after} in {names[1]}"

    if base.data.digest != data.digest:
        yield told("data", _data_words(base.data), _data_words(data))
    if base.asked.sample != asked.sample:
        yield told(
            "sample of users",
            f"{base.asked.users:,} users ({base.asked.sample[:12]})",
            f"{asked.users:,} users ({asked.sample[:12]})",
        )
    for probe in probes:
        if base.asked.digests.get(probe) != asked.digests.get(probe):
            yield told(
                f"prompts and requests of {probe}",
                _asked_words(base.asked, probe),
                _asked_words(asked, probe),
            )


def _data_words(data: KeptData) -> str:
    return (
        f"{data.name}, {data.users:,} users, {data.items:,} items, {data.interactions:,} interactions, {data.truth:,} "
        f"held out ({data.split}; {data.digest[:12]})"
    )


def _asked_words(asked: Asked, probe: str) -> str:
    if probe not in asked.digests:
        return "none"
    return f"{asked.requests[probe]:,} requests ({asked.digests[probe][:12]})"

"""The audit itself: plan, build, ask, measure, estimate, decide, save."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from recaudit.audit.build import build_systems
from recaudit.audit.cards import data_card, not_tested, provenance
from recaudit.audit.config import AuditConfig, load_config
from recaudit.audit.decide import worst
from recaudit.audit.evidence import open_evidence
from recaudit.audit.one_system import Outcome, audit_system
from recaudit.audit.plan import make_plan
from recaudit.audit.progress import Progress, silent
from recaudit.audit.result import AuditResult
from recaudit.datasets.assets import Announce
from recaudit.datasets.assets import silent as say_nothing
from recaudit.errors import InputError


def run_audit(
    config: AuditConfig | Path | str,
    *,
    out: Path | None = None,
    only: Collection[str] = (),
    progress: Progress = silent,
    announce: Announce = say_nothing,
) -> AuditResult:
    """Run an audit and leave its evidence, measurements and result in a folder.

    Args:
        config: A configuration or the path of one.
        out: A folder that does not exist yet or is empty; `runs/<configuration>-<time>` without it.
        only: Names of probes to run; all if empty.
        progress: Called as work goes on.
        announce: Called with what a person should read, such as a dataset's licence.

    Returns:
        The result, which is also in `<out>/result.json`.

    Raises:
        InputError: If the configuration, the data or an adapter's options cannot be used; nothing is written then.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    if not isinstance(config, AuditConfig):
        config = load_config(Path(config))
    folder = run_folder(config, started) if out is None else out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists and is not an empty folder; give another one with --out")
    _make_importable(config.folder)
    progress("loading data", 0, 1)
    plan = make_plan(config, only=only, announce=announce)
    progress("loading data", 1, 1)
    systems = build_systems(plan, progress)
    folder.mkdir(parents=True, exist_ok=True)
    with open_evidence(folder / "evidence.sqlite") as evidence:
        evidence.add_requests(plan.requests.values())
        outcomes = [audit_system(plan, system, evidence, progress) for system in systems]
    _save_measurements(outcomes, folder / "measurements.parquet")
    results = tuple(outcome.result for outcome in outcomes)
    result = AuditResult(
        name=config.tables.audit.name,
        verdict=worst(system.verdict for system in results),
        questions={probe.name: probe.plan.probe.question for probe in plan.probes},
        systems=results,
        findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
        not_tested=not_tested(plan, outcomes),
        data=data_card(plan),
        provenance=provenance(config, started=started, seconds=time.perf_counter() - clock),
    )
    result.save(folder / "result.json")
    return result


def run_folder(config: AuditConfig, started: datetime) -> Path:
    """The default folder of a run: `runs/<configuration>-<time>` in the current folder."""
    return Path("runs") / f"{config.path.stem}-{started:%Y%m%d-%H%M%S}"


def _save_measurements(outcomes: Sequence[Outcome], path: Path) -> None:
    rows = [
        measurements.rows.assign(probe=probe, system=outcome.result.card.name)
        for outcome in outcomes
        for probe, measurements in outcome.measurements.items()
    ]
    if rows:
        pd.concat(rows, ignore_index=True).to_parquet(path, index=False)


def _make_importable(folder: Path) -> None:
    for place in (str(Path.cwd()), str(folder.resolve())):
        if place not in sys.path:
            sys.path.insert(0, place)

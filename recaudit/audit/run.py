"""The audit itself: plan, build, ask, measure, decide, save; or go on where it stopped; or measure again."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from recaudit.audit.baseline import kept_data
from recaudit.audit.cards import asked_of, data_card, glossary, not_tested, provenance
from recaudit.audit.collect import build_pending, check_budget, collect
from recaudit.audit.config import AuditConfig, load_config
from recaudit.audit.decide import worst
from recaudit.audit.evidence import EvidenceStore
from recaudit.audit.examples import fewest
from recaudit.audit.measure import Outcome, measure_system
from recaudit.audit.plan import AuditPlan, make_plan
from recaudit.audit.progress import Progress, silent
from recaudit.audit.regression import OpenBaseline, check_comparable, compared, open_baseline
from recaudit.audit.result import AuditResult
from recaudit.audit.session import (
    begun,
    kept,
    kept_config,
    kept_only,
    kept_sequential,
    now,
    refuse_other_config,
    refuse_other_plan,
)
from recaudit.audit.values import MEASUREMENTS, empty_measurements, save_groups
from recaudit.datasets.assets import Announce
from recaudit.datasets.assets import silent as say_nothing
from recaudit.errors import InputError
from recaudit.files import write_atomically
from recaudit.records import SystemComparison
from recaudit.statistics import compare_systems


def run_audit(
    config: AuditConfig | Path | str,
    *,
    out: Path | None = None,
    only: Collection[str] = (),
    resume: bool = False,
    sequential: bool = False,
    max_cost: float | None = None,
    baseline: Path | None = None,
    progress: Progress = silent,
    announce: Announce = say_nothing,
) -> AuditResult:
    """Run an audit and leave its evidence, measurements and result in a folder.

    Args:
        config: A configuration or the path of one.
        out: The run's folder: new or empty, or with `resume` the one to go on with; without it
            `runs/<configuration>-<time>`, or the newest such folder.
        only: Names of probes to run; all if empty.
        resume: Go on with a run that was stopped: nothing that was answered is asked again.
        sequential: Ask in batches of units and stop as soon as every gate is settled, by intervals that hold at every
            look. A run that was begun so goes on so.
        max_cost: Stop asking when calls have cost this much by the configuration's prices, over all sessions.
        baseline: What gates with a margin are compared with, as made by `recaudit baseline`.
        progress: Called as work goes on.
        announce: Called with what a person should read, such as a dataset's licence.

    Returns:
        The result, which is also in `<out>/result.json`.

    Raises:
        InputError: If the configuration, the data or an adapter's options cannot be used, or differ from what a
            run to go on with began with; nothing is written then.
        EvidenceError: If an answer cannot be stored; the run can be resumed.
    """
    clock = time.perf_counter()
    if not isinstance(config, AuditConfig):
        config = load_config(Path(config))
    check_budget(config.tables.systems, max_cost)
    base = None if baseline is None else open_baseline(baseline)
    if resume:
        folder = newest_run(config) if out is None else out
        with kept(folder) as evidence:
            refuse_other_config(evidence, config)
            as_begun = kept_sequential(evidence, wanted=sequential)
            plan = loaded_plan(config, only or kept_only(evidence), progress, announce, sequential=as_begun)
            refuse_other_plan(evidence, plan)
            _check_baseline(base, plan)
            systems = build_pending(plan, evidence, progress)
            evidence.begin(now())
            collect(plan, systems, evidence, max_cost=max_cost, progress=progress)
            return _decided(plan, evidence, folder, clock=clock, progress=progress, baseline=base)
    folder = run_folder(config) if out is None else out
    refuse_used_folder(folder)
    plan = loaded_plan(config, only, progress, announce, sequential=sequential)
    _check_baseline(base, plan)
    systems = build_pending(plan, None, progress)
    with begun(plan, folder) as evidence:
        collect(plan, systems, evidence, max_cost=max_cost, progress=progress)
        return _decided(plan, evidence, folder, clock=clock, progress=progress, baseline=base)


def measure_run(
    folder: Path,
    *,
    config: Path | None = None,
    baseline: Path | None = None,
    progress: Progress = silent,
    announce: Announce = say_nothing,
) -> AuditResult:
    """Measure and decide again from a run's evidence, without reaching any system.

    Args:
        folder: The run's folder; its result and measurements are written anew.
        config: Where the configuration lies now, if not where it lay then.
        baseline: What gates with a margin are compared with.
        progress: Called as work goes on.
        announce: Called with what a person should read.

    Raises:
        InputError: If there is no evidence, or the configuration or the data are not those of the run.
    """
    clock = time.perf_counter()
    base = None if baseline is None else open_baseline(baseline)
    with kept(folder) as evidence:
        plan = loaded_plan(
            kept_config(evidence, config),
            kept_only(evidence),
            progress,
            announce,
            sequential=kept_sequential(evidence, wanted=False),
        )
        refuse_other_plan(evidence, plan)
        _check_baseline(base, plan)
        return _decided(plan, evidence, folder, clock=clock, progress=progress, baseline=base)


def run_folder(config: AuditConfig) -> Path:
    """The default folder of a run: `runs/<configuration>-<time>` in the current folder."""
    return Path("runs") / f"{config.path.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def refuse_used_folder(folder: Path) -> None:
    """Refuse a folder for a new run that is in use.

    Raises:
        InputError: If it is a file or not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder} exists and is not an empty folder; give another one with --out, or go on with the run in "
            "it with --resume"
        )


def newest_run(config: AuditConfig) -> Path:
    """The newest default folder of a configuration's runs.

    Raises:
        InputError: If there is none.
    """
    runs = sorted(Path("runs").glob(f"{config.path.stem}-*/"))
    if not runs:
        raise InputError(
            f"there is no run of {config.path.name} in runs/; run it first, or name the run's folder"
        )
    return runs[-1]


def loaded_plan(
    config: AuditConfig,
    only: Collection[str],
    progress: Progress,
    announce: Announce,
    *,
    sequential: bool,
) -> AuditPlan:
    """Load the data of a configuration and plan."""
    progress("loading data", 0, 1)
    plan = make_plan(config, only=only, sequential=sequential, announce=announce)
    progress("loading data", 1, 1)
    return plan


def _check_baseline(baseline: OpenBaseline | None, plan: AuditPlan) -> None:
    """Refuse, before anything is asked, a baseline that cannot be compared with."""
    if baseline is not None:
        name = plan.config.path.name
        check_comparable(baseline, kept_data(data_card(plan)), asked_of(plan), plan.margins, run=name)


def _decided(
    plan: AuditPlan,
    evidence: EvidenceStore,
    folder: Path,
    *,
    clock: float,
    progress: Progress,
    baseline: OpenBaseline | None,
) -> AuditResult:
    config = plan.config
    outcomes = [measure_system(plan, table, evidence, progress) for table in config.tables.systems]
    _save_measurements(outcomes, folder / MEASUREMENTS)
    save_groups(plan.groups, folder)
    results = tuple(outcome.result for outcome in outcomes)
    result = AuditResult(
        name=config.tables.audit.name,
        verdict=worst(system.verdict for system in results),
        questions={probe.name: probe.plan.probe.question for probe in plan.probes},
        aspects={probe.name: probe.plan.probe.aspect for probe in plan.probes},
        glossary=glossary(plan),
        systems=results,
        findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
        comparisons=() if plan.sequential else _comparisons(plan, outcomes),
        examples=tuple(
            example
            for probe in plan.probes
            for example in fewest(one for outcome in outcomes for one in outcome.examples.get(probe.name, ()))
        ),
        not_tested=not_tested(plan, outcomes),
        data=data_card(plan),
        asked=asked_of(plan),
        margins=plan.margins,
        provenance=provenance(config, started=evidence.started(), seconds=time.perf_counter() - clock),
    )
    if baseline is not None:
        result = compared(result, folder, baseline)
    result.save(folder / "result.json")
    return result


def _comparisons(plan: AuditPlan, outcomes: Sequence[Outcome]) -> tuple[SystemComparison, ...]:
    settings = plan.config.tables.audit
    measured = {
        outcome.result.card.name: pd.concat([made.rows for made in outcome.measurements.values()])
        for outcome in outcomes
        if outcome.measurements
    }
    return compare_systems(
        plan.hypotheses,
        measured,
        confidence=settings.confidence,
        resamples=settings.resamples,
        rng=settings.seed,
    )


def _save_measurements(outcomes: Sequence[Outcome], path: Path) -> None:
    rows = [
        measurements.rows.assign(probe=probe, system=outcome.result.card.name)
        for outcome in outcomes
        for probe, measurements in outcome.measurements.items()
    ]
    table = pd.concat(rows, ignore_index=True) if rows else empty_measurements()
    if rows and pd.api.types.infer_dtype(table["unit"]) not in {"integer", "string"}:
        # Users go by number and seeds by name; a column holds one kind, so text.
        table["unit"] = table["unit"].astype(str)
    write_atomically(path, table.to_parquet(index=False))

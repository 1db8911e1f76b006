"""Simulating an audit where the truth is known, to see how often its verdicts would be wrong.

The design is the audit's own: its gates, claims, families, groups, units, arms and replicates; the noise is what was
measured. Every world goes through the same `estimate` and the same `decide` as the audit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from recaudit.audit.calibration import Calibration, JointCalibration, Rate, rate_of
from recaudit.audit.estimating import all_measurements
from recaudit.audit.measure import Outcome, measure_system
from recaudit.audit.plan import AuditPlan
from recaudit.audit.progress import Progress, silent
from recaudit.audit.run import loaded_plan
from recaudit.audit.session import kept, kept_config, kept_only, kept_sequential, refuse_other_plan
from recaudit.audit.simulated import SimulatedGate, SimulatedSystem, one_world, simulated_gate, uncalibrated
from recaudit.datasets.assets import Announce
from recaudit.datasets.assets import silent as say_nothing
from recaudit.errors import InputError
from recaudit.statistics.worlds import population_of


def calibrate(
    folder: Path,
    *,
    worlds: int = 100,
    seed: int | None = None,
    config: Path | None = None,
    progress: Progress = silent,
    announce: Announce = say_nothing,
) -> Calibration:
    """Simulate the audit of a run and count wrong verdicts; leaves `calibration.json` in the run's folder.

    Args:
        folder: Of a run with evidence. It is measured again from that, as the groups of users and the lists behind
            statistics of all lists are not in `measurements.parquet`; no system is reached.
        worlds: Worlds of each kind: as measured, and without differences. In every second one a difference is planted
            for each gate about one.
        seed: Of the worlds; that of the audit, if None.
        config: Where the run's configuration lies now, if not where it lay then.
        progress: Called as worlds are done.
        announce: Called with what a person should read.

    Returns:
        The rates; after an interruption those of the worlds done so far, if there is one.

    Raises:
        InputError: If there is no evidence, no gate, or the configuration or the data are not those of the run.
    """
    clock = time.perf_counter()
    if worlds < 1:
        raise InputError(f"{worlds} worlds can show nothing; give at least 1, such as 100")
    with kept(folder) as evidence:
        if kept_sequential(evidence, wanted=False):
            raise InputError(
                f"the run in {folder} is sequential: its intervals hold at every look by construction, and calibrate "
                "simulates audits of a fixed size; run it without --sequential to calibrate it"
            )
        plan = loaded_plan(
            kept_config(evidence, config), kept_only(evidence), progress, announce, sequential=False
        )
        refuse_other_plan(evidence, plan)
        if not plan.limits:
            raise InputError(
                f"the run in {folder} has no gates, and so no verdicts to calibrate; add [[gates]] and run again"
            )
        outcomes = [measure_system(plan, table, evidence, progress) for table in plan.config.tables.systems]
    settings = plan.config.tables.audit
    seed = settings.seed if seed is None else seed
    systems = [_simulated_system(plan, outcome) for outcome in outcomes]
    done = _simulate([system for system in systems if system.population is not None], worlds, seed, progress)
    result = Calibration(
        name=settings.name,
        config_digest=plan.config.digest,
        confidence=settings.confidence,
        resamples=settings.resamples,
        worlds=done,
        audits=sum(system.audits for system in systems),
        seed=seed,
        seconds=round(time.perf_counter() - clock, 1),
        interrupted=done < worlds,
        gates=tuple(
            gate
            for system in systems
            for gate in (*(one.calibration() for one in system.gates), *system.left_out)
        ),
        systems=_joint([system for system in systems if system.events]),
    )
    result.save(folder)
    return result


def _simulated_system(plan: AuditPlan, outcome: Outcome) -> SimulatedSystem:
    gated = [finding for finding in outcome.findings if finding.limit is not None]
    estimated = [finding for finding in gated if finding.estimate is not None]
    claims = tuple(finding.hypothesis for finding in estimated)
    left_out = [
        uncalibrated(finding, finding.limit, finding.reason)
        for finding in gated
        if finding.estimate is None and finding.limit is not None
    ]
    gates: list[SimulatedGate] = []
    population = None
    if claims:
        population = population_of(claims, all_measurements(outcome.measurements), plan.groups)
        for finding in estimated:
            made = simulated_gate(finding, population)
            if isinstance(made, SimulatedGate):
                gates.append(made)
            else:
                left_out.append(made)
    return SimulatedSystem(
        name=outcome.result.card.name,
        population=population if gates else None,
        claims=claims,
        gates=gates,
        left_out=left_out,
        settings=plan.config.tables.audit,
    )


def _simulate(systems: Sequence[SimulatedSystem], worlds: int, seed: int, progress: Progress) -> int:
    """Go through the worlds, all systems in each; gives how many were completed before an interruption."""
    done = 0
    try:
        progress("simulating audits", 0, worlds)
        for world in range(worlds):
            counts = [one_world(system, (seed, world), power=world % 2 == 0) for system in systems]
            for count in counts:
                count()
            done = world + 1
            progress("simulating audits", done, worlds)
    except KeyboardInterrupt:
        if not done:
            raise
    return done


def _joint(systems: Sequence[SimulatedSystem]) -> tuple[JointCalibration, ...]:
    found = [_jointly(system.name, [system]) for system in systems]
    return (*found, _jointly("", systems)) if len(found) > 1 else tuple(found)


def _jointly(name: str, systems: Sequence[SimulatedSystem]) -> JointCalibration:
    wrong = {
        event: _rate([system.events[event] for system in systems if event in system.events], any)
        for event in ("false_fail", "false_pass", "null_fail")
    }
    return JointCalibration(
        system=name,
        gates=sum(len(system.gates) for system in systems),
        coverage=_rate([system.events["coverage"] for system in systems], all),
        **wrong,
    )


def _rate(of_systems: Sequence[Sequence[bool]], merge: Callable[[Iterable[bool]], bool]) -> Rate | None:
    """The rate of worlds in which any, or all, of the systems had the event."""
    merged = [merge(world) for world in zip(*of_systems, strict=True)]
    return rate_of(sum(merged), len(merged))

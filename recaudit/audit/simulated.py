"""One system's gates in simulated worlds: what is decided there, and whether it is true.

A verdict is wrong or right by where the truth lies against the limit. So the limit is placed on the truth of the
world, where wrong verdicts are most frequent, or beside it, and values stay as they were measured; only differences
between groups or arms are planted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from recaudit.audit.calibration import GateCalibration, rate_of
from recaudit.audit.config_tables import AuditTable
from recaudit.audit.decide import decide
from recaudit.records import Estimate, Finding, Hypothesis, Limit
from recaudit.statistics import estimate
from recaudit.statistics.planting import Planted, planted
from recaudit.statistics.sparse import FEWEST_DIFFERING
from recaudit.statistics.truths import DIFFERENCES, Truth, truth_as_measured, truth_without_difference
from recaudit.statistics.worlds import Population, World

HAIR = 1e-9
CORPUS = (
    "a statistic of all lists together: worlds are drawn from the measured lists, and a list that occurs twice changes "
    "coverage, concentration and what a model learns from lists"
)
THIN_PARTS = (
    f"fewer than {FEWEST_DIFFERING} units give some part anything, and worlds cannot tell how many would"
)
OUT_OF_REACH = "the measured values do not reach so far beyond a limit"


@dataclass(slots=True, kw_only=True)
class SimulatedGate:
    """One gate, and what happened to it in the worlds so far: event to one entry per world."""

    finding: Finding
    seen: Estimate
    limit: Limit
    measured: Truth
    planted: Planted | None
    no_power: str
    events: dict[str, list[bool]] = field(default_factory=dict)

    @property
    def claim(self) -> Hypothesis:
        """What is claimed."""
        return self.finding.hypothesis

    @property
    def differs(self) -> bool:
        """Whether the claim is about a difference, so that there can be none."""
        return self.claim.contrast in DIFFERENCES

    def calibration(self) -> GateCalibration:
        """The rates so far."""
        rates = {name: rate_of(sum(happened), len(happened)) for name, happened in self.events.items()}
        return replace(
            uncalibrated(self.finding, self.limit, ""),
            effect=self.seen.detectable,
            no_power=self.no_power,
            **rates,  # type: ignore[arg-type]
        )


@dataclass(slots=True, kw_only=True)
class SimulatedSystem:
    """One system's population and gates.

    Attributes:
        name: The system's name.
        population: What its worlds are drawn from, None where no gate can be calibrated.
        claims: All its gated claims that were estimated, as their intervals hold jointly.
        gates: Those that can be calibrated.
        left_out: The others, with reasons.
        settings: Of the audit.
        audits: Simulated so far.
        events: What happened to its gates taken together: event to one entry per world.
    """

    name: str
    population: Population | None
    claims: tuple[Hypothesis, ...]
    gates: list[SimulatedGate]
    left_out: list[GateCalibration]
    settings: AuditTable
    audits: int = 0
    events: dict[str, list[bool]] = field(default_factory=dict)


def simulated_gate(finding: Finding, population: Population) -> SimulatedGate | GateCalibration:
    """Prepare a gate, or say why it cannot be calibrated.

    Args:
        finding: With an estimate and a limit.
        population: The units it was estimated from.
    """
    claim, seen, limit = finding.hypothesis, finding.estimate, finding.limit
    assert seen is not None and limit is not None  # noqa: S101, PT018 - the caller has looked
    reason = _why_not(claim, seen, population)
    if reason:
        return uncalibrated(finding, limit, reason)
    measured = truth_as_measured(claim, population)
    plant, no_power = None, ""
    if seen.detectable is None:
        no_power = "the audit states no detectable effect, as too few units differ"
    elif claim.contrast in DIFFERENCES:
        target = _beyond(claim, limit, seen.detectable)
        plant = None if target is None else planted(claim, population, seen, target)
        no_power = "" if plant else OUT_OF_REACH
    elif not _possible(claim, _limit_beside(claim, seen, limit, measured.of(seen))):
        no_power = OUT_OF_REACH
    return SimulatedGate(
        finding=finding, seen=seen, limit=limit, measured=measured, planted=plant, no_power=no_power
    )


def uncalibrated(finding: Finding, limit: Limit, reason: str) -> GateCalibration:
    """A gate without rates, and why."""
    return GateCalibration(
        system=finding.system,
        finding=finding.hypothesis.id,
        contrast=finding.hypothesis.contrast,
        limit=limit,
        not_calibrated=reason,
    )


def _why_not(claim: Hypothesis, seen: Estimate, population: Population) -> str:
    if claim.contrast == "corpus":
        return CORPUS
    if seen.low is None:
        return f"the audit itself gave no interval: {seen.reason}"
    if claim.contrast == "part ratio":
        [own] = [parts for parts in population.parts if parts.metric == claim.metric]
        compared = {group.group for group in seen.groups}
        givers = [given for part, given in zip(own.parts, own.givers, strict=True) if part in compared]
        return THIN_PARTS if min(givers) < FEWEST_DIFFERING else ""
    return ""


def _beyond(claim: Hypothesis, limit: Limit, effect: float) -> float | None:
    """The truth that lies beyond the limit by the effect."""
    if claim.contrast == "ratio":
        return None if limit.low is None else limit.low * effect
    if limit.high is not None:
        return limit.high + effect
    return None if limit.low is None else limit.low - effect


def _limit_beside(claim: Hypothesis, seen: Estimate, limit: Limit, truth: float) -> Limit:
    """The nearer side of the gate, placed so that the truth lies beyond it by the detectable effect."""
    effect, value = seen.detectable, seen.value
    assert effect is not None and value is not None  # noqa: S101, PT018 - there is an interval and an effect
    if claim.contrast == "part ratio":
        return Limit(low=truth / effect)
    upper = limit.low is None or (limit.high is not None and abs(value - limit.high) < abs(value - limit.low))
    return Limit(high=truth - effect) if upper else Limit(low=truth + effect)


def _possible(claim: Hypothesis, limit: Limit) -> bool:
    """Whether a value could lie on either side of the limit; otherwise beating it is no feat."""
    low, high = claim.bounds
    if claim.contrast in {"part gap", "part size"}:
        low = 0.0
    if claim.contrast == "part ratio":
        low, high = 0.0, 1.0
    edge = limit.low if limit.low is not None else limit.high
    return edge is not None and low < edge < high


def one_world(system: SimulatedSystem, seed: tuple[int, int], *, power: bool) -> Callable[[], None]:
    """Simulate one world of each kind.

    Args:
        system: Not changed yet.
        seed: Of the world.
        power: Whether to look at the power, too.

    Returns:
        What adds the outcome to the system's events.
    """
    population = system.population
    assert population is not None  # noqa: S101 - the caller has looked

    def audit(draw: Callable[[np.random.Generator], World], kind: int) -> Mapping[str, Estimate]:
        generator = np.random.default_rng((*seed, kind))
        world = draw(generator)
        return estimate(
            system.claims,
            world.measurements,
            world.groups,
            gated=[claim.id for claim in system.claims],
            confidence=system.settings.confidence,
            resamples=system.settings.resamples,
            min_group=system.settings.min_group,
            rng=generator,
            tests=False,
        )

    measured = audit(population.as_measured, 0)
    null = audit(population.null, 1) if any(gate.differs for gate in system.gates) else {}
    happened: list[tuple[SimulatedGate, dict[str, bool]]] = []
    audits = 1 + bool(null)
    for place, gate in enumerate(system.gates):
        happened.append((gate, _as_measured(gate, measured[gate.claim.id], power=power)))
        if gate.differs:
            happened.append((gate, _without_difference(gate, null[gate.claim.id])))
        if power and gate.planted is not None:
            seen = audit(gate.planted.world, 2 + place)[gate.claim.id]
            happened.append((gate, {"power": decide(seen, gate.limit)[0] == "FAIL"}))
            audits += 1

    def count() -> None:
        system.audits += audits
        for gate, events in happened:
            for name, event in events.items():
                gate.events.setdefault(name, []).append(event)
        for name in ("false_fail", "false_pass", "null_fail"):
            if name != "null_fail" or null:
                wrong = any(events.get(name, False) for _, events in happened)
                system.events.setdefault(name, []).append(wrong)
        held = all(events.get("coverage", True) for _, events in happened)
        system.events.setdefault("coverage", []).append(held)

    return count


def _as_measured(gate: SimulatedGate, seen: Estimate, *, power: bool) -> dict[str, bool]:
    if seen.low is None or seen.high is None:
        return {"no_interval": True, "false_fail": False, "false_pass": False}
    truth = gate.measured.of(seen)
    hair = HAIR * max(1.0, abs(truth))
    events = {
        "no_interval": False,
        "false_fail": any(decide(seen, side)[0] == "FAIL" for side in _sides_at(gate.limit, truth, hair)),
        "false_pass": any(decide(seen, side)[0] == "PASS" for side in _sides_at(gate.limit, truth, -hair)),
        "coverage": seen.low - hair <= truth <= seen.high + hair,
    }
    if power and gate.planted is None and not gate.no_power:
        beside = _limit_beside(gate.claim, gate.seen, gate.limit, truth)
        events["power"] = decide(seen, beside)[0] == "FAIL"
    return events


def _without_difference(gate: SimulatedGate, seen: Estimate) -> dict[str, bool]:
    truth = truth_without_difference(gate.claim).of(seen)
    return {
        "null_fail": any(decide(seen, side)[0] == "FAIL" for side in _sides_at(gate.limit, truth, HAIR)),
        "null_pass": decide(seen, gate.limit)[0] == "PASS",
    }


def _sides_at(limit: Limit, truth: float, slack: float) -> list[Limit]:
    """The gate's sides, placed so that the truth is within by the slack, or beyond by it if negative."""
    sides = []
    if limit.low is not None:
        sides.append(Limit(low=truth - slack))
    if limit.high is not None:
        sides.append(Limit(high=truth + slack))
    return sides

"""From a configuration to everything that will be asked, claimed and limited, before any system is touched."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recaudit.audit.config import AuditConfig, ProbePlan
from recaudit.audit.config_tables import SystemTable
from recaudit.audit.gates import Gates, Limits, match_gates
from recaudit.datasets import AuditData, apply_split, audit_data, first_users, load_dataset
from recaudit.datasets.assets import Announce
from recaudit.errors import ConfigError, InputError, Problem, UnknownNameError
from recaudit.probes import user_groups
from recaudit.records import Hypothesis, Margin, Request
from recaudit.statistics import why_not_sequential


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProbe:
    """One probe with its requests and claims."""

    plan: ProbePlan
    requests: tuple[Request, ...]
    hypotheses: tuple[Hypothesis, ...]

    @property
    def name(self) -> str:
        """The probe's name."""
        return self.plan.probe.name


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """What a run will do.

    Attributes:
        config: The configuration.
        data: The data after splitting, with the users that are asked about.
        groups: Index user, one column of group labels per attribute that a claim uses.
        only: Names of the probes that the run is limited to, empty for all.
        probes: In the order of the configuration.
        requests: Every distinct request by id: what two probes both need is asked once.
        limits: Which claims of which systems must lie in a range.
        margins: Which may not get much worse than in a baseline.
        sequential: Whether to stop asking a system as soon as its gates are settled.
    """

    config: AuditConfig
    data: AuditData
    groups: pd.DataFrame
    only: tuple[str, ...]
    probes: tuple[PlannedProbe, ...]
    requests: Mapping[str, Request]
    limits: Limits
    margins: tuple[Margin, ...]
    sequential: bool

    def gated(self, system: str) -> frozenset[str]:
        """Ids of the claims about a system that a gate limits."""
        return frozenset(claim for name, claim in self.limits if name == system)

    def requests_of(self, system: SystemTable) -> list[Request]:
        """What one system is asked: everything, or what is about its sample of users, or about no user at all."""
        everything = list(self.requests.values())
        if system.users is None:
            return everything
        users = set(self.data.users.index)
        sample = set(first_users(self.data.asked.tolist(), system.users, self.config.tables.audit.seed))
        return [request for request in everything if request.user in sample or request.user not in users]

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """All claims."""
        return tuple(hypothesis for probe in self.probes for hypothesis in probe.hypotheses)


def make_plan(
    config: AuditConfig, *, only: Collection[str] = (), sequential: bool = False, announce: Announce
) -> AuditPlan:
    """Load and split the data, let the probes plan, and match the gates.

    Args:
        config: The configuration.
        only: Names of probes to run; all if empty.
        sequential: Whether to stop asking a system as soon as its gates are settled.
        announce: Called with what a person should read, such as a dataset's licence.

    Raises:
        InputError: If the data, a probe name or a gate cannot be used, or a sequential run could not settle a gate.
    """
    configured = [plan.probe.name for plan in config.probes]
    for name in only:
        if name not in configured:
            raise UnknownNameError.among("probe of this configuration:", name, configured)
    return plan_over(sampled_data(config, announce=announce), config, only=only, sequential=sequential)


def plan_over(
    data: AuditData, config: AuditConfig, *, only: Collection[str] = (), sequential: bool = False
) -> AuditPlan:
    """Let the probes plan over data that are there, and match the gates.

    Raises:
        ConfigError: With every probe that cannot plan and every gate that cannot be matched.
        InputError: If a sequential run could not settle a gate.
    """
    chosen = [plan for plan in config.probes if not only or plan.probe.name in only]
    probes, problems = _plan_probes(config, chosen, data)
    claims = [claim for probe in probes for claim in probe.hypotheses]
    gates, mismatches = _matched(config, data, claims, {probe.name for probe in probes})
    if problems or mismatches or gates is None:
        raise ConfigError(config.path, list(dict.fromkeys([*problems, *mismatches])))
    planned = {claim.id for claim in claims}
    plan = AuditPlan(
        config=config,
        data=data,
        groups=user_groups(data, attributes_of(claims)),
        only=tuple(only),
        probes=probes,
        requests={request.id: request for probe in probes for request in probe.requests},
        limits={key: limit for key, limit in gates.limits.items() if key[1] in planned},
        margins=tuple(margin for margin in gates.margins if margin.finding in planned),
        sequential=sequential,
    )
    if sequential:
        _refuse_unsettled(plan)
    return plan


def _refuse_unsettled(plan: AuditPlan) -> None:
    if plan.margins:
        raise InputError(
            f"a sequential run cannot settle the gate on '{plan.margins[0].finding}': its margin compares all users "
            "with those of a baseline; leave that margin out, or run without --sequential"
        )
    for table in plan.config.tables.systems:
        gated = plan.gated(table.name)
        if not gated:
            raise InputError(
                f"a sequential run stops when the gates are settled, and system '{table.name}' has none; add "
                "[[gates]], or run without --sequential"
            )
        for claim in plan.hypotheses:
            why_not = why_not_sequential(claim) if claim.id in gated else ""
            if why_not:
                raise InputError(
                    f"a sequential run cannot settle the gate on '{claim.id}': {why_not}; leave that gate out, or "
                    "run without --sequential"
                )


def _plan_probes(
    config: AuditConfig, chosen: Sequence[ProbePlan], data: AuditData
) -> tuple[tuple[PlannedProbe, ...], list[Problem]]:
    k = max(plan.probe.depth(plan.options) for plan in chosen)
    seed = config.tables.audit.seed
    probes: list[PlannedProbe] = []
    problems: list[Problem] = []
    for plan in chosen:
        try:
            requests = tuple(plan.probe.plan(data, plan.options, k, seed))
            hypotheses = tuple(plan.probe.hypotheses(data, plan.options))
            user_groups(data, attributes_of(hypotheses))
        except InputError as error:
            problems.append(config.problem_at(("probes", plan.probe.name), str(error)))
        else:
            probes.append(PlannedProbe(plan=plan, requests=requests, hypotheses=hypotheses))
    return tuple(probes), problems


def _matched(
    config: AuditConfig, data: AuditData, claims: Sequence[Hypothesis], planned: Collection[str]
) -> tuple[Gates | None, Sequence[Problem]]:
    """Match the gates against the claims of all probes, also of those that are left out or cannot plan.

    Where a probe cannot even say what it claims, no gate is called unmatched.
    """
    unplanned: list[Hypothesis] = []
    problems: list[Problem] = []
    for plan in config.probes:
        if plan.probe.name not in planned:
            try:
                unplanned += plan.probe.hypotheses(data, plan.options)
            except InputError as error:
                problems.append(config.problem_at(("probes", plan.probe.name), str(error)))
    if problems:
        return None, problems
    try:
        return match_gates(config, [*claims, *unplanned]), ()
    except ConfigError as error:
        return None, error.problems


def sampled_data(config: AuditConfig, *, announce: Announce) -> AuditData:
    """Load the data and ask about all users, or about as many as the configuration says, drawn by its seed.

    Raises:
        InputError: If the data cannot be used.
    """
    make_importable(config.folder)
    data, settings = load_data(config, announce=announce), config.tables.audit
    everyone = data.users.index
    if settings.users is None or settings.users >= len(everyone):
        return data
    chosen = first_users(everyone.tolist(), settings.users, settings.seed)
    return replace(data, sample=everyone[everyone.isin(chosen)])


def attributes_of(hypotheses: Sequence[Hypothesis]) -> list[str]:
    """The user attributes whose groups the claims compare."""
    return list(dict.fromkeys(claim.attribute for claim in hypotheses if claim.attribute is not None))


def load_data(config: AuditConfig, *, announce: Announce) -> AuditData:
    """Load the data that `[data]` names and hold truth out."""
    table, folder = config.tables.data, config.folder

    def beside(name: str | None) -> Path | None:
        return None if name is None else folder / name

    if table.dataset is not None:
        data = load_dataset(table.dataset, path=beside(table.path), announce=announce)
    else:
        data = audit_data(
            folder / str(table.interactions),
            users=beside(table.users),
            items=beside(table.items),
            truth=beside(table.truth),
            name=config.tables.audit.name,
            columns=table.columns,
            source=str(table.interactions),
        )
    split = table.split
    return apply_split(
        data, method=split.method, n=split.n, relevant_from=split.relevant_from, seed=config.tables.audit.seed
    )


def make_importable(folder: Path) -> None:
    """Let systems be named that lie in the current folder or beside the configuration."""
    for place in (str(Path.cwd()), str(folder.resolve())):
        if place not in sys.path:
            sys.path.insert(0, place)


def why_not_run(claim: Hypothesis) -> str:
    """Why a claim cannot be tested on a system that does not offer what it needs."""
    return f"the system does not offer {claim.needs}, which this question needs"

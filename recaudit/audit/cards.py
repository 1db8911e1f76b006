"""What a reader needs beside the findings: the data, what was not tested, how to repeat the run."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recaudit.audit.config import AuditConfig
from recaudit.audit.measure import Outcome
from recaudit.audit.plan import AuditPlan
from recaudit.audit.result import Asked, DataCard, NotTested, Provenance
from recaudit.metrics import METRICS
from recaudit.probes import PROBES
from recaudit.records import Margin, UserId, digest_of
from recaudit.statistics import why_not_sequential

_REPORTED_PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "fairlearn", "numba", "implicit")


def data_card(plan: AuditPlan) -> DataCard:
    """Describe the data after splitting."""
    data, groups = plan.data, plan.groups
    relevant = data.truth.loc[data.truth["grade"] > 0, "user"].nunique()
    return DataCard(
        name=data.name,
        source=data.source,
        licence=data.licence,
        digest=data.digest,
        split=data.split,
        users=len(data.users),
        items=len(data.items),
        interactions=len(data.interactions),
        truth=len(data.truth),
        users_without_truth=len(data.users) - relevant,
        groups={name: _counts(plan, name) for name in groups.columns},
        missing={name: int(groups[name].isna().sum()) for name in groups.columns},
    )


def _counts(plan: AuditPlan, attribute: str) -> dict[str, int]:
    counts = plan.groups[attribute].value_counts()
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], str(entry[0])))
    return {str(group): int(count) for group, count in ordered}


def not_tested(plan: AuditPlan, outcomes: Sequence[Outcome]) -> tuple[NotTested, ...]:
    """List what a reader might believe was tested and was not."""
    found = [
        *untested_margins(plan.margins),
        *_probes_left_out(plan),
        *_not_offered(outcomes),
        *_users_left_out(plan),
        *_histories_cut(plan, outcomes),
        *(_left_by_looking(plan, outcomes) if plan.sequential else ()),
    ]
    if not plan.limits and not plan.margins:
        found.append(
            NotTested(what="any limit", why="the configuration has no [[gates]], so nothing was decided")
        )
    return tuple(found)


def untested_margins(margins: Sequence[Margin]) -> tuple[NotTested, ...]:
    """What is left out of a run that is compared with no baseline."""
    findings = list(dict.fromkeys(margin.finding for margin in margins))
    if not findings:
        return ()
    more = f" and {len(findings) - 3} more" if len(findings) > 3 else ""
    return (
        NotTested(
            what=f"whether anything got worse: {', '.join(findings[:3])}{more}",
            why="these gates have a margin and no baseline was given; give one with --baseline",
        ),
    )


def asked_of(plan: AuditPlan) -> Asked:
    """Describe what is asked by digest."""
    asked = plan.data.asked.tolist()
    return Asked(
        users=len(asked),
        sample=digest_of(asked),
        requests={probe.name: len(probe.requests) for probe in plan.probes},
        digests={
            probe.name: digest_of(sorted(request.id for request in probe.requests)) for probe in plan.probes
        },
    )


def _probes_left_out(plan: AuditPlan) -> Iterator[NotTested]:
    run = {probe.name for probe in plan.probes}
    for name, probe in PROBES.items():
        if name not in run:
            why = (
                "the configuration does not ask for it" if _is_absent(plan, name) else "left out with --only"
            )
            yield NotTested(what=name, why=why, question=probe.question)


def _not_offered(outcomes: Sequence[Outcome]) -> Iterator[NotTested]:
    """Systems that lack the same of a probe for the same reason stand together."""
    alike: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for outcome in outcomes:
        name, failure = outcome.result.card.name, outcome.result.failure
        if failure:
            yield NotTested(what=f"everything about {name}", why=failure)
            continue
        metrics: dict[tuple[str, str], dict[str, None]] = {}
        for finding in outcome.findings:
            if finding.verdict == "NOT_RUN":
                key = (finding.hypothesis.probe, finding.reason)
                metrics.setdefault(key, {})[finding.hypothesis.metric] = None
        for (probe, reason), names in metrics.items():
            alike.setdefault((probe, tuple(names), reason), []).append(name)
    for (probe, labels, reason), systems in alike.items():
        yield NotTested(what=f"{probe} of {', '.join(systems)}: {', '.join(labels)}", why=reason)


def _users_left_out(plan: AuditPlan) -> Iterator[NotTested]:
    everyone, asked = len(plan.data.users), len(plan.data.asked)
    if asked < everyone:
        why = f"the configuration asks about {asked:,}, drawn by the seed"
        yield NotTested(what=f"{everyone - asked:,} of {everyone:,} users", why=why)
    for table in plan.config.tables.systems:
        if table.users is not None and table.users < asked:
            why = (
                "the configuration asks it about a sample, the same for every system that is asked about few"
            )
            yield NotTested(what=f"{table.name}: {asked - table.users:,} of {asked:,} users", why=why)
    fewest = plan.config.tables.audit.min_group
    for attribute in plan.groups.columns:
        small = [group for group, count in _counts(plan, attribute).items() if count < fewest]
        if small:
            why = f"fewer than {fewest} users each; shown in the group tables and not compared"
            yield NotTested(what=f"{attribute}: {', '.join(small)}", why=why)
        missing = int(plan.groups[attribute].isna().sum())
        if missing:
            yield NotTested(what=f"{attribute} of {missing:,} users", why="the data do not say it")


def _histories_cut(plan: AuditPlan, outcomes: Sequence[Outcome]) -> Iterator[NotTested]:
    tables = {table.name: table for table in plan.config.tables.systems}
    for outcome in outcomes:
        card = outcome.result.card
        if card.reads is None:
            continue
        lengths: dict[UserId, int] = {}
        for request in plan.requests_of(tables[card.name]):
            lengths[request.user] = max(len(request.history), lengths.get(request.user, 0))
        cut = sum(length > card.reads for length in lengths.values())
        if cut:
            items = "item" if card.reads == 1 else f"{card.reads:,} items"
            yield NotTested(
                what=f"{card.name}: older items of {cut:,} of {len(lengths):,} histories",
                why=f"it reads the newest {items} of a history",
            )


def _left_by_looking(plan: AuditPlan, outcomes: Sequence[Outcome]) -> Iterator[NotTested]:
    for outcome in outcomes:
        seen, name = outcome.result.sequential, outcome.result.card.name
        if seen is not None and seen.units < seen.planned_units:
            stop = "it stopped when every gate was settled" if seen.settled else "it stopped before"
            left = seen.planned_units - seen.units
            yield NotTested(what=f"{name}: {left:,} of {seen.planned_units:,} units", why=stop)
    why_not = {claim.id: why_not_sequential(claim) for claim in plan.hypotheses}
    names = [name for name, why in why_not.items() if why]
    if names:
        yield NotTested(
            what=", ".join(names), why="a sequential run has no interval for them that holds at every look"
        )
    if len(outcomes) > 1:
        yield NotTested(
            what="systems against each other",
            why="a sequential run asks each of them about as many units as its own gates need",
        )


def glossary(plan: AuditPlan) -> dict[str, str]:
    """What the metrics of the claims are, from their docstrings; a claim of a probe's own making says so itself."""
    named = {claim.metric.partition("@")[0] for claim in plan.hypotheses}
    return {
        name: f"{spec.summary} Between {spec.bounds[0]:g} and {spec.bounds[1]:g}. Source: {spec.reference}."
        for name, spec in METRICS.items()
        if name in named
    }


def _is_absent(plan: AuditPlan, probe: str) -> bool:
    return all(entry.probe.name != probe for entry in plan.config.probes)


def provenance(config: AuditConfig, *, started: str, seconds: float) -> Provenance:
    """Record what is needed to trust and repeat the run."""
    settings = config.tables.audit
    return Provenance(
        recaudit_version=version("recaudit"),
        versions={"python": platform.python_version(), **_versions()},
        config_name=_below_here(config.path),
        config_text=config.text,
        config_digest=config.digest,
        seed=settings.seed,
        confidence=settings.confidence,
        resamples=settings.resamples,
        min_group=settings.min_group,
        started=started,
        seconds=round(seconds, 2),
        inconclusive=settings.inconclusive,
    )


def _below_here(path: Path) -> str:
    """A path below the current folder as such, another one by its name alone."""
    whole, here = path.resolve(), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else Path(path.name)).as_posix()


def _versions() -> dict[str, str]:
    found = {}
    for package in _REPORTED_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found

"""What a reader needs beside the findings: the data, what was not tested, how to repeat the run."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from recaudit.audit.config import AuditConfig
from recaudit.audit.measure import Outcome
from recaudit.audit.plan import AuditPlan
from recaudit.audit.result import DataCard, NotTested, Provenance
from recaudit.probes import PROBES

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
    found: list[NotTested] = []
    run = {probe.name for probe in plan.probes}
    for name, probe in PROBES.items():
        if name not in run:
            why = (
                "the configuration does not ask for it" if _is_absent(plan, name) else "left out with --only"
            )
            found.append(NotTested(what=f"{name}: {probe.question}", why=why))
    for outcome in outcomes:
        if outcome.result.failure:
            found.append(
                NotTested(what=f"everything about {outcome.result.card.name}", why=outcome.result.failure)
            )
            continue
        metrics: dict[tuple[str, str], dict[str, None]] = {}
        for finding in outcome.findings:
            if finding.verdict == "NOT_RUN":
                key = (finding.hypothesis.probe, finding.reason)
                metrics.setdefault(key, {})[finding.hypothesis.metric] = None
        found.extend(
            NotTested(what=f"{probe} of {outcome.result.card.name}: {', '.join(names)}", why=reason)
            for (probe, reason), names in metrics.items()
        )
    settings = plan.config.tables.audit
    if len(plan.users) < len(plan.data.users):
        left = len(plan.data.users) - len(plan.users)
        why = f"the configuration asks about {len(plan.users):,}, drawn by the seed"
        found.append(NotTested(what=f"{left:,} of {len(plan.data.users):,} users", why=why))
    for attribute in plan.groups.columns:
        small = [group for group, count in _counts(plan, attribute).items() if count < settings.min_group]
        if small:
            found.append(
                NotTested(
                    what=f"{attribute}: {', '.join(small)}",
                    why=f"fewer than {settings.min_group} users each; shown in the group tables and not compared",
                )
            )
        missing = int(plan.groups[attribute].isna().sum())
        if missing:
            found.append(NotTested(what=f"{attribute} of {missing:,} users", why="the data do not say it"))
    if not plan.limits:
        found.append(
            NotTested(what="any limit", why="the configuration has no [[gates]], so nothing was decided")
        )
    return tuple(found)


def _is_absent(plan: AuditPlan, probe: str) -> bool:
    return all(entry.probe.name != probe for entry in plan.config.probes)


def provenance(config: AuditConfig, *, started: str, seconds: float) -> Provenance:
    """Record what is needed to trust and repeat the run."""
    settings = config.tables.audit
    return Provenance(
        recaudit_version=version("recaudit"),
        versions={"python": platform.python_version(), **_versions()},
        config_text=config.text,
        config_digest=config.digest,
        seed=settings.seed,
        confidence=settings.confidence,
        resamples=settings.resamples,
        started=started,
        seconds=round(seconds, 2),
        inconclusive=settings.inconclusive,
    )


def _versions() -> dict[str, str]:
    found = {}
    for package in _REPORTED_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found

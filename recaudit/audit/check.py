"""Everything that is wrong with an audit, at once and before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recaudit.audit.build import BuiltSystem, build_system
from recaudit.audit.config import AuditConfig, load_config
from recaudit.audit.forecast import Forecast, forecast_of
from recaudit.audit.plan import AuditPlan, plan_over, sampled_data
from recaudit.audit.progress import Progress, silent
from recaudit.datasets import AuditData
from recaudit.datasets.assets import Announce
from recaudit.datasets.assets import silent as say_nothing
from recaudit.errors import ConfigError, InputError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check saw.

    Attributes:
        problems: Everything that keeps the audit from running in full, None if nothing does.
        forecast: What a run would do; None if it could not begin.
    """

    problems: ConfigError | None
    forecast: Forecast | None


def check_audit(path: Path, *, progress: Progress = silent, announce: Announce = say_nothing) -> Checked:
    """Look at a configuration, its data, its systems and its gates; asks no system anything.

    What rests on something that is wrong is not looked at: with a problem in the file itself, nothing but the file.

    Raises:
        InputError: If there is no such file.
    """
    try:
        config = load_config(path)
    except ConfigError as error:
        return Checked(problems=error, forecast=None)
    progress("loading data", 0, 1)
    try:
        data = sampled_data(config, announce=announce)
    except InputError as error:
        problem = config.problem_at(("data",), str(error))
        return Checked(problems=ConfigError(path, [problem]), forecast=None)
    progress("loading data", 1, 1)
    plan, problems = _planned(config, data)
    systems, unbuilt = _built(config, data, progress)
    problems += unbuilt
    return Checked(
        problems=ConfigError(path, problems) if problems else None,
        forecast=None if plan is None else forecast_of(plan, systems),
    )


def _planned(config: AuditConfig, data: AuditData) -> tuple[AuditPlan | None, list[Problem]]:
    try:
        return plan_over(data, config), []
    except ConfigError as error:
        return None, list(error.problems)


def _built(
    config: AuditConfig, data: AuditData, progress: Progress
) -> tuple[list[BuiltSystem], list[Problem]]:
    systems: list[BuiltSystem] = []
    problems: list[Problem] = []
    tables = config.tables.systems
    for position, table in enumerate(tables):
        progress(f"building {table.name}", position, len(tables))
        try:
            built = build_system(table, data, config.folder)
        except InputError as error:
            problems.append(config.problem_at(("systems", position), str(error)))
            continue
        if built.failure:
            message = f"system '{table.name}': {built.failure}"
            problems.append(config.problem_at(("systems", position), message))
        else:
            systems.append(built)
    progress("building systems", len(tables), len(tables))
    return systems, problems

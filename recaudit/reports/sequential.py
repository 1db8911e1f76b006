"""How far a sequential run went with a system, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.reports.language import _
from recaudit.reports.numbers import show_count

if TYPE_CHECKING:
    from recaudit.audit.result import SequentialRun


def sequential_words(system: str, run: SequentialRun) -> str:
    """Say in one sentence what was asked, and whether that settled the gates."""
    if run.settled:
        message = _(
            "{system}: asked {requests} of {planned_requests} planned requests about {units} of {planned_units} units, "
            "in {looks} batches of {batch}, until intervals that hold at every look had settled every gate: {saved} "
            "requests saved."
        )
    elif run.units == run.planned_units:
        message = _(
            "{system}: asked {requests} of {planned_requests} planned requests about {units} of {planned_units} units, "
            "in {looks} batches of {batch}, and not every gate is settled: no request saved."
        )
    else:
        message = _(
            "{system}: asked {requests} of {planned_requests} planned requests about {units} of {planned_units} units, "
            "in {looks} batches of {batch}, and stopped before every gate was settled; go on with --resume."
        )
    return message.format(
        system=system,
        requests=show_count(run.requests),
        planned_requests=show_count(run.planned_requests),
        units=show_count(run.units),
        planned_units=show_count(run.planned_units),
        looks=show_count(run.looks),
        batch=show_count(run.batch),
        saved=show_count(run.saved),
    )

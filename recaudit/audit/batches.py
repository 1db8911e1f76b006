"""The batches in which a sequential run asks a system, and how many of them it has finished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from recaudit.audit.config_tables import SystemTable
from recaudit.audit.plan import AuditPlan
from recaudit.records import Capability, Request, UserId, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some units with everything that is asked about them."""

    units: tuple[UserId, ...]
    requests: tuple[Request, ...]


def batches_of(plan: AuditPlan, system: SystemTable, offers: Collection[Capability]) -> tuple[Batch, ...]:
    """Everything a system is asked, in batches of units in random order.

    Seed and unit alone decide the place, so that a run that goes on has the same batches, and all systems the same
    order.
    """
    settings = plan.config.tables.audit
    of_unit: dict[UserId, list[Request]] = {}
    for request in plan.requests_of(system):
        if request.needs in offers:
            of_unit.setdefault(request.unit, []).append(request)
    order = sorted(of_unit, key=lambda unit: digest_of(["batches", settings.seed, unit]))
    parts = (order[start : start + settings.batch] for start in range(0, len(order), settings.batch))
    return tuple(
        Batch(units=tuple(units), requests=tuple(request for unit in units for request in of_unit[unit]))
        for units in parts
    )


def finished(batches: Sequence[Batch], answered: Collection[str]) -> int:
    """How many batches from the first one on have an answer to every request."""
    for count, batch in enumerate(batches):
        if any(request.id not in answered for request in batch.requests):
            return count
    return len(batches)

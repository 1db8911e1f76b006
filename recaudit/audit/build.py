"""Building the audited systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recaudit.adapters import build
from recaudit.audit.config_tables import SystemTable
from recaudit.audit.progress import timed
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Recommender, SystemCard


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSystem:
    """A system ready to be asked, or the reason why there is none.

    Attributes:
        card: What it is, under its name in the configuration.
        recommender: None if it could not be built.
        failure: Why not, else "".
        seconds: How long building took.
    """

    card: SystemCard
    recommender: Recommender | None
    failure: str
    seconds: float


def build_system(table: SystemTable, data: AuditData, folder: Path) -> BuiltSystem:
    """Build one system of the configuration; one that raises is an entry with a failure.

    Args:
        table: Of the configuration.
        data: What the audit runs on.
        folder: What its path is relative to.

    Raises:
        InputError: If a person can mend it: an unknown option, a file that cannot be used.
    """
    seconds: dict[str, float] = {}
    recommender, failure = None, ""
    with timed(seconds, "build"):
        try:
            recommender = build(table.adapter, data, _resolved(table.options, folder))
        except InputError as error:
            raise type(error)(f"system '{table.name}': {error}") from error
        except Exception as error:  # noqa: BLE001 - whatever the audited system raises is a finding about it
            failure = f"it could not be built: {type(error).__name__}: {error}"
    card = SystemCard(name=table.name) if recommender is None else replace(recommender.card, name=table.name)
    return BuiltSystem(card=card, recommender=recommender, failure=failure, seconds=seconds["build"])


def _resolved(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    path = options.get("path")
    return {**options, "path": str(folder / path)} if isinstance(path, str) else dict(options)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from recaudit.audit import AuditResult

CONFIG = """
[audit]
name = "tiny"
seed = 3
resamples = 400
min_group = 10
[data]
interactions = "interactions.csv"
users = "users.csv"
items = "items.csv"
[data.split]
n = 3
[probes.quality]
metrics = ["ndcg@5", "hit@5"]
attributes = ["gender"]
[probes.popularity]
metrics = ["log_popularity_difference@5", "gini@5", "coverage@5"]
attributes = ["gender"]
"""


@pytest.fixture
def timeless() -> Callable[[AuditResult], AuditResult]:
    """The same result without the times, which differ between any two runs."""

    def without(result: AuditResult) -> AuditResult:
        systems = tuple(
            replace(system, seconds={}, usage=replace(system.usage, throughput=None))
            for system in result.systems
        )
        return replace(
            result, systems=systems, provenance=replace(result.provenance, started="", seconds=0.0)
        )

    return without


@pytest.fixture
def write_config(tmp_path: Path, tiny_tables: dict[str, pd.DataFrame]) -> Callable[[str], Path]:
    """Write the tiny tables and a configuration with the given systems and gates beside them."""
    for name, table in tiny_tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)

    def write(rest: str, *, old: str = "", new: str = "") -> Path:
        path = tmp_path / "audit.toml"
        path.write_text(CONFIG.replace(old, new) + rest if old else CONFIG + rest)
        return path

    return write

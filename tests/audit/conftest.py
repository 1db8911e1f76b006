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


MODEL = """
import random
from recaudit.records import Answer, SystemCard

class Model:
    offers = frozenset({"lists"})

    def __init__(self, data, skill, drop, draw, noisy):
        self.card = SystemCard(name="model")
        self.truth = data.truth.groupby("user")["item"].apply(list).to_dict()
        self.women = set(data.users.index[data.users["gender"] == "F"])
        self.skill, self.drop, self.draw, self.noisy = skill, drop, draw, noisy

    def recommend(self, requests):
        for one in requests:
            chance = self.skill - self.drop * (one.user in self.women)
            rng = random.Random(f"{one.seed if self.noisy else one.user}/{self.draw}")
            known = [item for item in self.truth[one.user] if rng.random() < chance]
            others = [item for item in range(40) if item not in self.truth[one.user]]
            yield Answer(request=one.id, items=tuple((known + others)[: one.k]))

def model(data, skill=0.5, drop=0.0, draw=0, noisy=False):
    return Model(data, skill, drop, draw, noisy)
"""
GATED = """
[[systems]]
name = "model"
adapter = "skilled:model"
options = {{ {options} }}
[[gates]]
finding = "quality/ndcg@5"
min = 0.1
margin = {margin}
[[gates]]
finding = "quality/gender/ndcg@5-worst"
margin = {margin}
[[gates]]
finding = "popularity/coverage@5"
min = 0.01
"""


@pytest.fixture
def skilled(write_config: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Write a configuration with a model of known skill, two gates with a margin, and one without."""
    (tmp_path / "skilled.py").write_text(MODEL)

    def write(options: str = "", margin: float = 0.15, more: str = "", **changes: str) -> Path:
        return write_config(GATED.format(options=options, margin=margin) + more, **changes)

    return write


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

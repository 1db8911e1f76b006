"""The audits that come with recaudit."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from recaudit.adapters import ADAPTERS
from recaudit.audit.config import AuditConfig, parse_config
from recaudit.audit.plan import make_plan
from recaudit.cli.demo import EXPECT


def demo(name: str) -> AuditConfig:
    text = resources.files("recaudit").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse_config(text, Path(f"{name}.toml"))


@pytest.mark.parametrize("name", EXPECT)
def test_every_system_is_known_and_every_gate_is_about_something(
    name: str, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDIT_DATA", str(shared_data))
    config = demo(name)
    assert {table.adapter for table in config.tables.systems} <= set(ADAPTERS.names())
    plan = make_plan(config, announce=lambda _: None)
    gated = {claim for _, claim in plan.limits}
    assert gated == {gate.finding for gate in config.tables.gates}
    asked = {table.name: len(plan.requests_of(table)) for table in config.tables.systems}
    assert asked["SmolLM2 reranks"] < asked["random"] / 5


def test_the_quick_one_is_part_of_the_whole() -> None:
    whole, quick = demo("demo").tables, demo("demo-quick").tables
    systems = {table.name: table for table in whole.systems}
    assert all(systems[table.name] == table for table in quick.systems)
    assert all(whole.probes[name] == options for name, options in quick.probes.items())

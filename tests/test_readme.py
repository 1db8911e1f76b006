"""What the README shows is run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from stub_server import Reply, StubServer, completion

import recaudit
from recaudit.probes.lists import plan_lists

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str, holding: str) -> str:
    [found] = [code for code in re.findall(rf"```{language}\n(.*?)```", README, re.S) if holding in code]
    return str(found)


def test_the_configuration_runs(tmp_path: Path, tiny_tables: dict[str, pd.DataFrame]) -> None:
    users = tiny_tables["users"].rename(columns={"city": "region"})
    for name, table in {**tiny_tables, "users": users}.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    lists = pd.DataFrame(
        {"user": [f"u{user:02d}" for user in range(80) for _ in range(10)], "item": [*range(10)] * 80}
    )
    lists.to_parquet(tmp_path / "recommendations.parquet")
    (tmp_path / "audit.toml").write_text(block("toml", "release candidate"))
    result = recaudit.run_audit(tmp_path / "audit.toml", out=tmp_path / "run")
    assert {finding.hypothesis.id for finding in result.gated} == {
        "quality/ndcg@10",
        "quality/gender/ndcg@10-gap",
    }
    assert {finding.system for finding in result.gated} == {"release candidate"}


def test_the_configuration_for_a_language_model_runs(
    tmp_path: Path, shared_data: Path, stub_server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDIT_DATA", str(shared_data))
    config = block("toml", "film assistant").replace("http://localhost:8000", stub_server.url)
    config = config.replace(", requests_per_minute = 500", "").replace("users = 200 ", "users = 30 ")
    config = config.replace('attributes = ["gender"]', 'attributes = ["gender"]\nunits = 20')
    (tmp_path / "audit.toml").write_text(config)
    stub_server.behave = lambda _: Reply(body=completion("1. Toy Story (1995)\n2. Heat\n3. The Made-up Film"))
    result = recaudit.run_audit(tmp_path / "audit.toml", out=tmp_path / "run")
    assert result.systems[0].failure == ""
    assert result.systems[0].usage.calls == len(stub_server.received) == 30 + 20 * 12
    assert {finding.hypothesis.id for finding in result.gated} == {
        "counterfactual/gender/jaccard@10",
        "counterfactual/gender/refused-gap",
    }


def test_the_ten_lines_are_an_adapter(tiny_data: recaudit.AuditData) -> None:
    scope: dict[str, object] = {"NEWEST": list(range(40))}
    exec(block("python", "newest first"), scope)  # noqa: S102 - our own README
    factory = scope["newest"]
    [request] = plan_lists(tiny_data, 5, 0)[:1]
    [answer] = factory(tiny_data).recommend([request])  # type: ignore[operator]
    assert len(answer.items) == 5
    assert not set(answer.items) & set(request.history)


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "init",
        "check",
        "run",
        "measure",
        "report",
        "baseline",
        "compare",
        "gate",
        "calibrate",
        "export-requests",
        "import-answers",
        "list",
        "show",
        "schema",
        "doctor",
    ],
)
def test_the_commands_that_the_readme_names_exist(command: str) -> None:
    from typer.main import get_command

    from recaudit.cli import app

    assert f"recaudit {command}" in README
    assert command in get_command(app).commands  # type: ignore[attr-defined]

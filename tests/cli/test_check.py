from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from recaudit.cli import app

CONFIG = """
[audit]
min_group = 10
[data]
interactions = "interactions.csv"
[data.split]
n = 3
[[systems]]
name = "popularity"
adapter = "popularity"
[probes.quality]
metrics = ["ndcg@5"]
[[gates]]
finding = "{finding}"
min = 0.1
"""


@pytest.fixture(autouse=True)
def tables(tmp_path: Path, tiny_tables: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_tables["interactions"].to_csv("interactions.csv", index=False)


@pytest.mark.parametrize(
    ("finding", "code", "said"),
    [
        ("quality/ndcg@5", 0, "audit.toml: nothing is wrong"),
        ("quality/x", 2, "error: audit.toml:14: no finding is called 'quality/x'"),
    ],
)
def test_the_exit_code_says_whether_a_run_could_begin(finding: str, code: int, said: str) -> None:
    Path("audit.toml").write_text(CONFIG.format(finding=finding))
    done = CliRunner().invoke(app, ["check", "audit.toml"])
    assert done.exit_code == code
    assert said in done.stderr
    assert not Path("runs").exists()


def test_problems_and_forecast_read_as_json() -> None:
    Path("audit.toml").write_text(CONFIG.format(finding="quality/ndcg@5"))
    seen = json.loads(CliRunner().invoke(app, ["check", "audit.toml", "--json"]).stdout)
    assert seen["problems"] == []
    assert seen["forecast"]["gates"][0]["units"] == 80


def test_the_schema_is_written_where_editors_look(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(app, ["schema", "--out", "recaudit.schema.json"]).exit_code == 0
    written = Path("recaudit.schema.json").read_text(encoding="utf-8")
    assert written == CliRunner().invoke(app, ["schema"]).stdout
    assert "quality" in json.loads(written)["properties"]["probes"]["properties"]
    assert "#:schema recaudit.schema.json" in CliRunner().invoke(app, ["schema", "--help"]).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_RECAUDIT_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "recaudit che")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("COMP_WORDS", "recaudit che")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit):
        app(prog_name="recaudit")
    assert "check" in capsys.readouterr().out

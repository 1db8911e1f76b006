from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from recaudit.audit import make_baseline, run_audit
from recaudit.cli import main

CONFIG = """
[audit]
resamples = 300
min_group = 10
[data]
interactions = "interactions.csv"
users = "users.csv"
[data.split]
n = 3
[[systems]]
name = "model"
adapter = "{adapter}"
[probes.quality]
metrics = ["ndcg@5"]
attributes = ["gender"]
[[gates]]
finding = "quality/ndcg@5"
min = 0.001
margin = 0.1
"""


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, tiny_tables: dict[str, pd.DataFrame]) -> Path:
    """A folder with a good run and its baseline, and a run of a worse model."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("interactions", "users"):
        tiny_tables[name].to_csv(folder / f"{name}.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for adapter, out in (("popularity", "good"), ("random", "bad")):
            Path("audit.toml").write_text(CONFIG.format(adapter=adapter))
            assert run_audit("audit.toml", out=Path(out)).verdict == "PASS"
        make_baseline(Path("good"), Path("audit-baseline.json"))
    return folder


@pytest.fixture
def based(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def recaudit(based: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in that folder, without a process of its own."""
    for key in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.chdir(based)

    def call(*arguments: str, **environment: str) -> Done:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["recaudit", *arguments])
            for key, value in environment.items():
                patch.setenv(key, value)
            with pytest.raises(SystemExit) as ended:
                main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return call


def test_a_baseline_is_two_files_and_says_what_did_not_pass(recaudit: Command) -> None:
    done = recaudit("baseline", "good", "--out", "kept/base.json")
    assert done.stdout.split() == ["kept/base.json", "kept/base.values.parquet"]
    assert done.stderr == ""
    assert recaudit("gate", "good", "--baseline", "kept/base.json").returncode == 0


def test_a_worse_model_fails_against_the_baseline_at_once_and_afterwards(
    recaudit: Command, based: Path
) -> None:
    before = {path.name: path.read_bytes() for path in (based / "bad").iterdir()}
    done = recaudit("gate", "bad", "--baseline", "audit-baseline.json", "--json")
    assert done.returncode == 1
    outcome = json.loads(done.stdout)
    assert outcome["exit_code"] == 1
    assert [(one["finding"], one["verdict"]) for one in outcome["gates"]] == [
        ("quality/ndcg@5", "PASS"),
        ("quality/ndcg@5-change", "FAIL"),
    ]
    assert {path.name: path.read_bytes() for path in (based / "bad").iterdir()} == before
    at_once = recaudit("run", "audit.toml", "--out", "again", "--baseline", "audit-baseline.json")
    assert at_once.returncode == 1
    assert "change of ndcg@5 since the baseline" in at_once.stdout
    root = ET.parse(based / "again" / "junit.xml").getroot()  # noqa: S314 - made here
    assert root.attrib["failures"] == "1"
    assert "change of ndcg&#64;5" in (based / "again" / "summary.md").read_text()
    measured = recaudit("measure", "again", "--baseline", "audit-baseline.json")
    assert measured.returncode == 1
    assert recaudit("gate", "again").returncode == 1


def test_a_gate_may_write_its_reports_elsewhere(recaudit: Command, based: Path) -> None:
    done = recaudit("gate", "bad", "--baseline", "audit-baseline.json", "--out", "gated")
    assert done.returncode == 1
    assert "Report: gated/report.html" in done.stdout
    assert {path.name for path in (based / "gated").iterdir()} == {
        "findings.csv",
        "junit.xml",
        "report.html",
        "result.json",
        "summary.md",
    }
    blocked = recaudit("gate", "bad", "--out", "audit.toml/below")
    assert blocked.returncode == 2
    assert "cannot be written" in blocked.stderr
    assert "Traceback" not in blocked.stderr


def test_github_gets_a_summary_and_annotations_and_stdout_stays_json(recaudit: Command, based: Path) -> None:
    (based / "step.md").write_text("before\n")
    done = recaudit(
        "gate",
        "bad",
        "--baseline",
        "audit-baseline.json",
        "--json",
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY="step.md",
    )
    assert json.loads(done.stdout)["verdict"] == "FAIL"
    line = CONFIG.format(adapter="random").splitlines().index('finding = "quality/ndcg@5"') + 1
    assert f"::error file=audit.toml,line={line},title=FAIL quality/ndcg@5-change::model" in done.stderr
    assert (based / "step.md").read_text().startswith("before\n# ✕ FAIL: audit")
    lost = recaudit("gate", "bad", GITHUB_STEP_SUMMARY="no/such/folder/step.md")
    assert lost.returncode == 0
    assert "the job summary no/such/folder/step.md cannot be written" in lost.stderr


def test_a_configuration_that_changed_since_the_run_is_told(recaudit: Command, based: Path) -> None:
    told = "audit.toml has changed since this run"
    assert told not in recaudit("gate", "bad").stderr
    path = based / "audit.toml"
    path.write_text("# a comment\n" + path.read_text())
    assert told not in recaudit("gate", "bad").stderr
    path.write_text(path.read_text().replace("margin = 0.1", "margin = 0.9"))
    done = recaudit("gate", "bad", "--baseline", "audit-baseline.json")
    assert told in done.stderr
    assert done.returncode == 1
    path.write_text("[")
    assert told in recaudit("gate", "bad").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gate", "bad", "--baseline", "audit-baselin.json"), "did you mean 'audit-baseline.json'?"),
        (("baseline", "nowhere"), "error: no result at nowhere"),
        (("compare", "good", "nowhere"), "error: no result at nowhere"),
        (("baseline", "good", "--out", "audit.toml/x.json"), "cannot be written"),
        (("run", "audit.toml", "--out", "audit.toml/run"), "cannot be made"),
        (("run", "audit.toml", "--out", "new", "--baseline", "none.json"), "no baseline at none.json"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(
    recaudit: Command, based: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = recaudit(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (based / "new").exists()


def test_runs_are_compared_in_every_form(recaudit: Command, based: Path) -> None:
    text = recaudit("compare", "good", "bad")
    assert text.returncode == 0
    assert "Worse (2)" in text.stdout
    for form, start in (("md", "# audit: "), ("html", "<!doctype html>"), ("json", "{")):
        done = recaudit("compare", "audit-baseline.json", "bad", "--format", form, "--out", f"c.{form}")
        assert done.stdout == f"c.{form}\n"
        assert (based / f"c.{form}").read_text().startswith(start)

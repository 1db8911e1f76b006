from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recaudit.cli import app
from recaudit.cli.init import Template, starter
from recaudit.errors import InputError

RUNNER = CliRunner()


@pytest.mark.parametrize(
    "template",
    [
        Template.classic,
        Template.files,
        pytest.param(Template.http, marks=pytest.mark.slow),
        pytest.param(Template.llm, marks=pytest.mark.slow),
    ],
)
def test_a_starter_ends_in_a_green_run_by_the_command_it_prints(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    begun = RUNNER.invoke(app, ["init", "new", "--template", template.value])
    assert begun.exit_code == 0
    assert begun.stderr == "now run: cd new && recaudit run audit.toml\n"
    assert {tmp_path / line for line in begun.stdout.split()} == {
        path for path in (tmp_path / "new").rglob("*") if path.is_file()
    }
    monkeypatch.chdir(tmp_path / "new")
    text = Path("audit.toml").read_text()
    Path("audit.toml").write_text(text.replace("seed = 1 ", "resamples = 300\nseed = 1 "))
    done = RUNNER.invoke(app, ["run", "audit.toml"])
    assert "2 of 2 gates passed." in done.stdout, done.output
    assert done.exit_code == 0


def test_starters_are_the_same_every_time_and_explain_themselves() -> None:
    for template in Template:
        files = starter(template)
        assert files == starter(template)
        config = tomllib.loads(files["audit.toml"])
        assert len(config["gates"]) == 2
        assert "recaudit schema" in files["audit.toml"]
        assert {
            "pytest.ini",
            "test_audit.py",
            ".github/workflows/audit.yml",
            "data/users.csv",
        } <= files.keys()


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("audit.toml").write_text("mine")
    Path("pytest.ini").write_text("mine")
    with pytest.raises(InputError, match=r"audit.toml, pytest.ini exist, and nothing is overwritten"):
        RUNNER.invoke(app, ["init"], catch_exceptions=False)
    assert Path("audit.toml").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.toml", "pytest.ini"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written: "):
        RUNNER.invoke(app, ["init", str(tmp_path / "new")], catch_exceptions=False)


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("")
    with pytest.raises(InputError, match="cannot be written: "):
        RUNNER.invoke(app, ["init", str(tmp_path / "new")], catch_exceptions=False)


@pytest.mark.slow
def test_the_starter_for_pytest_is_green_under_pytest(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["init", str(tmp_path), "--template", "pytest"])
    assert done.stderr == f"now run: cd {tmp_path} && pytest\n"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    tested = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout
    assert "4 passed" in tested.stdout

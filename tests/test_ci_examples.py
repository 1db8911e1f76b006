from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.main import get_command

from recaudit.audit.decide import EXIT_CODES
from recaudit.cli import app

CI = Path(__file__).parents[1] / "examples" / "ci"


def parsed(name: str) -> dict[Any, Any]:
    content = yaml.safe_load((CI / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def check_command(line: str) -> None:
    """A line such as `recaudit run X --out Y` names a command and options that there are."""
    program, command, *arguments = shlex.split(line)
    assert program == "recaudit"
    known = get_command(app)
    found = known.get_command(typer.Context(known), command)  # type: ignore[attr-defined]
    assert found is not None
    options = {option for parameter in found.params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= options


@pytest.mark.parametrize("baseline", ["", "my baseline.json"])
def test_the_action_runs_the_audit_and_hands_its_exit_code_on(tmp_path: Path, baseline: str) -> None:
    action = parsed("action.yml")
    assert action["runs"]["using"] == "composite"
    audit, keep = action["runs"]["steps"]
    assert keep["if"] == "always()"
    assert "${{" not in audit["run"], "inputs reach the shell as variables, never as code"
    for value in (*audit["env"].values(), *keep["with"].values()):
        for name in re.findall(r"inputs\.(\w+)", str(value)):
            assert name in action["inputs"]
    stub = tmp_path / "recaudit"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > arguments\nexit 4\n')
    stub.chmod(0o755)
    around = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CONFIG": "an $(audit).toml",
        "OUT": "run",
        "BASELINE": baseline,
    }
    done = subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", audit["run"]], cwd=tmp_path, env=around, check=False
    )
    assert done.returncode == 4
    arguments = (tmp_path / "arguments").read_text().splitlines()
    expected = ["run", "an $(audit).toml", "--out", "run"]
    assert arguments == [*expected, *(["--baseline", baseline] if baseline else [])]
    check_command(shlex.join(["recaudit", *arguments]))


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    workflow = parsed("workflow.yml")
    assert set(workflow[True]) == {"pull_request", "push"}  # YAML reads "on" so
    [used] = [
        step for step in workflow["jobs"]["audit"]["steps"] if step.get("uses", "").endswith("/recaudit")
    ]
    inputs = parsed("action.yml")["inputs"]
    assert set(used["with"]) <= set(inputs)
    assert {name for name, given in inputs.items() if given.get("required")} <= set(used["with"])


def test_the_gitlab_job_names_commands_and_files_that_there_are() -> None:
    job = parsed("gitlab-ci.yml")["audit"]
    [command] = [line for line in job["script"] if line.startswith("recaudit")]
    check_command(command)
    out = shlex.split(command)[shlex.split(command).index("--out") + 1]
    assert job["artifacts"]["reports"]["junit"] == f"{out}/junit.xml"
    assert job["allow_failure"]["exit_codes"] == [EXIT_CODES["INCONCLUSIVE"]]

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

GATE = '[[gates]]\nfinding = "quality/ndcg@5"\nmin = {limit}\n'
SYSTEM = '[[systems]]\nname = "popularity"\nadapter = "popularity"\n'
CONFIG = """
[audit]
resamples = 300
min_group = 10
inconclusive = "{policy}"
[data]
interactions = "interactions.csv"
users = "users.csv"
[data.split]
n = 3
[probes.quality]
metrics = ["ndcg@5"]
attributes = ["gender"]
"""


def recaudit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recaudit.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def write(tmp_path: Path, tiny_tables: dict[str, pd.DataFrame]) -> Callable[..., Path]:
    for name in ("interactions", "users"):
        tiny_tables[name].to_csv(tmp_path / f"{name}.csv", index=False)

    def config(limit: float | None, policy: str = "fail") -> Path:
        gate = "" if limit is None else GATE.format(limit=limit)
        path = tmp_path / "audit.toml"
        path.write_text(CONFIG.format(policy=policy) + SYSTEM + gate)
        return path

    return config


def test_a_run_passes_writes_everything_and_is_quiet_on_stderr(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write(0.001)
    done = recaudit("run", "audit.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "PASS" in done.stdout
    assert "Report: out/report.html" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "evidence.sqlite",
        "findings.csv",
        "groups.parquet",
        "junit.xml",
        "measurements.parquet",
        "report.html",
        "result.json",
        "summary.md",
    }
    assert "Warning" not in done.stderr


@pytest.mark.parametrize(
    ("limit", "policy", "expected"),
    [
        (0.9, "fail", ("FAIL", 1)),
        (None, "fail", ("NOT_RUN", 3)),
        (0.35, "fail", ("INCONCLUSIVE", 4)),
        (0.35, "warn", ("INCONCLUSIVE", 0)),
    ],
)
def test_exit_codes_follow_the_verdict_also_when_gated_again(
    write: Callable[..., Path], tmp_path: Path, limit: float | None, policy: str, expected: tuple[str, int]
) -> None:
    write(limit, policy)
    done = recaudit("run", "audit.toml", "--out", "out", "--json", cwd=tmp_path)
    outcome = json.loads(done.stdout)
    assert (outcome["verdict"], done.returncode) == expected
    assert outcome["exit_code"] == done.returncode
    again = recaudit("gate", "out", "--json", cwd=tmp_path)
    assert (again.returncode, json.loads(again.stdout)) == (done.returncode, outcome)


def test_a_report_can_be_rendered_again_from_the_result_alone(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(0.001)
    path.write_text(path.read_text() + "[probes.popularity]\nmetrics = ['gini@5', 'arp@5']\n")
    recaudit("run", "audit.toml", "--out", "out", cwd=tmp_path)
    first = (tmp_path / "out" / "report.html").read_bytes()
    for name in ("report.html", "evidence.sqlite", "measurements.parquet"):
        (tmp_path / "out" / name).unlink()
    done = recaudit("report", "out", cwd=tmp_path)
    assert done.stdout.strip() == "out/report.html"
    assert (tmp_path / "out" / "report.html").read_bytes() == first
    small = recaudit("report", "out", "--no-charts", cwd=tmp_path)
    assert small.returncode == 0
    assert len((tmp_path / "out" / "report.html").read_bytes()) < len(first) / 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "none.toml"), "error: no configuration at none.toml"),
        (("gate", "nowhere"), "error: no result at nowhere"),
        (("show", "ndgc"), "error: unknown name 'ndgc', did you mean 'ndcg'?"),
        (("list", "metric"), "'metric' is not one of"),
        (("run", "audit.toml", "--only", "x"), "error: unknown probe of this configuration"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(
    write: Callable[..., Path], tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    write(0.1)
    done = recaudit(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_every_problem_of_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[audit]\nsed = 1\n[data]\ndataset = 'x'\n[probes.quality]\n")
    done = recaudit("run", "a.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert "error: a.toml:2: unknown key 'audit.sed', did you mean 'seed'?" in done.stderr


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("metrics", "ndcg"),
        ("probes", "counterfactual"),
        ("adapters", "openai"),
        ("datasets", "movielens-100k"),
    ],
)
def test_what_is_listed_can_be_shown(tmp_path: Path, kind: str, name: str) -> None:
    listed = json.loads(recaudit("list", kind, "--json", cwd=tmp_path).stdout)
    assert listed[name]
    assert all(listed.values())
    shown = recaudit("show", name, cwd=tmp_path)
    assert shown.returncode == 0
    assert listed[name][:40] in shown.stdout


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom recaudit.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'plotly', 'fairlearn', 'numba', 'pydantic', 'openai', 'httpx2',\n"
        "         'torch', 'transformers', 'rapidfuzz', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


SLOW = """
import pathlib, time
from recaudit import recommender

@recommender(name="slow")
def slow(request):
    pathlib.Path("asked").touch()
    time.sleep(60)
"""


def test_an_interrupted_run_exits_with_130_and_keeps_what_it_had(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    config = write(0.001)
    (tmp_path / "slow_system.py").write_text(SLOW)
    config.write_text(config.read_text() + '[[systems]]\nname = "slow"\nadapter = "slow_system:slow"\n')
    command = [sys.executable, "-m", "recaudit.cli", "run", "audit.toml", "--out", "out"]
    running = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if (tmp_path / "asked").exists():
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert (
        "every answer so far is kept and nothing was decided; go on with: recaudit run audit.toml --out out"
        in said
    )
    assert "Traceback" not in said
    with sqlite3.connect(tmp_path / "out" / "evidence.sqlite") as evidence:
        assert evidence.execute("SELECT system, count(*) FROM answer").fetchone() == ("popularity", 80)
    evidence.close()


def test_evidence_is_measured_again_to_the_same_exit_code(write: Callable[..., Path], tmp_path: Path) -> None:
    write(0.9)
    assert recaudit("run", "audit.toml", "--out", "out", cwd=tmp_path).returncode == 1
    for name in ("result.json", "report.html"):
        (tmp_path / "out" / name).unlink()
    again = recaudit("measure", "out", "--json", cwd=tmp_path)
    assert again.returncode == 1
    assert json.loads(again.stdout)["verdict"] == "FAIL"
    assert (tmp_path / "out" / "report.html").is_file()
    (tmp_path / "audit.toml").rename(tmp_path / "moved.toml")
    assert recaudit("measure", "out", "--config", "moved.toml", cwd=tmp_path).returncode == 1
    (tmp_path / "moved.toml").write_text(
        (tmp_path / "moved.toml").read_text().replace("min = 0.9", "min = 0.1")
    )
    changed = recaudit("measure", "out", "--config", "moved.toml", cwd=tmp_path)
    assert changed.returncode == 2
    assert "moved.toml has changed since the run began" in changed.stderr
    assert "+min = 0.1" in changed.stderr


def test_a_dry_run_asks_nothing_and_writes_nothing(write: Callable[..., Path], tmp_path: Path) -> None:
    write(0.1)
    done = recaudit("run", "audit.toml", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Nothing was asked." in done.stdout
    assert "No cost: no system has [systems.prices]." in done.stdout
    listed = json.loads(recaudit("run", "audit.toml", "--dry-run", "--json", cwd=tmp_path).stdout)
    assert listed["asking"][0]["requests"] == 80
    assert not (tmp_path / "runs").exists()


def test_questions_out_and_answers_in(write: Callable[..., Path], tmp_path: Path) -> None:
    config = write(0.1)
    config.write_text(
        config.read_text().replace(
            'adapter = "popularity"', 'adapter = "offline"\noptions = { offers = ["lists"] }'
        )
    )
    done = recaudit("export-requests", "audit.toml", "--out", "out", cwd=tmp_path)
    assert done.stdout == "out/requests-popularity.jsonl: 80 requests\n"
    lines = (tmp_path / "out" / "requests-popularity.jsonl").read_text().splitlines()
    answers = [json.dumps({"id": json.loads(line)["id"], "items": [1, 2]}) for line in lines]
    (tmp_path / "answers.jsonl").write_text("\n".join(answers))
    done = recaudit("import-answers", "out", "answers.jsonl", "--system", "popularity", cwd=tmp_path)
    assert "80 answers of popularity are in; 0 of its requests have none yet" in done.stdout
    assert recaudit("measure", "out", cwd=tmp_path).returncode in {0, 1, 4}


def test_evidence_that_cannot_be_stored_stops_the_run_with_3(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write(0.1)
    code = (
        "import sqlite3, sys\nfrom recaudit.audit import evidence\n"
        "def full(self, system, answers):\n"
        "    with self._transaction():\n"
        "        raise sqlite3.OperationalError('database or disk is full')\n"
        "evidence.EvidenceStore.add_answers = full\n"
        "sys.argv = ['recaudit', 'run', 'audit.toml', '--out', 'out']\n"
        "from recaudit.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "disk is full; what was stored before is safe" in done.stderr
    assert "Traceback" not in done.stderr

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.audit import AuditResult, measure_run, run_audit
from recaudit.errors import InputError

WriteConfig = Callable[..., Path]
SYSTEMS = """
[[systems]]
name = "popularity"
adapter = "popularity"
[[systems]]
name = "live"
adapter = "live:live"
options = {{ folder = "{folder}" }}
prices = {{ input = 10.0, output = 10.0, currency = "EUR" }}
[[gates]]
finding = "quality/ndcg@5"
min = 0.01
"""


@pytest.fixture
def config(write_config: WriteConfig, tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).with_name("live.py"), tmp_path / "live.py")
    return write_config(SYSTEMS.format(folder=tmp_path))


def asked(folder: Path) -> list[str]:
    return (folder / "asked.log").read_text().split()


Timeless = Callable[[AuditResult], AuditResult]


def run_in_a_process(config: Path, *arguments: str, kill: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recaudit.cli", "run", config.name, "--out", "run", *arguments]
    environment = {**os.environ, "LIVE_SIGNAL": kill}
    return subprocess.run(
        command, cwd=config.parent, capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.parametrize("place", [0, 1, 37, 79])
def test_a_killed_run_resumes_asks_nothing_twice_and_ends_in_the_same_result(
    config: Path, tmp_path: Path, place: int, timeless: Timeless
) -> None:
    whole = run_audit(config, out=tmp_path / "whole")
    (tmp_path / "asked.log").unlink()
    (tmp_path / "stop").write_text(str(place))
    killed = run_in_a_process(config, kill="SIGKILL")
    assert killed.returncode == -signal.SIGKILL
    before = asked(tmp_path)
    assert len(before) == place + 1
    (tmp_path / "stop").unlink()
    resumed = run_audit(config, out=tmp_path / "run", resume=True)
    everything = asked(tmp_path)
    # The one request that was under way when the process died has no answer, so it alone is asked again.
    assert sorted(everything) == sorted([*set(everything), before[-1]])
    assert len(set(everything)) == 80
    assert timeless(resumed) == timeless(whole)
    assert AuditResult.load(tmp_path / "run") == resumed


def test_ctrl_c_says_how_to_go_on_and_exits_with_130(config: Path, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("20")
    stopped = run_in_a_process(config, kill="SIGINT")
    assert stopped.returncode == 130
    assert "recaudit run audit.toml --out run --resume" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    (tmp_path / "stop").unlink()
    resumed = run_in_a_process(config, "--resume", kill="SIGINT")
    assert resumed.returncode in {0, 1, 4}, resumed.stderr
    assert len(set(asked(tmp_path))) == 80


def test_measuring_an_unfinished_run_says_what_is_missing(config: Path, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("20")
    run_in_a_process(config, kill="SIGKILL")
    result = measure_run(tmp_path / "run")
    assert result.verdict == "ERROR"
    assert [system.failure for system in result.systems] == [
        "",
        "60 of 80 requests have no answer yet; go on with --resume",
    ]


def test_measuring_again_needs_no_system_and_gives_the_same_result(
    config: Path, tmp_path: Path, timeless: Timeless
) -> None:
    first = run_audit(config, out=tmp_path / "run")
    (tmp_path / "live.py").write_text("raise RuntimeError('the system must not be reached')\n")
    (tmp_path / "run" / "result.json").unlink()
    again = measure_run(tmp_path / "run")
    assert timeless(again) == timeless(first)
    assert [f.estimate for f in again.findings] == [f.estimate for f in first.findings]


def test_failed_calls_are_asked_again_on_resuming_and_nothing_else_is(config: Path, tmp_path: Path) -> None:
    (tmp_path / "flaky").touch()
    first = run_audit(config, out=tmp_path / "run")
    failed = first.systems[1].funnel.everybody.problems["timeout"]
    assert failed > 0
    (tmp_path / "flaky").unlink()
    resumed = run_audit(config, out=tmp_path / "run", resume=True)
    assert resumed.systems[1].funnel.everybody.problems == {}
    assert len(asked(tmp_path)) == 80 + failed
    assert resumed.systems[1].usage.calls == 80


def test_a_cost_limit_stops_in_time_and_a_higher_one_goes_on(config: Path, tmp_path: Path) -> None:
    one_call = (1000 + 100) * 10 / 1e6
    result = run_audit(config, out=tmp_path / "run", max_cost=10.5 * one_call)
    assert len(asked(tmp_path)) == 11
    assert result.verdict == "ERROR"
    assert result.systems[0].failure == ""
    assert result.systems[1].failure == (
        "the limit of 0.1155 EUR is reached (0.121 spent); go on with --resume and a higher --max-cost"
    )
    again = run_audit(config, out=tmp_path / "run", resume=True, max_cost=20.5 * one_call)
    assert len(asked(tmp_path)) == 21
    assert again.systems[1].usage.cost == pytest.approx(21 * one_call)
    assert run_audit(config, out=tmp_path / "run", resume=True).systems[1].failure == ""
    assert len(asked(tmp_path)) == 80


def test_a_cost_limit_without_prices_is_refused(write_config: WriteConfig, tmp_path: Path) -> None:
    path = write_config('[[systems]]\nname = "popularity"\nadapter = "popularity"\n')
    with pytest.raises(InputError, match="--max-cost needs prices, and no system has any"):
        run_audit(path, out=tmp_path / "run", max_cost=1.0)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("audit.toml", "seed = 3", "seed = 4", r"changed since the run began(.|\n)*-seed = 3\n  \+seed = 4"),
        ("interactions.csv", "u00,", "u01,", "the data have changed since the run began"),
    ],
)
def test_a_run_is_not_continued_with_something_else(
    config: Path, tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    (tmp_path / "stop").write_text("5")
    run_in_a_process(config, kill="SIGKILL")
    text = (tmp_path / file).read_text()
    (tmp_path / file).write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        run_audit(config, out=tmp_path / "run", resume=True)
    assert len(asked(tmp_path)) == 6


def test_comments_and_layout_of_the_configuration_may_change(config: Path, tmp_path: Path) -> None:
    first = run_audit(config, out=tmp_path / "run")
    config.write_text("# a remark\n\n" + config.read_text())
    assert run_audit(config, out=tmp_path / "run", resume=True).verdict == first.verdict


def test_a_system_that_became_another_is_refused(config: Path, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("5")
    run_in_a_process(config, kill="SIGKILL")
    (tmp_path / "stop").unlink()
    source = (tmp_path / "live.py").read_text()
    (tmp_path / "live.py").write_text(source.replace('temperature: str = "0"', 'temperature: str = "1"'))
    resumed = run_in_a_process(config, "--resume", kill="SIGKILL")
    assert resumed.returncode == 2
    assert "settings was {'temperature': '0'} and is {'temperature': '1'}" in resumed.stderr


def test_the_newest_run_is_the_one_to_go_on_with(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"there is no run of audit.toml in runs/"):
        run_audit(config, resume=True)
    for name in ("audit-20260101-000000", "audit-20260102-000000"):
        run_audit(config, out=tmp_path / "runs" / name)
    (tmp_path / "runs" / "audit-20260102-000000" / "result.json").unlink()
    run_audit(config, resume=True)
    assert json.loads((tmp_path / "runs" / "audit-20260102-000000" / "result.json").read_text())
    assert len(asked(tmp_path)) == 160

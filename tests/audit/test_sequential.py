from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.audit import AuditResult, load_config, measure_run, run_audit
from recaudit.audit.batches import batches_of, finished
from recaudit.audit.forecast import forecast
from recaudit.audit.plan import make_plan
from recaudit.datasets.assets import silent
from recaudit.errors import InputError
from recaudit.reports.summary_md import render_markdown
from recaudit.reports.terminal import render_terminal

WriteConfig = Callable[..., Path]
Timeless = Callable[[AuditResult], AuditResult]
PROMPTS = """
[probes.counterfactual]
units = {units}
similarity = ["jaccard@5"]
seeds = [{seeds}]
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = {{ noise = {noise}, bias = {bias}, refuses = 0.0 }}
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.12
"""
LIVE = """
[[systems]]
name = "live"
adapter = "live:live"
options = {{ folder = "{folder}" }}
prices = {{ input = 10.0, output = 10.0, currency = "EUR" }}
[[gates]]
finding = "quality/hit@5"
{limit}
"""
ONE_CALL = (1000 + 100) * 10 / 1e6


@pytest.fixture
def stub_audit(write_config: WriteConfig, tmp_path: Path) -> Callable[..., AuditResult]:
    """Run the counterfactual audit of a recommender whose true answer is known."""
    shutil.copy(Path(__file__).with_name("stubs.py"), tmp_path / "stubs.py")

    def run(*, noise: float, bias: int, units: int, sequential: bool = True) -> AuditResult:
        seeds = ", ".join(f'"Artist {number}"' for number in range(units))
        path = write_config(
            PROMPTS.format(units=units, seeds=seeds, noise=noise, bias=bias), old="seed = 3", new="seed = 4"
        )
        out = tmp_path / f"run-{noise}-{bias}-{units}-{sequential}"
        return run_audit(path, out=out, only=["counterfactual"], sequential=sequential)

    return run


def test_a_planted_effect_is_found_after_a_part_of_the_requests(
    stub_audit: Callable[..., AuditResult], tmp_path: Path
) -> None:
    result = stub_audit(noise=0.1, bias=3, units=300)
    assert result.verdict == "FAIL"
    seen = result.systems[0].sequential
    assert seen is not None
    assert seen.settled
    assert seen.units == 25 * seen.looks < 300 == seen.planned_units
    assert seen.saved == seen.planned_requests - seen.requests > seen.planned_requests / 2
    assert result.systems[0].usage.calls == 0
    assert result.systems[0].funnel.everybody.planned == seen.requests
    [gate] = result.gated
    assert gate.estimate is not None
    assert gate.estimate.n == seen.units
    assert "betting confidence sequence" in gate.estimate.method
    assert gate.estimate.p is None
    said = f"until intervals that hold at every look had settled every gate: {seen.saved:,} requests saved"
    assert any(said in str(part) for part in render_terminal(result))
    assert said in render_markdown(result)
    assert AuditResult.load(tmp_path / "run-0.1-3-300-True") == result
    left = {entry.what: entry.why for entry in result.not_tested}
    assert left[f"stub: {300 - seen.units} of 300 units"] == "it stopped when every gate was settled"


def test_a_system_without_effect_passes_only_once_its_interval_is_within_the_limit(
    stub_audit: Callable[..., AuditResult],
) -> None:
    result = stub_audit(noise=0.05, bias=0, units=400)
    assert result.verdict == "PASS"
    seen = result.systems[0].sequential
    assert seen is not None
    assert 0 < seen.saved < seen.planned_requests
    assert result.gated[0].estimate is not None
    assert result.gated[0].estimate.high is not None
    assert result.gated[0].estimate.high <= 0.12


def test_too_few_units_are_all_asked_and_nothing_is_settled(stub_audit: Callable[..., AuditResult]) -> None:
    result = stub_audit(noise=0.3, bias=0, units=60)
    assert result.verdict == "INCONCLUSIVE"
    seen = result.systems[0].sequential
    assert seen is not None
    assert (seen.units, seen.looks, seen.saved) == (60, 3, 0)
    fixed = stub_audit(noise=0.3, bias=0, units=60, sequential=False)
    assert fixed.systems[0].sequential is None
    assert fixed.gated[0].estimate is not None
    assert result.gated[0].estimate is not None
    assert fixed.gated[0].estimate.value == pytest.approx(result.gated[0].estimate.value)


@pytest.fixture
def live(write_config: WriteConfig, tmp_path: Path) -> Callable[[str], Path]:
    """A configuration with a paid system, whose hits are settled early by a lenient limit and never by a tight one."""
    shutil.copy(Path(__file__).with_name("live.py"), tmp_path / "live.py")
    return lambda limit: write_config(
        LIVE.format(folder=tmp_path, limit=limit), old="min_group = 10", new="min_group = 10\nbatch = 10"
    )


def asked(folder: Path) -> list[str]:
    return (folder / "asked.log").read_text().split()


def killed(config: Path, place: int) -> None:
    (config.parent / "stop").write_text(str(place))
    command = [sys.executable, "-m", "recaudit.cli", "run", config.name, "--out", "run", "--sequential"]
    done = subprocess.run(
        command,
        cwd=config.parent,
        env={**os.environ, "LIVE_SIGNAL": "SIGKILL"},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    (config.parent / "stop").unlink()


@pytest.mark.parametrize("place", [0, 20, 25])
def test_a_killed_run_goes_on_with_the_same_batches_and_asks_nothing_twice(
    live: Callable[[str], Path], tmp_path: Path, timeless: Timeless, place: int
) -> None:
    config = live("max = 0.75")
    whole = run_audit(config, out=tmp_path / "whole", sequential=True)
    seen = whole.systems[0].sequential
    assert seen is not None
    assert seen.settled
    assert 30 <= seen.units < 80
    (tmp_path / "asked.log").unlink()
    killed(config, place)
    before = asked(tmp_path)
    assert len(before) == place + 1
    resumed = run_audit(config, out=tmp_path / "run", resume=True)
    assert sorted(asked(tmp_path)) == sorted([*set(asked(tmp_path)), before[-1]])
    assert timeless(resumed) == timeless(whole)
    count = len(asked(tmp_path))
    assert timeless(run_audit(config, out=tmp_path / "run", resume=True, sequential=True)) == timeless(whole)
    assert len(asked(tmp_path)) == count
    assert timeless(measure_run(tmp_path / "run")) == timeless(whole)


def test_a_spent_budget_leaves_an_undecided_audit_that_can_go_on(
    live: Callable[[str], Path], tmp_path: Path
) -> None:
    config = live("max = 0.3")
    result = run_audit(config, out=tmp_path / "run", sequential=True, max_cost=34.5 * ONE_CALL)
    assert len(asked(tmp_path)) == 35
    assert result.verdict == "INCONCLUSIVE"
    seen = result.systems[0].sequential
    assert seen is not None
    assert (seen.units, seen.looks, seen.requests, seen.settled, seen.saved) == (30, 3, 35, False, 0)
    assert result.systems[0].usage.cost == pytest.approx(35 * ONE_CALL)
    again = run_audit(config, out=tmp_path / "run", resume=True).systems[0].sequential
    assert again is not None
    assert again.units > 30
    assert len(set(asked(tmp_path))) == len(asked(tmp_path)) == again.requests


def test_a_budget_that_ends_before_the_first_look_is_an_error(
    live: Callable[[str], Path], tmp_path: Path
) -> None:
    result = run_audit(live("max = 0.3"), out=tmp_path / "run", sequential=True, max_cost=2.5 * ONE_CALL)
    assert result.verdict == "ERROR"
    assert result.systems[0].failure == "77 of 80 requests have no answer yet; go on with --resume"


def test_what_cannot_be_settled_is_refused_before_anything_is_asked(
    live: Callable[[str], Path], tmp_path: Path
) -> None:
    lenient = 'max = 0.9\n[[gates]]\nfinding = "popularity/gini@5"\nmax = 0.9'
    with pytest.raises(InputError, match=r"the gate on 'popularity/gini@5': it is a statistic of all lists"):
        run_audit(live(lenient), out=tmp_path / "run", sequential=True)
    with pytest.raises(InputError, match=r"the gate on 'popularity/gini@5'"):
        forecast(load_config(live(lenient)), sequential=True)
    nobody = 'max = 0.9\n[[systems]]\nname = "popularity"\nadapter = "popularity"'
    only_one = nobody.replace("max = 0.9", 'max = 0.9\nsystems = ["live"]')
    with pytest.raises(InputError, match=r"settled, and system 'popularity' has none; add \[\[gates\]\]"):
        run_audit(live(only_one), out=tmp_path / "run", sequential=True)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "asked.log").exists()


def test_systems_stop_on_their_own_and_are_not_compared(live: Callable[[str], Path], tmp_path: Path) -> None:
    another = 'max = 0.75\n[[systems]]\nname = "popularity"\nadapter = "popularity"'
    result = run_audit(live(another), out=tmp_path / "run", sequential=True)
    assert result.comparisons == ()
    assert {system.card.name for system in result.systems if system.sequential} == {"live", "popularity"}
    left = {entry.what: entry.why for entry in result.not_tested}
    assert "systems against each other" in left
    [lists] = [what for what in left if "gini@5" in what]
    assert left[lists] == "a sequential run has no interval for them that holds at every look"
    gini = [one for one in result.findings if one.hypothesis.metric == "gini@5"]
    assert gini[0].estimate is not None
    assert gini[0].estimate.value is None
    assert "statistic of all lists together" in gini[0].estimate.reason


def test_an_ordinary_run_cannot_go_on_sequentially(live: Callable[[str], Path], tmp_path: Path) -> None:
    config = live("max = 0.9")
    run_audit(config, out=tmp_path / "run")
    with pytest.raises(InputError, match="the run was not begun with --sequential"):
        run_audit(config, out=tmp_path / "run", resume=True, sequential=True)


def test_batches_are_random_by_seed_and_cover_everything_once(
    live: Callable[[str], Path],
) -> None:
    config = load_config(live("max = 0.9"))
    plan = make_plan(config, sequential=True, announce=silent)
    [system] = config.tables.systems
    batches = batches_of(plan, system, frozenset({"lists"}))
    units = [unit for batch in batches for unit in batch.units]
    assert sorted(units) == sorted(plan.data.users.index)
    assert units != sorted(units)
    assert [len(batch.units) for batch in batches] == [10] * 8
    everything = [request.id for batch in batches for request in batch.requests]
    assert sorted(everything) == sorted(plan.requests)
    assert finished(batches, set(everything)) == 8
    assert finished(batches, set(everything) - {batches[2].requests[3].id}) == 2
    assert finished(batches, ()) == 0

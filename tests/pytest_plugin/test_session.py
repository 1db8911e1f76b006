from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.audit import AuditResult
from recaudit.pytest_plugin.session import PluginSession

Here = Callable[[Path], Path]
GATE = '[[gates]]\nfinding = "{finding}"\n{limit}\n'
USES = """
def test_once(audit):
    assert audit.result.name == "tiny"

def test_twice(audit, gate):
    gate("quality/hit@5")
"""


def with_gates(folder: Path, *gates: tuple[str, str]) -> None:
    path = folder / "audit.toml"
    path.write_text(
        path.read_text() + "".join(GATE.format(finding=name, limit=limit) for name, limit in gates)
    )


def test_without_a_configuration_nothing_happens(pytester: pytest.Pytester, here: Here, shop: Path) -> None:
    folder = here(shop)
    (folder / "pytest.ini").unlink()
    pytester.makepyfile("def test_other():\n    pass\ndef test_audited(audit):\n    pass\n")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*the fixture 'audit' needs a configuration; set audit_config*"])
    done.stdout.no_fnmatch_line("*= audit =*")


def test_a_live_audit_runs_once_and_writes_its_reports(
    pytester: pytest.Pytester, here: Here, shop: Path
) -> None:
    folder = here(shop)
    with_gates(folder, ("quality/hit@*", "min = 0.01"))
    pytester.makepyfile(USES)
    done = pytester.runpytest_inprocess("--audit-report", "report", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=4)
    assert len((folder / "asked.log").read_text()) == 80
    [run] = (folder / "runs").iterdir()
    assert {"report.html", "junit.xml", "summary.md", "result.json"} <= {
        path.name for path in (folder / "report").iterdir()
    }
    assert AuditResult.load(folder / "report").gated == AuditResult.load(run).gated


def test_a_stored_run_asks_nobody(pytester: pytest.Pytester, here: Here, every_state: Path) -> None:
    folder = here(every_state)
    (folder / "asked.log").unlink()
    ini = (folder / "pytest.ini").read_text()
    (folder / "pytest.ini").write_text(ini + "audit_run = stored\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=2, skipped=1, errors=2)
    assert not (folder / "asked.log").exists()
    assert not (folder / "runs").exists()


LISTENS = """
from pathlib import Path

def pytest_audit_result(result, folder):
    with Path("heard.log").open("a") as file:
        file.write(f"{result.verdict} {folder.name}\\n")
"""


def test_a_conftest_hears_of_the_result_once(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    pytester.makeconftest(LISTENS)
    pytester.runpytest_inprocess("--audit-run", "stored")
    assert (folder / "heard.log").read_text() == "ERROR stored\n"


def test_nobody_hears_of_an_audit_that_was_not_made(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    pytester.makeconftest(LISTENS)
    pytester.makepyfile("def test_other():\n    pass\n")
    pytester.runpytest_inprocess("--audit-run", "nowhere")
    pytester.runpytest_inprocess("--audit-run", "stored", "-m", "not audit")
    assert not (folder / "heard.log").exists()


@pytest.mark.slow
def test_processes_share_one_run(pytester: pytest.Pytester, here: Here, shop: Path) -> None:
    folder = here(shop)
    pytester.makeconftest(LISTENS)
    with_gates(folder, ("quality/hit@5", "min = 0.01"), ("quality/ndcg@5", "min = 0.9"))
    pytester.makepyfile(USES)
    done = pytester.runpytest_subprocess("-n", "2")
    done.assert_outcomes(passed=4, failed=1)
    assert len((folder / "asked.log").read_text()) == 80
    [run] = (folder / "runs").iterdir()
    assert (folder / "heard.log").read_text() == f"FAIL {run.name}\n"
    done.stdout.fnmatch_lines(
        [
            "*= audit =*",
            "*FAIL*tiny: 1 of 2 gates failed, 1 passed",
            "FAILED audit.toml::quality/ndcg@5 - 0.*",
        ]
    )


def test_a_gate_that_matches_nothing_is_an_error_with_near_matches(
    pytester: pytest.Pytester, here: Here, shop: Path
) -> None:
    with_gates(here(shop), ("quality/hti@5", "min = 0.01"))
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines(["*no finding is called 'quality/hti@5', did you mean 'quality/hit@5'*"])


def test_a_mistake_in_the_configuration_is_an_error(
    pytester: pytest.Pytester, here: Here, shop: Path
) -> None:
    folder = here(shop)
    (folder / "audit.toml").write_text("[audit\n")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*audit.toml: not valid TOML*"])


def test_an_audit_without_gates_passes_nothing(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    content = json.loads((folder / "stored" / "result.json").read_text())
    content |= {"verdict": "NOT_RUN", "systems": content["systems"][:1]}
    (folder / "stored" / "result.json").write_text(json.dumps(content))
    done = pytester.runpytest_inprocess("--audit-run", "stored", "-k", "verdict")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["nothing was decided: no gate could be tested"])


def test_a_configuration_that_changed_since_the_run_is_an_error(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    text = (folder / "audit.toml").read_text()
    (folder / "audit.toml").write_text(text.replace("min = 0.9", "min = 0.2"))
    done = pytester.runpytest_inprocess("--audit-run", "stored")
    done.assert_outcomes(errors=6)
    done.stdout.fnmatch_lines(["*audit.toml has changed since the run*", "  -min = 0.9", "  +min = 0.2"])


def test_a_run_that_was_killed_says_how_to_go_on(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    (folder / "stored" / "result.json").unlink()
    done = pytester.runpytest_inprocess("--audit-run", "stored")
    done.assert_outcomes(errors=6)
    done.stdout.fnmatch_lines(["*was stopped before anything was decided; go on with: recaudit run*--resume"])


def test_a_run_that_is_only_read_can_be_decided(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "stored").iterdir()}
    pytester.runpytest_inprocess("--audit-run", "stored")
    assert {path.name: path.stat().st_mtime_ns for path in (folder / "stored").iterdir()} == before


def test_a_run_and_a_live_audit_exclude_each_other(pytester: pytest.Pytester, here: Here, shop: Path) -> None:
    here(shop)
    done = pytester.runpytest_inprocess("--audit-run", "stored", "--audit-live")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done = pytester.runpytest_inprocess("--audit-update-baseline")
    assert done.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.slow
def test_a_baseline_is_updated_and_the_session_fails(
    pytester: pytest.Pytester, here: Here, shop: Path
) -> None:
    folder = here(shop)
    with_gates(folder, ("quality/hit@5", "min = 0.01\nmargin = 0.1"), ("quality/ndcg@5", "min = 0.01"))
    ini = (folder / "pytest.ini").read_text()
    (folder / "pytest.ini").write_text(ini + "audit_baseline = audit-baseline.json\n")
    done = pytester.runpytest_inprocess("--audit-live", "--audit-update-baseline")
    done.assert_outcomes(passed=2, failed=2)
    done.stdout.fnmatch_lines(["baseline made anew, so this session fails: *audit-baseline.json"])
    [run] = (folder / "runs").iterdir()
    shutil.move(run, folder / "stored")
    done = pytester.runpytest_inprocess("--audit-run", "stored", "-v")
    done.assert_outcomes(passed=4)
    done.stdout.fnmatch_lines(["audit.toml::quality/hit@5-change PASSED*"])
    (folder / "pytest.ini").write_text(ini)
    done = pytester.runpytest_inprocess("--audit-run", "stored", "-rs")
    done.assert_outcomes(passed=3, skipped=1)
    done.stdout.fnmatch_lines(["*there is no baseline; give one with --audit-baseline"])


def test_a_process_goes_on_with_the_run_of_one_that_died(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    (folder / "asked.log").unlink(missing_ok=True)
    (folder / "stored" / "result.json").unlink()
    config = pytester.parseconfigure()
    session = PluginSession(config, folder / "audit.toml")
    (session.meeting() / "folder").write_text(str(folder / "stored"))
    run = session.run()
    assert run.folder == folder / "stored"
    assert not (folder / "asked.log").exists()
    other = PluginSession(config, folder / "audit.toml")
    other.__dict__["_meeting"] = session.meeting()
    assert other.run().result == run.result
    session.close()
    assert not session.meeting().exists()


def test_where_no_run_can_be_written_every_gate_says_so(
    pytester: pytest.Pytester, here: Here, shop: Path
) -> None:
    folder = here(shop)
    with_gates(folder, ("quality/hit@5", "min = 0.01"))
    (folder / "runs").write_text("a file in the way")
    done = pytester.runpytest_inprocess()
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines(["*runs/audit-*cannot be made: *"])

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.audit import Calibration, calibrate, run_audit
from recaudit.audit.calibration import GateCalibration, rate_of
from recaudit.errors import InputError

WriteConfig = Callable[..., Path]
POPULARITY = '[[systems]]\nname = "popularity"\nadapter = "popularity"\n'
TABLE = '[[systems]]\nname = "offline"\nadapter = "offline"\noptions = { offers = ["lists"] }\n'
GATES = """
[[gates]]
finding = "quality/hit@5"
min = 0.2
[[gates]]
finding = "quality/gender/ndcg@5-gap"
max = 0.3
[[gates]]
finding = "quality/gender/ndcg@5-ratio"
min = 0.5
[[gates]]
finding = "popularity/coverage@5"
min = 0.1
"""
STUB = """
[probes.counterfactual]
units = 40
seeds = [{seeds}]
similarity = ["jaccard@5"]
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = {{ noise = 0.2, bias = 1, refuses = 0.0 }}
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.1
[[gates]]
finding = "counterfactual/gender/jaccard@5-snsr"
max = 0.2
[[gates]]
finding = "counterfactual/gender/refused-gap"
max = 0.2
"""


@pytest.fixture
def folder(write_config: WriteConfig, tmp_path: Path) -> Path:
    run_audit(
        write_config(POPULARITY + GATES, old="resamples = 400", new="resamples = 200"), out=tmp_path / "run"
    )
    return tmp_path / "run"


def gate(calibration: Calibration, name: str) -> GateCalibration:
    [found] = [one for one in calibration.gates if one.finding == name]
    return found


def test_every_gate_is_calibrated_or_says_why_not(folder: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    found = calibrate(folder, worlds=6, progress=lambda *step: steps.append(step))
    mean, gap = gate(found, "quality/hit@5"), gate(found, "quality/gender/ndcg@5-gap")
    for one in (mean, gap):
        assert one.not_calibrated == ""
        assert one.coverage is not None
        assert one.coverage.worlds == 6
        assert one.power is not None
        assert one.power.worlds == 3
    assert mean.null_fail is None
    assert gap.null_fail is not None
    coverage = gate(found, "popularity/coverage@5")
    assert coverage.not_calibrated.startswith("a statistic of all lists together")
    assert coverage.false_fail is None
    [joint] = found.systems
    assert (joint.system, joint.gates) == ("popularity", 3)
    assert found.audits == 6 * 2 + 3 * sum(
        one.contrast in {"gap", "ratio"} and not one.no_power for one in found.gates
    )
    assert [step for step in steps if step[0] == "simulating audits"][-1] == ("simulating audits", 6, 6)


def test_a_calibration_reads_back_and_repeats_by_its_seed(folder: Path) -> None:
    found = calibrate(folder, worlds=3)
    assert Calibration.load(folder) == found
    assert found.seed == 3
    assert replace(calibrate(folder, worlds=3, seed=3), seconds=found.seconds) == found
    assert calibrate(folder, worlds=3, seed=4).gates != found.gates
    assert found.config_digest


@pytest.mark.slow
def test_intervals_that_promise_little_hold_as_seldom_and_err_on_both_sides(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    gate_of_mean = '[[gates]]\nfinding = "quality/ndcg@5"\nmin = 0.2\nmax = 0.8\n'
    config = write_config(POPULARITY + gate_of_mean, old="seed = 3", new="seed = 3\nconfidence = 0.6")
    run_audit(config, out=tmp_path / "run")
    found = gate(calibrate(tmp_path / "run", worlds=200), "quality/ndcg@5")
    for rate, expected in ((found.coverage, 0.6), (found.false_fail, 0.4), (found.false_pass, 0.4)):
        assert rate is not None
        assert rate.value == pytest.approx(expected, abs=3.5 * rate.error)
    assert found.power is not None
    assert found.power.value == pytest.approx(0.8, abs=3.5 * found.power.error)


def test_a_difference_of_arms_is_calibrated_too(write_config: WriteConfig, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("stubs.py"), tmp_path / "stubs.py")
    seeds = ", ".join(f'"Artist {number}"' for number in range(40))
    config = write_config(STUB.format(seeds=seeds), old="resamples = 400", new="resamples = 200")
    run_audit(config, out=tmp_path / "run")
    found = calibrate(tmp_path / "run", worlds=20)
    for name in ("counterfactual/gender/jaccard@5", "counterfactual/gender/jaccard@5-snsr"):
        one = gate(found, name)
        assert one.not_calibrated == ""
        assert one.null_fail is not None
        assert one.null_fail.value <= 0.3
        assert one.power is not None
        assert one.power.value > 0
    refused = gate(found, "counterfactual/gender/refused-gap")
    assert refused.no_power == "the audit states no detectable effect, as too few units differ"
    assert refused.null_pass is not None
    assert refused.null_pass.value == 1.0


def test_a_system_that_was_not_decided_is_named(write_config: WriteConfig, tmp_path: Path) -> None:
    from recaudit.audit import load_config, measure_run
    from recaudit.audit.offline import export_questions

    path = write_config(TABLE + GATES)
    export_questions(load_config(path), tmp_path / "run", only=(), announce=lambda _: None)
    measure_run(tmp_path / "run")
    found = calibrate(tmp_path / "run", worlds=1)
    assert len(found.gates) == 4
    assert all(
        "have no answer yet" in one.not_calibrated or "not asked" in one.not_calibrated for one in found.gates
    )
    assert (found.systems, found.audits) == ((), 0)


def test_an_interruption_keeps_the_worlds_done(folder: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "simulating audits" and done == 2:
            raise KeyboardInterrupt

    found = calibrate(folder, worlds=50, progress=stop)
    assert (found.worlds, found.interrupted) == (2, True)
    assert Calibration.load(folder) == found
    mean = gate(found, "quality/hit@5")
    assert mean.false_fail is not None
    assert mean.false_fail.worlds == 2


def test_without_gates_there_is_nothing_to_calibrate(write_config: WriteConfig, tmp_path: Path) -> None:
    run_audit(write_config(POPULARITY), out=tmp_path / "run")
    with pytest.raises(InputError, match="has no gates"):
        calibrate(tmp_path / "run")
    with pytest.raises(InputError, match="0 worlds"):
        calibrate(tmp_path / "run", worlds=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "is damaged; calibrate the run again"),
        (json.dumps({"schema": 99}), "has schema 99, this version reads 1"),
        (json.dumps({"schema": 1}), "is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(InputError, match=message):
        Calibration.load(tmp_path)


def test_a_run_without_calibration_has_none(tmp_path: Path) -> None:
    assert Calibration.load(tmp_path) is None


def test_a_share_of_none_is_not_certain() -> None:
    rate = rate_of(0, 100)
    assert rate is not None
    assert (rate.value, rate.worlds) == (0.0, 100)
    assert 0.005 < rate.error < 0.02
    assert rate_of(0, 0) is None

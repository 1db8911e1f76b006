from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.audit import AuditResult, measure_run, run_audit
from recaudit.errors import InputError
from recaudit.records import OtherReading


@pytest.fixture
def run(write_config: Callable[[str], Path], tmp_path: Path) -> Path:
    run_audit(write_config('[[systems]]\nname = "random"\nadapter = "random"\n'), out=tmp_path / "run")
    return tmp_path / "run"


def change(run: Path, **changes: object) -> None:
    path = run / "result.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_folder_or_the_file_itself_can_be_loaded(run: Path) -> None:
    assert AuditResult.load(run) == AuditResult.load(run / "result.json")


def test_json_has_no_value_that_json_does_not_know(run: Path) -> None:
    text = (run / "result.json").read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_a_missing_result(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give a run folder"):
        AuditResult.load(tmp_path)


def test_another_schema(run: Path) -> None:
    change(run, schema=99)
    with pytest.raises(InputError, match="schema 99, this version reads 6; measure the run again"):
        AuditResult.load(run)


def test_a_damaged_result(run: Path) -> None:
    change(run, verdict="MAYBE")
    with pytest.raises(InputError, match="is damaged: verdict"):
        AuditResult.load(run)
    (run / "result.json").write_text("{")
    with pytest.raises(InputError, match="is damaged: not JSON"):
        AuditResult.load(run)


def test_infinite_ends_of_an_interval_survive(run: Path) -> None:
    result = AuditResult.load(run)
    wide = replace(result.findings[0].estimate, low=-math.inf)  # type: ignore[type-var]
    changed = replace(result, findings=(replace(result.findings[0], estimate=wide),))
    changed.save(run / "result.json")
    assert AuditResult.load(run) == changed
    json.loads(
        (run / "result.json").read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON")
    )


def test_a_number_that_is_none_is_refused(run: Path) -> None:
    result = AuditResult.load(run)
    estimate = result.findings[0].estimate
    assert estimate is not None
    broken = replace(result.findings[0], estimate=replace(estimate, value=math.nan))
    replace(result, findings=(broken, *result.findings[1:])).save(run / "result.json")
    with pytest.raises(
        InputError, match=r"quality/ndcg@5' of 'random' holds a number that is not one \(NaN\)"
    ):
        AuditResult.load(run)


def test_estimates_from_answers_read_otherwise_survive_and_are_looked_at(run: Path) -> None:
    result = AuditResult.load(run)
    [system], claim = result.systems, result.findings[0].hypothesis.id
    estimate = result.findings[0].estimate
    assert estimate is not None

    def with_value(value: float) -> AuditResult:
        seen = replace(estimate, value=value, low=-math.inf)
        reading = OtherReading(how="otherwise", answers=80, changed=3, estimates={claim: seen})
        return replace(result, systems=(replace(system, otherwise=(reading,)),))

    with_value(0.5).save(run / "result.json")
    assert AuditResult.load(run) == with_value(0.5)
    with_value(math.nan).save(run / "result.json")
    with pytest.raises(InputError, match=f"'{claim}' of 'random' holds a number that is not one"):
        AuditResult.load(run)


def test_a_result_of_the_form_before_readings_is_measured_again(run: Path) -> None:
    change(run, schema=5)
    with pytest.raises(InputError, match=f"schema 5, this version reads 6; .*recaudit measure {run}"):
        AuditResult.load(run)
    measure_run(run)
    assert AuditResult.load(run).schema == 6


def test_a_result_says_what_its_metrics_and_probes_are(run: Path) -> None:
    result = AuditResult.load(run)
    assert set(result.glossary) >= {"ndcg", "hit", "gini"}
    assert "Between 0 and 1." in result.glossary["ndcg"]
    assert result.aspects == {"quality": "good", "popularity": "fair"}

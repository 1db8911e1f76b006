from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from recaudit.audit import AuditResult, compared, load_baseline, make_baseline, open_baseline, run_audit
from recaudit.errors import ConfigError, InputError

Write = Callable[..., Path]


@pytest.fixture
def base(skilled: Write, tmp_path: Path) -> Path:
    """The baseline of a model's run."""
    run_audit(skilled(), out=tmp_path / "base")
    make_baseline(tmp_path / "base", tmp_path / "audit-baseline.json")
    return tmp_path / "audit-baseline.json"


def change(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def verdicts(result: AuditResult) -> dict[str, str | None]:
    return {one.hypothesis.id: one.verdict for one in result.gated}


def test_a_baseline_holds_the_gated_findings_and_the_values_they_rest_on(base: Path) -> None:
    kept, values = load_baseline(base)
    assert [(one.finding, one.margin, one.verdict) for one in kept.findings] == [
        ("quality/ndcg@5", 0.15, "PASS"),
        ("quality/gender/ndcg@5-worst", 0.15, None),
        ("popularity/coverage@5", None, "PASS"),
    ]
    rows = pd.read_parquet(base.parent / "base" / "measurements.parquet")
    own = rows[rows["metric"] == "ndcg@5"]
    assert set(values["metric"]) == {"ndcg@5"}
    assert values["value"].mean() == pytest.approx(own["value"].mean())
    assert kept.findings[0].value == pytest.approx(own["value"].mean())
    assert base.stat().st_size < 4000


def test_the_same_run_makes_the_same_bytes(base: Path) -> None:
    files = [base, base.with_suffix(".values.parquet")]
    first = [file.read_bytes() for file in files]
    make_baseline(base.parent / "base", base)
    assert [file.read_bytes() for file in files] == first


def test_without_a_baseline_a_margin_is_listed_as_not_tested(base: Path) -> None:
    result = AuditResult.load(base.parent / "base")
    assert result.not_tested[0].what == (
        "whether anything got worse: quality/ndcg@5, quality/gender/ndcg@5-worst"
    )
    assert "give one with --baseline" in result.not_tested[0].why
    assert result.verdict == "PASS"


@pytest.mark.parametrize(
    ("options", "mean", "worst", "verdict"),
    [
        ("", "PASS", "PASS", "PASS"),
        ("skill = 0.0", "FAIL", "FAIL", "FAIL"),
        ("drop = 0.5", "FAIL", "FAIL", "FAIL"),
        ("skill = 1.0", "PASS", "PASS", "PASS"),
        ("draw = 1", "PASS", "INCONCLUSIVE", "INCONCLUSIVE"),
    ],
)
def test_a_model_is_held_against_its_baseline(
    base: Path, skilled: Write, tmp_path: Path, options: str, mean: str, worst: str, verdict: str
) -> None:
    margin = 0.15
    result = run_audit(skilled(options, margin), out=tmp_path / "new", baseline=base)
    found = verdicts(result)
    assert found["quality/ndcg@5-change"] == mean
    assert found["quality/gender/ndcg@5-worst-change"] == worst
    if options != "skill = 0.0":
        assert result.verdict == verdict
    assert not any("got worse" in entry.what for entry in result.not_tested)
    assert AuditResult.load(tmp_path / "new") == result
    [change] = [one for one in result.gated if one.hypothesis.id == "quality/ndcg@5-change"]
    assert change.estimate is not None
    assert change.estimate.confidence == 0.9
    assert change.estimate.n == 80
    assert result.compared_with is not None
    counts = result.compared_with.counts
    assert sum(counts.values()) == 3
    assert counts.get("new", 0) >= (mean == "FAIL") + (worst == "FAIL")


def test_deciding_afterwards_is_deciding_at_once(base: Path, skilled: Write, tmp_path: Path) -> None:
    config = skilled("draw = 2")
    at_once = run_audit(config, out=tmp_path / "a", baseline=base)
    again = compared(AuditResult.load(tmp_path / "a"), tmp_path / "a", open_baseline(base))
    assert again == at_once
    run_audit(config, out=tmp_path / "b")
    later = compared(AuditResult.load(tmp_path / "b"), tmp_path / "b", open_baseline(base))
    assert (later.gated, later.verdict) == (at_once.gated, at_once.verdict)


def test_other_data_are_refused_and_shown_before_anything_is_asked(
    base: Path, skilled: Write, tmp_path: Path
) -> None:
    path = tmp_path / "interactions.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(InputError, match="cannot be compared, as they are not about the same") as caught:
        run_audit(skilled(), out=tmp_path / "new", baseline=base)
    said = str(caught.value)
    assert "data: tiny, 80 users, 40 items, 960 interactions, 240 held out" in said
    assert "959 interactions" in said
    assert "make a new baseline" in said
    assert not (tmp_path / "new").exists()


def test_another_sample_is_refused_and_shown(base: Path, skilled: Write, tmp_path: Path) -> None:
    config = skilled(old="seed = 3", new="seed = 3\nusers = 60")
    with pytest.raises(
        InputError, match=r"sample of users: 80 users \(.*\) in audit-baseline.json, 60 users"
    ):
        run_audit(config, out=tmp_path / "new", baseline=base)


def test_other_questions_are_refused_and_shown(base: Path, skilled: Write, tmp_path: Path) -> None:
    config = skilled(old="[probes.quality]", new="[probes.quality]\nrepeats = 2")
    message = r"requests of quality: 80 requests \(.*\) in audit-baseline.json, 160 requests"
    with pytest.raises(InputError, match=message):
        run_audit(config, out=tmp_path / "new", baseline=base)


def test_a_run_without_margins_is_not_silently_passed(
    base: Path, write_config: Write, tmp_path: Path
) -> None:
    system = '[[systems]]\nname = "model"\nadapter = "popularity"\n'
    gate = '[[gates]]\nfinding = "quality/ndcg@5"\nmin = 0.1\n'
    with pytest.raises(InputError, match=r"no gate of audit.toml has a margin"):
        run_audit(write_config(system + gate), out=tmp_path / "new", baseline=base)


def test_a_system_or_a_finding_that_the_baseline_lacks_is_an_error_with_near_matches(
    base: Path, skilled: Write, tmp_path: Path
) -> None:
    config = skilled(more='[[gates]]\nfinding = "quality/hit@5"\nmargin = 0.2\n')
    result = run_audit(config, out=tmp_path / "new", baseline=base)
    [lacking] = [one for one in result.gated if one.hypothesis.id == "quality/hit@5-change"]
    assert lacking.verdict == result.verdict == "ERROR"
    assert "the baseline has no 'quality/hit@5', did you mean 'quality/ndcg@5'?" in lacking.reason
    renamed = skilled()
    renamed.write_text(renamed.read_text().replace('name = "model"', 'name = "modell"'))
    (tmp_path / "skilled.py").write_text(
        (tmp_path / "skilled.py").read_text().replace('name="model"', 'name="modell"')
    )
    result = run_audit(renamed, out=tmp_path / "other", baseline=base)
    assert result.verdict == "ERROR"
    assert any("no system 'modell', did you mean 'model'?" in one.reason for one in result.gated)


def test_a_system_that_fails_is_an_error_here_too(base: Path, skilled: Write, tmp_path: Path) -> None:
    config = skilled('skill = "much"')
    result = run_audit(config, out=tmp_path / "new", baseline=base)
    assert set(verdicts(result).values()) == {"ERROR"}
    with pytest.raises(InputError, match="could not be audited"):
        make_baseline(tmp_path / "new", tmp_path / "x.json")


def test_a_missing_baseline(base: Path) -> None:
    near = base.parent / "audit-baselin.json"
    with pytest.raises(InputError, match=r"no baseline at .* did you mean 'audit-baseline.json'"):
        load_baseline(near)


@pytest.mark.parametrize("schema", [0, 99, None])
def test_another_schema(base: Path, schema: int | None) -> None:
    change(base, schema=schema)
    with pytest.raises(
        InputError, match=f"has schema {schema}, this version of recaudit reads 1; make it again"
    ):
        load_baseline(base)


def test_a_truncated_baseline(base: Path) -> None:
    base.write_text(base.read_text()[:500])
    with pytest.raises(InputError, match="is damaged: not JSON"):
        load_baseline(base)
    base.write_text('{"schema": 1}')
    with pytest.raises(InputError, match="is damaged: recaudit_version"):
        load_baseline(base)


def test_a_baseline_changed_by_hand(base: Path) -> None:
    content = json.loads(base.read_text())
    content["findings"][0]["value"] = 0.1
    base.write_text(json.dumps(content))
    with pytest.raises(InputError, match="was changed after it was made"):
        load_baseline(base)


def test_values_that_are_missing_or_changed(base: Path) -> None:
    values = base.with_suffix(".values.parquet")
    table = pd.read_parquet(values)
    table.assign(value=table["value"] / 2).to_parquet(values)
    with pytest.raises(InputError, match=r"is not the file that audit-baseline\.json was made with"):
        load_baseline(base)
    values.unlink()
    with pytest.raises(InputError, match=r"values.parquet is missing, .*; commit both"):
        load_baseline(base)


def test_a_run_without_gates_makes_no_baseline(write_config: Write, tmp_path: Path) -> None:
    run_audit(write_config('[[systems]]\nname = "model"\nadapter = "popularity"\n'), out=tmp_path / "run")
    with pytest.raises(InputError, match="has no gates, so there is nothing to keep"):
        make_baseline(tmp_path / "run", tmp_path / "x.json")


def test_a_run_whose_units_are_gone_can_be_measured_again(base: Path) -> None:
    run = base.parent / "base"
    (run / "groups.parquet").unlink()
    with pytest.raises(InputError, match="measure the run again with: recaudit measure"):
        compared(AuditResult.load(run), run, open_baseline(base))


def test_a_folder_that_cannot_be_written_is_one_message(base: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written: .*; choose another place"):
        make_baseline(base.parent / "base", base / "below-a-file" / "x.json")


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ('finding = "quality/gender/ndcg@5-ratio"\nmargin = 0.1', "takes no margin: a ratio of group means"),
        ('finding = "popularity/gini@5"\nmargin = 0.1', "takes no margin: a statistic of all lists together"),
        ('finding = "quality/hit@5"', "a gate needs min, max or margin"),
        ('finding = "quality/hit@5"\nmargin = 0', "greater than 0"),
        (
            'finding = "quality/hit@5"\nmargins = 0.1',
            "unknown key 'gates.3.margins', did you mean 'margin' or 'min'?",
        ),
        ('finding = "quality/hid@5"\nmargin = 0.1', "no finding is called 'quality/hid@5', did you mean"),
        ('finding = "quality/ndcg@5"\nmargin = 0.1', "gates 1 and 4 both limit 'quality/ndcg@5'"),
    ],
)
def test_a_margin_that_cannot_be_tested_is_told_with_its_line(
    skilled: Write, tmp_path: Path, gate: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        run_audit(skilled(more=f"[[gates]]\n{gate}\n"), out=tmp_path / "run")
    assert message in str(caught.value)
    assert "audit.toml:" in str(caught.value)


def test_a_killed_run_says_how_to_go_on(base: Path) -> None:
    run = base.parent / "base"
    (run / "result.json").unlink()
    with pytest.raises(InputError, match=r"was stopped before anything was decided; go on with: .* --resume"):
        make_baseline(run, base)

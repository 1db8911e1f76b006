from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.audit import RunComparison, compare_runs, make_baseline, run_audit
from recaudit.errors import InputError

Write = Callable[..., Path]


def statuses(made: RunComparison) -> dict[str, str]:
    return {one.finding: one.status for one in made.findings}


@pytest.fixture
def good(skilled: Write, tmp_path: Path) -> Path:
    run_audit(skilled(), out=tmp_path / "good")
    return tmp_path / "good"


@pytest.fixture
def bad(skilled: Write, tmp_path: Path, good: Path) -> Path:
    run_audit(skilled("skill = 0.02"), out=tmp_path / "bad")
    return tmp_path / "bad"


def test_what_got_worse_and_what_is_newly_failing(good: Path, bad: Path) -> None:
    made = compare_runs(good, bad)
    found = statuses(made)
    assert found["quality/ndcg@5"] == "new"
    assert found["quality/hit@5"] == "worse"
    assert found["quality/gender/ndcg@5-ratio"] == "untested"
    assert found["popularity/gini@5"] == "untested"
    assert made.findings[0].status == "new"
    assert sum(made.counts.values()) == len(made.findings)
    [mean] = [one for one in made.findings if one.finding == "quality/ndcg@5"]
    assert mean.change is not None
    assert mean.before is not None
    assert mean.after is not None
    assert mean.change.value == pytest.approx(mean.after.value - mean.before.value)  # type: ignore[operator]
    assert mean.change.high is not None
    assert mean.change.high < 0
    assert made.notes == ("The configurations differ; limits are those of each run.",)
    back = statuses(compare_runs(bad, good))
    assert back["quality/ndcg@5"] == "fixed"
    assert back["quality/hit@5"] == "better"


def test_a_run_beside_itself_shows_no_change(good: Path) -> None:
    made = compare_runs(good, good / "result.json")
    assert set(statuses(made).values()) == {"unchanged", "untested"}
    assert all(one.change.value == 0 for one in made.findings if one.change is not None)
    assert made.notes == ()


def test_a_baseline_stands_for_its_run_and_knows_the_gated_findings(good: Path, bad: Path) -> None:
    path = good.parent / "base.json"
    make_baseline(good, path)
    made = compare_runs(path, bad)
    assert statuses(made) == {
        "quality/ndcg@5": "new",
        "quality/gender/ndcg@5-worst": "worse",
        "popularity/coverage@5": "untested",
    }
    with pytest.raises(InputError, match="is a baseline, which can only come first"):
        compare_runs(good, path)


def test_a_baseline_is_no_part_of_the_verdict(good: Path, skilled: Write, tmp_path: Path) -> None:
    make_baseline(good, tmp_path / "base.json")
    run_audit(skilled("drop = 0.5"), out=tmp_path / "held", baseline=tmp_path / "base.json")
    made = compare_runs(good, tmp_path / "held")
    assert made.verdict == "PASS"
    assert not any(one.endswith("-change") for one in statuses(made))


def test_what_only_one_run_has(good: Path, skilled: Write, tmp_path: Path) -> None:
    more = "[probes.validity]\nk = 5\n"
    config = skilled(more=more, old='["ndcg@5", "hit@5"]', new='["ndcg@5", "mrr@5"]')
    run_audit(config, out=tmp_path / "other")
    made = compare_runs(good, tmp_path / "other")
    found = statuses(made)
    assert found["quality/hit@5"] == "gone"
    assert found["quality/mrr@5"] == "added"
    assert "Only the new run has the probe validity." in made.notes


def test_runs_about_other_data_or_systems_are_refused(good: Path, skilled: Write, tmp_path: Path) -> None:
    run_audit(skilled(old="seed = 3", new="seed = 3\nusers = 60"), out=tmp_path / "few")
    with pytest.raises(InputError, match="sample of users: 80 users"):
        compare_runs(good, tmp_path / "few")
    config = skilled()
    config.write_text(config.read_text().replace('name = "model"', 'name = "another"'))
    run_audit(config, out=tmp_path / "named")
    with pytest.raises(InputError, match="have no system in common: model in the one, another in the other"):
        compare_runs(good, tmp_path / "named")


def test_json_is_json(good: Path, bad: Path) -> None:
    content = json.loads(compare_runs(good, bad).to_json())
    assert content["counts"]["new"] == 1
    assert content["findings"][0]["change"]["high"] < 0

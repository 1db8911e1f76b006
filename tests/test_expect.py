from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import SkipTest

import pytest

from recaudit.audit import load_config, make_baseline, run_audit
from recaudit.errors import InputError
from recaudit.expect import AuditRun, GateFailedError, expect
from recaudit.records import Finding

CONFIG = """
[audit]
seed = 3
resamples = 300
min_group = 10
[data]
interactions = "interactions.csv"
users = "users.csv"
[data.split]
n = 3
[probes.quality]
metrics = ["ndcg@5"]
attributes = ["gender"]
[probes.counterfactual]
units = 4
similarity = ["jaccard@5"]
[[systems]]
name = "popular"
adapter = "popularity"
[[gates]]
finding = "quality/ndcg@5"
min = 0.01
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_tables: dict[str, object]) -> AuditRun:
    folder = tmp_path_factory.mktemp("run")
    for name in ("interactions", "users"):
        tiny_tables[name].to_csv(folder / f"{name}.csv", index=False)  # type: ignore[attr-defined]
    (folder / "audit.toml").write_text(CONFIG)
    result = run_audit(load_config(folder / "audit.toml"), out=folder / "out")
    make_baseline(folder / "out", folder / "base.json")
    return AuditRun(result=result, folder=folder / "out", baseline=folder / "base.json")


@pytest.fixture
def ndcg(run: AuditRun) -> Finding:
    return run["quality/ndcg@5"].finding


@pytest.mark.parametrize(
    ("check", "ends", "holds"),
    [
        ("at_least", [("low", 0)], True),
        ("at_most", [("high", 0)], True),
        ("within", [("low", 0), ("high", 0)], True),
        ("within", [("high", 0)], True),
        ("at_least", [("low", 0.001)], False),
        ("at_most", [("high", -0.001)], False),
        ("within", [("low", -0.01)], False),
        ("within", [("high", 0.1), ("high", 0.2)], False),
    ],
)
def test_an_expectation_holds_when_the_whole_interval_lies_within(
    run: AuditRun, ndcg: Finding, check: str, ends: list[tuple[str, float]], holds: bool
) -> None:
    limits = [getattr(ndcg.estimate, end) + by for end, by in ends]
    checked = getattr(expect(run["quality/ndcg@5"]), check)
    if holds:
        checked(*limits)
        return
    with pytest.raises(GateFailedError, match=r"^0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\), limit"):
        checked(*limits)


def test_what_inconclusive_means_is_the_policy_of_the_audit(run: AuditRun, ndcg: Finding) -> None:
    assert ndcg.estimate is not None
    warned = replace(run.result, provenance=replace(run.result.provenance, inconclusive="warn"))
    with pytest.raises(SkipTest, match="the interval includes the limit"):
        expect(replace(run, result=warned)["quality/ndcg@5"]).at_least(ndcg.estimate.value)


def test_what_was_not_asked_is_skipped_and_what_failed_is_no_pass(run: AuditRun) -> None:
    with pytest.raises(SkipTest, match="does not offer instructions"):
        expect(run["counterfactual/gender/jaccard@5"]).within(1)
    broken = tuple(
        replace(one, verdict="ERROR", reason="it could not be built", estimate=None)
        for one in run.result.findings
    )
    with pytest.raises(GateFailedError, match="it could not be built"):
        expect(replace(run, result=replace(run.result, findings=broken))["quality/ndcg@5"]).within(1)


def test_a_change_since_a_baseline_is_decided_as_a_gate_with_a_margin_is(
    run: AuditRun, tmp_path: Path
) -> None:
    expected = expect(run["quality/ndcg@5"])
    expected.no_worse_than(run.baseline, margin=0.1)
    with pytest.raises(GateFailedError, match=r"limit at least −0.001: the interval includes the limit"):
        expected.no_worse_than(run.baseline, margin=0.001)
    with pytest.raises(
        InputError, match="there is no baseline for 'quality/ndcg@5'; give one with --audit-baseline"
    ):
        expected.no_worse_than(None, margin=0.1)
    with pytest.raises(InputError, match="the change of 'quality/gender/ndcg@5-ratio' cannot be tested"):
        expect(run["quality/gender/ndcg@5-ratio"]).no_worse_than(run.baseline, margin=0.1)
    with pytest.raises(GateFailedError, match="the baseline has no 'quality/gender/ndcg@5-gap'"):
        expect(run["quality/gender/ndcg@5-gap"]).no_worse_than(run.baseline, margin=0.1)
    with pytest.raises(InputError, match="no baseline at"):
        expected.no_worse_than(tmp_path / "none.json", margin=0.1)


def test_a_finding_is_found_by_its_id_or_near_matches_are_told(run: AuditRun) -> None:
    assert run["popular", "quality/ndcg@5"].finding is run["quality/ndcg@5"].finding
    with pytest.raises(
        InputError, match="no finding is called 'quality/ndgc@5', did you mean 'quality/ndcg@5'"
    ):
        run["quality/ndgc@5"]
    with pytest.raises(InputError, match="unknown system 'populra', did you mean 'popular'"):
        run["populra", "quality/ndcg@5"]


def test_the_system_must_be_named_when_there_are_several(run: AuditRun) -> None:
    [system] = run.result.systems
    other = replace(system, card=replace(system.card, name="other"))
    two = replace(run, result=replace(run.result, systems=(system, other)))
    with pytest.raises(
        InputError, match=r'of which system: popular, other\? Name it: audit\["popular", "quality/ndcg@5"\]'
    ):
        two["quality/ndcg@5"]
    assert two["popular", "quality/ndcg@5"].finding.system == "popular"

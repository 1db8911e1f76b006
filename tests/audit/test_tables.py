from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.audit import AuditResult, compare_runs, load_config, run_audit

TWO = """
[[systems]]
name = "popularity"
adapter = "popularity"
[[systems]]
name = "</td><script>alert(1)</script>"
adapter = "random"
[[gates]]
finding = "quality/ndcg@5"
min = 0.1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.fixture
def result(write_config: Callable[[str], Path], folder: Path) -> AuditResult:
    if not (folder / "out").exists():
        run_audit(load_config(write_config(TWO)), out=folder / "out")
    return AuditResult.load(folder / "out")


def test_every_finding_is_a_row_in_full_precision(result: AuditResult) -> None:
    table = result.to_pandas()
    assert list(table["finding"]) == [one.hypothesis.id for one in result.findings]
    row = table[(table["system"] == "popularity") & (table["finding"] == "quality/ndcg@5")].iloc[0]
    [finding] = [one for one in result.gated if one.system == "popularity"]
    assert finding.estimate is not None
    assert (row["value"], row["low"], row["n"]) == (finding.estimate.value, finding.estimate.low, 80)
    assert (row["limit_low"], row["verdict"]) == (0.1, finding.verdict)


def test_every_pair_of_systems_is_a_row(result: AuditResult) -> None:
    table = result.comparisons_to_pandas()
    assert len(table) == sum(len(one.differences) for one in result.comparisons)
    row = table[table["claim"] == "quality/ndcg@5"].iloc[0]
    assert row["first"] == "popularity"
    assert row["low"] < row["value"] < row["high"]


def test_a_notebook_shows_the_gates_with_every_text_escaped(result: AuditResult) -> None:
    page = result._repr_html_()
    assert page.startswith(f"<p><strong>{result.verdict}: tiny (2 gates, ")
    assert page.count("<tr") == 1 + 2
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    ungated = replace(
        result, findings=tuple(replace(one, limit=None, verdict=None) for one in result.findings)
    )
    assert f"no gates, {len(result.findings)} findings" in ungated._repr_html_()


def test_two_runs_beside_each_other_are_a_table(result: AuditResult, folder: Path) -> None:
    made = compare_runs(folder / "out", folder / "out")
    table = made.to_pandas()
    assert len(table) == len(made.findings)
    same = table[table["finding"] == "quality/ndcg@5"]
    assert (same["before_value"] == same["after_value"]).all()
    assert (same["change_value"] == 0).all()
    assert "<script>" not in made._repr_html_()

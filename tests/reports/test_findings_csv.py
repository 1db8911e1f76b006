from __future__ import annotations

import csv
import io

import pytest

from recaudit.audit.tables import FINDING_COLUMNS
from recaudit.reports.findings_csv import render_csv


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_one_row_per_finding_in_full_precision(mixed):
    rows = rows_of(render_csv(mixed))
    assert len(rows) == len(mixed.findings)
    assert [row["finding"] for row in rows] == [finding.hypothesis.id for finding in mixed.findings]
    gap = rows[1]
    assert (gap["value"], gap["low"], gap["limit_low"], gap["limit_high"]) == ("0.084", "0.051", "", "0.05")
    assert (gap["system"], gap["verdict"], gap["p"], gap["n"]) == ("als", "FAIL", "0.0005", "943")


def test_what_is_undefined_is_empty(make):
    (row,) = rows_of(render_csv(make.result(make.finding(verdict="NOT_RUN", reason="not offered"))))
    assert {row[column] for column in ("value", "low", "high", "n", "p", "method")} == {""}
    assert row["reason"] == "not offered"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n"])
def test_text_is_never_a_formula(make, start):
    (row,) = rows_of(render_csv(make.result(make.mean(f"{start}HYPERLINK(1)"))))
    assert row["system"].startswith("'")


def test_negative_numbers_stay_numbers(make):
    (row,) = rows_of(render_csv(make.result(make.mean(value=-1.5))))
    assert float(row["value"]) == -1.5


def test_commas_quotes_and_line_breaks_survive(make):
    name = 'a, "b"\nc'
    (row,) = rows_of(render_csv(make.result(make.mean(name))))
    assert row["system"] == name
    assert tuple(row) == FINDING_COLUMNS

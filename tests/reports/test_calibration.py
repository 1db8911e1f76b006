from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from recaudit.audit import AuditResult
from recaudit.audit.calibration import Calibration
from recaudit.cli.output import write_reports
from recaudit.reports.calibration import RATES, calibration_rows, calibration_sentence, render_calibration


def test_rows_hold_rates_with_their_errors(calibration: Calibration) -> None:
    together, gap, ratio, corpus = calibration_rows(calibration)
    assert together.joint
    assert together.gate == "2 gates together"
    assert all(len(row.rates) == len(RATES) for row in (together, gap, ratio, corpus))
    assert gap.rates == ("2.0 ± 0.5 %", "3 ± 2 %", "97 ± 2 %", "1 ± 2 %", "90 ± 3 %", "80 ± 6 % (0.031)")
    assert gap.limit == "at most 0.05"
    assert ratio.rates[-1] == "80 ± 6 % (× 0.800)"
    assert ratio.note == "no interval in 50 ± 5 % of the worlds"
    assert set(corpus.rates) == {"–"}
    assert corpus.note == "not calibrated: because"


def test_all_systems_together_come_last(calibration: Calibration) -> None:
    every = replace(calibration.systems[0], system="")
    rows = calibration_rows(replace(calibration, systems=(*calibration.systems, every)))
    assert (rows[-1].system, rows[-1].joint) == ("", True)


def test_the_sentence_says_what_was_simulated(calibration: Calibration) -> None:
    said = calibration_sentence(calibration)
    assert (
        "100 worlds of each kind, 250 simulated audits with 2,000 resamples each, seed 7, 1 min 15 s." in said
    )
    assert "stopped" not in said
    assert "It was stopped early." in calibration_sentence(replace(calibration, interrupted=True))


def test_the_terminal_reads_no_markup_from_names(calibration: Calibration) -> None:
    console = Console(width=120, record=True, file=StringIO())
    for part in render_calibration(calibration):
        console.print(part)
    text = console.export_text()
    assert "Calibration of [bold]my audit" in text
    assert "bpr: gini: not calibrated: because" in text


def test_the_page_shows_the_calibration_of_this_audit_only(
    mixed: AuditResult, calibration: Calibration, tmp_path: Path
) -> None:
    result = mixed
    heading = "How often these verdicts would be wrong"
    assert heading not in write_reports(result, tmp_path, static=True).read_text()
    replace(calibration, config_digest="another").save(tmp_path)
    assert heading not in write_reports(result, tmp_path, static=True).read_text()
    replace(calibration, config_digest=result.provenance.config_digest).save(tmp_path)
    page = write_reports(result, tmp_path, static=True).read_text()
    assert heading in page
    assert "80 ± 6 % (0.031)" in page

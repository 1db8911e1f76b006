from __future__ import annotations

from recaudit.reports.verdicts import VERDICTS, count_words, tally_words


def test_counts():
    assert count_words([]) == "no gates were set"
    assert count_words(["PASS"]) == "1 of 1 gate passed"
    assert count_words(["PASS", "NOT_RUN", "INCONCLUSIVE", "ERROR", "FAIL", "FAIL", "PASS"]) == (
        "2 of 7 gates failed, 1 could not be decided, 1 inconclusive, 1 not run, 2 passed"
    )
    assert tally_words([]) == "no gate"


def test_no_verdict_congratulates_and_symbols_differ():
    words = " ".join(f"{verdict.advice} {verdict.meaning}" for verdict in VERDICTS.values()).lower()
    assert not [
        praise for praise in ("good job", "congrat", "well done", "no issues", "great") if praise in words
    ]
    assert len({verdict.symbol for verdict in VERDICTS.values()}) == len(VERDICTS) == 5

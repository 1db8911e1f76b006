from __future__ import annotations

import pytest

from recaudit.audit.decide import decide, exit_code, outcome, verdict_of, worst
from recaudit.records import Estimate, Finding, Hypothesis, Limit, Verdict


def estimate(value: float | None, low: float | None, high: float | None, **changes: object) -> Estimate:
    content = {
        "confidence": 0.95,
        "family": "this claim",
        "family_size": 1,
        "n": 100,
        "method": "",
        **changes,
    }
    return Estimate(value=value, low=low, high=high, **content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "limit", "verdict"),
    [
        (0.06, 0.08, Limit(low=0.05), "PASS"),
        (0.05, 0.08, Limit(low=0.05), "PASS"),
        (0.01, 0.04, Limit(low=0.05), "FAIL"),
        (0.04, 0.06, Limit(low=0.05), "INCONCLUSIVE"),
        (0.01, 0.04, Limit(high=0.05), "PASS"),
        (0.06, 0.08, Limit(high=0.05), "FAIL"),
        (0.04, 0.06, Limit(high=0.05), "INCONCLUSIVE"),
        (-0.4, 0.4, Limit(low=-0.5, high=0.5), "PASS"),
        (0.6, 0.7, Limit(low=-0.5, high=0.5), "FAIL"),
        (-0.7, -0.6, Limit(low=-0.5, high=0.5), "FAIL"),
        (-0.6, 0.1, Limit(low=-0.5, high=0.5), "INCONCLUSIVE"),
        (-0.6, 0.6, Limit(low=-0.5, high=0.5), "INCONCLUSIVE"),
    ],
)
def test_the_whole_interval_decides(low: float, high: float, limit: Limit, verdict: Verdict) -> None:
    assert decide(estimate((low + high) / 2, low, high), limit)[0] == verdict


def test_an_undefined_value_is_an_error_that_says_why() -> None:
    verdict, reason = decide(estimate(None, None, None, reason="fewer than two groups"), Limit(high=1))
    assert (verdict, reason) == ("ERROR", "no value: fewer than two groups")


def test_a_value_without_an_interval_is_inconclusive() -> None:
    verdict, reason = decide(estimate(0.5, None, None, reason="fewer than 10 units"), Limit(high=1))
    assert (verdict, reason) == ("INCONCLUSIVE", "no interval: fewer than 10 units")


def test_a_degenerate_value_is_an_error_and_not_a_pass() -> None:
    seen = estimate(0.0, None, None, standard_error=0.0, reason="every unit has the same value")
    assert decide(seen, Limit(high=1)) == ("ERROR", "no interval: every unit has the same value")


def test_an_inconclusive_reason_names_the_units_that_would_settle_it() -> None:
    # half-width 0.02, distance to the limit 0.01: four times the units
    _, reason = decide(estimate(0.06, 0.04, 0.08), Limit(low=0.05))
    assert "about 400 units would settle it (there are 100)" in reason


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["PASS", "FAIL", "ERROR", "INCONCLUSIVE"], "ERROR"),
        (["PASS", "FAIL", "INCONCLUSIVE"], "FAIL"),
        (["PASS", "INCONCLUSIVE", "NOT_RUN"], "INCONCLUSIVE"),
        (["PASS", "NOT_RUN"], "PASS"),
        (["NOT_RUN"], "NOT_RUN"),
        ([], "NOT_RUN"),
    ],
)
def test_the_worst_verdict_stands_for_the_whole(given: list[Verdict], expected: Verdict) -> None:
    assert worst(given) == expected


@pytest.mark.parametrize(
    ("verdict", "policy", "code"),
    [
        ("PASS", "fail", 0),
        ("FAIL", "pass", 1),
        ("ERROR", "pass", 3),
        ("NOT_RUN", "fail", 3),
        ("INCONCLUSIVE", "fail", 4),
        ("INCONCLUSIVE", "warn", 0),
        ("INCONCLUSIVE", "pass", 0),
    ],
)
def test_exit_codes(verdict: Verdict, policy: str, code: int) -> None:
    assert exit_code(verdict, policy) == code


@pytest.mark.parametrize("policy", ["fail", "warn", "pass"])
@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "ERROR", "INCONCLUSIVE"])
def test_a_test_report_is_red_where_the_exit_code_is_not_0(verdict: Verdict, policy: str) -> None:
    assert (outcome(verdict, policy) in {"failed", "error"}) == (exit_code(verdict, policy) != 0)


def test_what_was_not_run_and_what_a_policy_lets_through() -> None:
    assert outcome("NOT_RUN", "fail") == "skipped"
    assert [outcome("INCONCLUSIVE", policy) for policy in ("fail", "warn", "pass")] == [
        "failed",
        "skipped",
        "passed",
    ]


def test_a_system_has_the_worst_of_its_gated_verdicts_unless_it_failed() -> None:
    claim = Hypothesis(
        id="q", question="", probe="p", metric="m", contrast="mean", better="higher", bounds=(0, 1)
    )

    def finding(verdict: Verdict | None, limit: Limit | None) -> Finding:
        return Finding(system="s", hypothesis=claim, estimate=None, limit=limit, verdict=verdict, reason="")

    seen = [finding("PASS", Limit(low=0)), finding("ERROR", None), finding("FAIL", Limit(low=0))]
    assert verdict_of(seen, "") == "FAIL"
    assert verdict_of(seen, "it raised") == "ERROR"
    assert verdict_of([], "") == "NOT_RUN"

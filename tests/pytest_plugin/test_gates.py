from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from recaudit.audit import AuditResult

Here = Callable[[Path], Path]


def test_every_verdict_has_its_outcome(pytester: pytest.Pytester, here: Here, every_state: Path) -> None:
    here(every_state)
    done = pytester.runpytest_inprocess("--audit-run", "stored", "-v", "-rA")
    done.assert_outcomes(passed=1, failed=2, skipped=1, errors=2)
    done.stdout.fnmatch_lines_random(
        [
            "audit.toml::verdict ERROR*",
            "audit.toml::quality/hit@5[[]popular] PASSED*",
            "audit.toml::quality/ndcg@5[[]popular] FAILED*",
            "audit.toml::quality/gender/ndcg@5-gap[[]popular] FAILED*",
            "audit.toml::counterfactual/gender/jaccard@5[[]popular] SKIPPED*",
            "audit.toml::quality/hit@5[[]broken] ERROR*",
            "*the system does not offer instructions*",
            "*it could not be built: KeyError: 'weights'*",
        ]
    )
    assert done.ret == 1


@pytest.mark.parametrize(("policy", "failed", "skipped"), [("warn", 1, 2), ("pass", 1, 1)])
def test_what_inconclusive_means_is_the_policy_of_the_audit(
    pytester: pytest.Pytester, here: Here, every_state: Path, policy: str, failed: int, skipped: int
) -> None:
    folder = here(every_state)
    stored = folder / "stored" / "result.json"
    content = json.loads(stored.read_text())
    content["provenance"]["inconclusive"] = policy
    stored.write_text(json.dumps(content))
    done = pytester.runpytest_inprocess("--audit-run", "stored")
    done.assert_outcomes(passed=4 - failed - skipped, failed=failed, skipped=skipped, errors=2)


def test_a_failure_says_the_number_and_its_interval_within_80_columns(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    here(every_state)
    done = pytester.runpytest_inprocess("--audit-run", "stored", "--tb=short", "-k", "ndcg and not gap")
    [text] = [line for line in done.outlines if line.startswith("0.") and "limit at least 0.9" in line]
    assert re.match(r"0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\)", text[:80])
    done.stdout.fnmatch_lines(["FAILED audit.toml::quality/ndcg@5[[]popular] - 0.*"])


def test_the_terminal_section_has_at_most_15_lines(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    folder = here(every_state)
    stored = folder / "stored" / "result.json"
    content = json.loads(stored.read_text())
    gated = [one for one in content["findings"] if one["limit"] is not None]
    content["findings"] += [{**gated[1], "system": f"other {number}"} for number in range(30)]
    stored.write_text(json.dumps(content))
    lines = pytester.runpytest_inprocess("--audit-run", "stored").outlines
    start = next(number for number, line in enumerate(lines) if re.fullmatch("=+ audit =+", line))
    end = next(number for number in range(start + 1, len(lines)) if lines[number].startswith("==="))
    assert end - start - 1 <= 15
    assert "could not be decided" in lines[start + 1]
    assert "more gates in the report" in "\n".join(lines[start:end])


def test_junit_keeps_the_numbers(pytester: pytest.Pytester, here: Here, every_state: Path) -> None:
    folder = here(every_state)
    pytester.runpytest_inprocess("--audit-run", "stored", "--junit-xml", "junit.xml")
    cases = {case.get("name"): case for case in ET.parse(folder / "junit.xml").iter("testcase")}  # noqa: S314 - our own
    failed = cases["quality/ndcg@5[popular]"]
    told = {one.get("name"): one.get("value") for one in failed.iter("property")}
    [finding] = [
        one
        for one in AuditResult.load(folder / "stored").gated
        if (one.system, one.hypothesis.id) == ("popular", "quality/ndcg@5")
    ]
    assert finding.estimate is not None
    assert told["audit_value"] == str(finding.estimate.value)
    assert (told["audit_low"], told["audit_n"], told["audit_limit_low"]) == (
        str(finding.estimate.low),
        "80",
        "0.9",
    )
    assert {name: [one.tag for one in case if one.tag != "properties"] for name, case in cases.items()} == {
        "verdict": ["error"],
        "quality/hit@5[popular]": [],
        "quality/ndcg@5[popular]": ["failure"],
        "quality/gender/ndcg@5-gap[popular]": ["failure"],
        "counterfactual/gender/jaccard@5[popular]": ["skipped"],
        "quality/hit@5[broken]": ["error"],
    }


def test_gates_are_collected_by_reading_the_file_and_selected_by_marker(
    pytester: pytest.Pytester, here: Here, every_state: Path
) -> None:
    here(every_state)
    pytester.makepyfile("def test_other():\n    pass\ndef test_audited(audit):\n    pass\n")
    done = pytester.runpytest_inprocess("--collect-only", "-q", "-m", "audit")
    assert sum(line.startswith("audit.toml::") for line in done.outlines) == 6
    done.stdout.fnmatch_lines(["*::test_audited"])
    done.stdout.no_fnmatch_line("*::test_other")
    assert not list(pytester.path.glob("runs"))


@pytest.mark.parametrize(
    ("arguments", "collected"),
    [
        ((), True),
        (("tests",), False),
        (("tests", "audit.toml"), True),
        (("tests", "--audit-config", "audit.toml"), True),
    ],
)
def test_gates_are_tests_unless_others_are_named(
    pytester: pytest.Pytester, here: Here, shop: Path, arguments: tuple[str, ...], collected: bool
) -> None:
    folder = here(shop)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_other.py").write_text("def test_other():\n    pass\n")
    (folder / "pytest.ini").write_text("[pytest]\naudit_config = audit.toml\ntestpaths = tests\n")
    lines = pytester.runpytest_inprocess("--collect-only", "-q", *arguments).outlines
    assert lines.count("audit.toml::verdict") == collected
    assert "tests/test_other.py::test_other" in lines

from __future__ import annotations

import io

import pytest
from rich.console import Console

from recaudit.audit.result import AuditResult, NotTested
from recaudit.reports.terminal import MOST_NOT_TESTED, render_terminal


def printed(result: AuditResult, **options: object) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=120, **options)  # type: ignore[arg-type]
    for part in render_terminal(result):
        console.print(part)
    return stream.getvalue()


def test_verdict_sentence_counts_gates_and_what_was_not_tested(mixed):
    text = printed(mixed)
    assert text.startswith("✕ FAIL  an audit\nDo not release")
    for part in (
        "1 of 8 gates failed",
        "? INCONCLUSIVE",
        "at most 0.05",
        "Not tested\n  position – the config",
    ):
        assert part in text
    assert text.index("ndcg@10: largest gap by gender (M") < text.index("✓ PASS")


def test_colour_is_never_alone(mixed, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = printed(mixed, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(mixed, force_terminal=True, color_system="standard")
    assert "\x1b[1;31m✕ FAIL" in coloured
    assert "[1;31m" not in plain
    assert "✕ FAIL" in plain


@pytest.mark.parametrize("name", ["[bold red]x[/]", "[/nothing]", "\x1b[2Jx"])
def test_text_is_neither_markup_nor_a_terminal_command(make, name):
    text = printed(make.result(make.gap(name)))
    assert "\x1b" not in text
    assert name.replace("\x1b", "⟨U+001B⟩") in text


def test_long_lists_are_cut_and_counted(make):
    not_tested = tuple(NotTested(what=f"thing {place}", why="why") for place in range(MOST_NOT_TESTED + 3))
    text = printed(make.result(*[make.gap(f"s{place}") for place in range(14)], not_tested=not_tested))
    assert "and 2 more in the report" in text
    assert "and 3 more in the report" in text


def test_an_audit_without_gates_and_gaps(make):
    text = printed(make.result(make.mean(), not_tested=()))
    assert text.startswith("\N{EN DASH} NOT RUN")
    assert "Nothing is recorded as left out." in text

from __future__ import annotations

from pathlib import Path

from recaudit.metrics.document import page


def test_the_page_is_current() -> None:
    written = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m recaudit.metrics.document docs/metrics.md"

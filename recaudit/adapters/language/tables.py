"""Titles in a table of Markdown rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_RULE = re.compile(r":?-{2,}:?|:?-:?")
_TITLE_COLUMN = re.compile(r"title|name|movie|film|song|track|book|game|recommend", re.IGNORECASE)
_YEAR = re.compile(r"(?:1\d|20)\d\d")


def table_titles(lines: Sequence[str]) -> list[str]:
    """The titles of a table, with the year where there is a column for it; none without a table.

    >>> table_titles(["| # | Movie | Year |", "|---|---|---|", "| 1 | **Heat** | 1995 |"])
    ['**Heat** (1995)']
    """
    rows = [cells for line in lines if (cells := _cells(line))]
    rules = [at for at, cells in enumerate(rows) if all(_RULE.fullmatch(cell) for cell in cells)]
    if len(rows) < 2 or (not rules and len({len(cells) for cells in rows}) > 1):
        return []
    header, body = (rows[0], rows[rules[0] + 1 :]) if rules else (None, rows)
    column = _title_column(header, body)
    years = [
        at for at, cell in enumerate(header or ()) if cell.casefold() in {"year", "release year", "released"}
    ]
    titles = []
    for cells in body:
        if column < len(cells) and cells[column]:
            year = cells[years[0]] if years and years[0] < len(cells) else ""
            dated = _YEAR.fullmatch(year) and year not in cells[column]
            titles.append(f"{cells[column]} ({year})" if dated else cells[column])
    return titles


def _cells(line: str) -> list[str]:
    text = line.strip()
    if not text.startswith("|") or text.count("|") < 2:
        return []
    return [cell.strip() for cell in text.strip("|").split("|")]


def _title_column(header: Sequence[str] | None, body: Sequence[Sequence[str]]) -> int:
    for at, cell in enumerate(header or ()):
        if _TITLE_COLUMN.search(cell):
            return at
    first = body[0] if body else ()
    return next((at for at, cell in enumerate(first) if not re.fullmatch(r"#?\d*[.)]?", cell)), 0)

"""Which line of a TOML file holds a key; `tomllib` does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

Location = tuple[str | int, ...]


def line_of(text: str, location: Sequence[str | int]) -> int | None:
    """Return the line, from 1, of a key such as `("systems", 0, "name")`.

    A key that is not written has the line of its nearest enclosing table; None if that is the whole file.

    >>> line_of("seed = 1", ("seed",))
    1
    """
    lines = _lines(text)
    wanted = tuple(location)
    while wanted:
        if wanted in lines:
            return lines[wanted]
        wanted = wanted[:-1]
    return None


def gate_at(text: str, system: str, finding: str) -> int | None:
    """The line of the gate of a configuration that asks about a claim of a system, None without one."""
    gates = tomllib.loads(text).get("gates", [])
    for position, gate in enumerate(gates):
        if fnmatchcase(finding, gate["finding"]) and system in gate.get("systems", [system]):
            return line_of(text, ("gates", position, "finding"))
    return None


def _lines(text: str) -> dict[Location, int]:
    lines: dict[Location, int] = {}
    arrays: dict[Location, int] = {}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            path = _with_positions(_parts(header[2]), arrays)
            if header[1] == "[[":
                arrays[path] = arrays.get(path, -1) + 1
                lines.setdefault(path, number)
                path = (*path, arrays[path])
            table = path
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            parts = _parts(key[1])
            for depth in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:depth]), number)
    return lines


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _with_positions(parts: Sequence[str], arrays: dict[Location, int]) -> Location:
    path: Location = ()
    for depth, part in enumerate(parts, start=1):
        path = (*path, part)
        if path in arrays and depth < len(parts):
            path = (*path, arrays[path])
    return path

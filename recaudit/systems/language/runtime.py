"""What training with torch needs each time: packages, one thread, a seed, a digest of given weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold torch to one thread: sums repeat exactly, and threads do not wait for each other beside other work."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Seed torch, on one thread; both are as before afterwards."""
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
    """SHA-256 of a file, or of all files of a folder with their names."""
    total = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        total.update(f"{file.name}:{file.stat().st_size}:".encode())
        total.update(file.read_bytes())
    return total.hexdigest()

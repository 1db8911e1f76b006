"""torch as these systems use it: one thread and a seed of one's own, so that the same call gives the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from recaudit.errors import PrerequisiteError


def require_torch(system: str) -> None:
    """Refuse to go on without torch.

    Raises:
        PrerequisiteError: If it is not installed.
    """
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as error:
        raise missing(system, error) from error


def missing(system: str, error: ModuleNotFoundError) -> PrerequisiteError:
    """What to say when a package is not there."""
    return PrerequisiteError(
        f"the system '{system}' needs the package {error.name}, which is not installed; "
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

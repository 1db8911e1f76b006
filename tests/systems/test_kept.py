from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.datasets import AuditData
from recaudit.systems import kept as module
from recaudit.systems.kept import kept


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that something was trained into."""
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path))
    return []


@pytest.fixture
def train(trained: list[Path]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        trained.append(folder)
        (folder / "weights.bin").write_bytes(b"learnt")

    return write


def test_trains_once(tiny_data: AuditData, trained: list[Path], train: Callable[[Path], None]) -> None:
    first = kept("thing", tiny_data, {"seed": 1}, (module,), train)
    assert kept("thing", tiny_data, {"seed": 1}, (module,), train) == first
    assert (first / "weights.bin").read_bytes() == b"learnt"
    assert len(trained) == 1


def test_other_options_data_or_damage_train_again(
    tiny_data: AuditData, trained: list[Path], train: Callable[[Path], None]
) -> None:
    first = kept("thing", tiny_data, {"seed": 1}, (module,), train)
    assert kept("thing", tiny_data, {"seed": 2}, (module,), train) != first
    fewer = replace(tiny_data, interactions=tiny_data.interactions.iloc[1:])
    assert kept("thing", fewer, {"seed": 1}, (module,), train) != first
    (first / "weights.bin").write_bytes(b"damaged")
    assert kept("thing", tiny_data, {"seed": 1}, (module,), train) == first
    assert (first / "weights.bin").read_bytes() == b"learnt"
    assert len(trained) == 4


def test_a_failed_training_leaves_nothing(tiny_data: AuditData, trained: list[Path], tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        kept("thing", tiny_data, {}, (module,), fail)
    assert list((tmp_path / "systems").iterdir()) == []

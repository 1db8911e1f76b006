from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recaudit.datasets import apply_split
from recaudit.datasets.coat import coat
from recaudit.errors import DataError, PrerequisiteError

if TYPE_CHECKING:
    from pathlib import Path


def test_missing_files_say_where_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECAUDIT_DATA", raising=False)
    with pytest.raises(PrerequisiteError, match="coat is not downloaded for you: get it from www"):
        coat()
    with pytest.raises(DataError, match="does not hold coat: expected the files interactions"):
        coat(tmp_path)


def test_real_coat(shared_data: Path) -> None:
    data = coat(shared_data / "coat")
    assert data.users["gender"].value_counts().to_dict() == {"men": 162, "women": 128}
    assert data.attributes == ["gender", "age", "location", "fashioninterest"]
    assert data.users.notna().all(axis=None)
    assert (data.truth["user"].value_counts() == 16).all()
    assert len(data.interactions) == 6_960 - 366
    assert data.truth["rating"].mean() == pytest.approx(2.229, abs=5e-4)
    assert (data.truth["grade"] == (data.truth["rating"] >= 4)).all()


def test_another_threshold_of_relevance(shared_data: Path) -> None:
    data = apply_split(coat(shared_data / "coat"), method="given", relevant_from=5)
    assert (data.truth["grade"] == (data.truth["rating"] == 5)).all()

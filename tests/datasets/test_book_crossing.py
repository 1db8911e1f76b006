from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from recaudit.datasets import load_dataset
from recaudit.datasets.book_crossing import AGE_LABELS, book_crossing

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_dirty_values_are_cleaned_or_unknown(tmp_path: Path) -> None:
    ages = [0, 4, 5, 17, 18, 54, 55, 100, 101, 239, None]
    countries = [" USA", "usa ", "New  Zealand", "x", "", None, "españa", "usa", "usa", "usa", "usa"]
    users = pd.DataFrame({"user_id": range(11), "country": countries, "age": ages})
    users.to_parquet(tmp_path / "users.parquet")
    rows = pd.DataFrame({"user_id": [0, 1], "item_id": ["034545104X", "0155061224"], "rating": [0, 10]})
    rows.to_parquet(tmp_path / "interactions.parquet")
    data = book_crossing(tmp_path)
    bands = data.users["age_band"]
    assert bands.tolist()[2:8] == ["under 18", "under 18", "18-24", "45-54", "55+", "55+"]
    assert bands.isna().tolist() == [True, True, *[False] * 6, True, True, True]
    assert data.users["country"].tolist()[:3] == ["usa", "usa", "new zealand"]
    assert data.users["country"].isna().tolist()[3:7] == [True, True, True, False]
    assert data.interactions["rating"].isna().tolist() == [True, False]
    assert data.items.index.tolist() == ["0155061224", "034545104X"]


def test_real_book_crossing(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECAUDIT_DATA", str(shared_data))
    data = load_dataset("book-crossing")
    assert (len(data.users), len(data.items), len(data.interactions)) == (5_184, 43_293, 60_109)
    assert set(data.users["age_band"].dropna()) == set(AGE_LABELS)
    assert 0.54 < data.interactions["rating"].isna().mean() < 0.56
    assert data.users["country"].notna().mean() > 0.96

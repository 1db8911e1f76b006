from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from recaudit.errors import DataError
from recaudit.metrics import UnsortedWarning, evaluate, streaming

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ["ndcg@5", "recall@5", "map@10", "err@10"]


@pytest.fixture(params=["number", "text"])
def tables(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(4)
    lists = [
        (user, int(item), rank)
        for user in range(60)
        for rank, item in enumerate(rng.permutation(40)[: rng.integers(1, 25)], 1)
    ]
    held = [(user, int(item)) for user in range(5, 65) for item in rng.permutation(45)[:4]]
    rows = pd.DataFrame(lists, columns=["user", "item", "rank"])
    truth = pd.DataFrame(held, columns=["user", "item"])
    if request.param == "text":
        rows, truth = (
            table.assign(user="u" + table["user"].astype(str), item="i" + table["item"].astype(str))
            for table in (rows, truth)
        )
    return rows, truth


def assert_same(found, expected) -> None:
    pd.testing.assert_frame_equal(
        found.per_user.sort_index(), expected.per_user.sort_index(), check_exact=True
    )
    assert found.counts == expected.counts
    assert found.ordered_by == expected.ordered_by


@pytest.mark.parametrize("batch", [1, 7, 100, 10**6])
def test_pieces_of_any_size_give_the_same(
    tables, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, truth = tables
    rows.to_parquet(tmp_path / "rows.parquet")
    truth.to_parquet(tmp_path / "truth.parquet")
    monkeypatch.setattr(streaming, "BATCH_ROWS", batch)
    found = evaluate(tmp_path / "rows.parquet", str(tmp_path / "truth.parquet"), LABELS)
    assert_same(found, evaluate(rows, truth, LABELS))


def test_a_folder_whose_users_span_files(tables, tmp_path: Path) -> None:
    rows, truth = tables
    for part, start in enumerate(range(0, len(rows), 101)):
        rows.iloc[start : start + 101].to_parquet(tmp_path / f"part-{part:03}.parquet")
    assert_same(evaluate(tmp_path, truth, LABELS), evaluate(rows, truth, LABELS))


@pytest.mark.parametrize("batch", [50, 400])
def test_scattered_rows_are_read_whole_with_a_warning(
    tables, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, truth = tables
    rows.sample(frac=1, random_state=0).to_parquet(tmp_path / "rows.parquet")
    monkeypatch.setattr(streaming, "BATCH_ROWS", batch)
    with pytest.warns(UnsortedWarning, match="not grouped by user"):
        found = evaluate(tmp_path / "rows.parquet", truth, LABELS)
    assert_same(found, evaluate(rows, truth, LABELS))


def test_a_user_who_comes_again_later_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "BATCH_ROWS", 2)
    for users in ([1, 1, 2, 2, 3, 3, 1], [9, 9, 2, 2, 3, 3, 9]):
        rows = pd.DataFrame({"user": users, "item": range(len(users))})
        rows.to_parquet(tmp_path / "rows.parquet")
        with pytest.warns(UnsortedWarning):
            found = evaluate(tmp_path / "rows.parquet", {1: [6], 2: [2]}, ["mrr@5"])
        assert_same(found, evaluate(rows, {1: [6], 2: [2]}, ["mrr@5"]))


def test_errors_name_ids(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"user": ["a", "a"], "item": ["x", "x"]}).to_parquet(path)
    with pytest.raises(DataError, match="user 'a' holds item 'x' twice"):
        evaluate(path, {"a": ["x"]}, ["mrr@5"])
    with pytest.raises(DataError, match="none of the 1 user"):
        evaluate(path, {"b": ["x"]}, ["mrr@5"], on_duplicate="first")
    with pytest.raises(DataError, match="no column 'person'"):
        evaluate(path, pd.DataFrame({"person": ["a"], "item": ["x"]}), ["mrr@5"], user="person")
    pd.DataFrame({"user": [], "item": []}).to_parquet(path)
    with pytest.raises(DataError, match="no rows"):
        evaluate(path, {"b": ["x"]}, ["mrr@5"])

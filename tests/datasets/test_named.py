from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from recaudit.datasets import DATASETS, audit_data, load_dataset
from recaudit.datasets.named import Counts, check_counts, needed_folder, own_folder
from recaudit.errors import DataError, PrerequisiteError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

FILES = (("rows.parquet", "users.parquet"), ("rows.dat",))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECAUDIT_DATA", str(tmp_path))
    return tmp_path


def folder_with(parent: Path, name: str, *files: str) -> Path:
    (parent / name).mkdir()
    for file in files:
        (parent / name / file).touch()
    return parent / name


def test_the_public_datasets_are_registered() -> None:
    expected = {"book-crossing", "coat", "movielens-100k", "movielens-1m", "movielens-latest-small"}
    assert expected <= set(DATASETS.names())
    for name in expected:
        assert callable(DATASETS.get(name))


def test_an_unknown_dataset_gets_near_names() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown dataset 'movielens-100', did you mean 'movielens-100k'"
    ):
        load_dataset("movielens-100")


def test_a_given_path_wins_over_the_data_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder_with(root, "things", "rows.dat")
    given = folder_with(tmp_path_factory.mktemp("own"), "elsewhere", "rows.dat")
    assert own_folder(("things",), given, FILES) == given


def test_any_name_and_any_set_of_files_will_do(root: Path) -> None:
    expected = folder_with(root, "publisher-things", "rows.parquet", "users.parquet", "extra.txt")
    assert own_folder(("things", "publisher-things"), None, FILES) == expected


def test_without_a_folder_there_is_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_folder(("things",), None, FILES) is None
    monkeypatch.delenv("RECAUDIT_DATA")
    assert own_folder(("things",), None, FILES) is None


def test_an_incomplete_folder_says_which_files_are_expected(root: Path) -> None:
    folder_with(root, "things", "rows.parquet")
    expected = "does not hold things: expected the files rows.parquet, users.parquet or rows.dat"
    with pytest.raises(DataError, match=expected):
        own_folder(("things",), None, FILES)
    with pytest.raises(DataError, match="nowhere is not a folder with things"):
        own_folder(("things",), root / "nowhere", FILES)


@pytest.mark.usefixtures("root")
def test_a_missing_dataset_says_where_to_get_it_and_where_to_put_it() -> None:
    with pytest.raises(PrerequisiteError) as raised:
        needed_folder(("things",), None, FILES, publisher="example.org/things")
    assert str(raised.value) == (
        "things is not downloaded for you: get it from example.org/things, put its files "
        "(rows.parquet, users.parquet or rows.dat) into a folder 'things', and set RECAUDIT_DATA to the folder that "
        "holds it, or give the folder as path"
    )


def test_counts_must_be_those_of_a_release() -> None:
    data = audit_data(pd.DataFrame({"user": [1, 2], "item": [1, 1]}), name="things")
    assert check_counts(data, Counts(9, 9, 9), Counts(2, 1, 2)) is data
    with pytest.raises(
        DataError, match="things has 2 users, 1 items and 2 interactions, expected 2 users, 1 items and 3"
    ):
        check_counts(data, Counts(2, 1, 3))

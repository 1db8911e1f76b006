from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from recaudit.adapters.table import table
from recaudit.datasets import AuditData
from recaudit.errors import DataError
from recaudit.probes.lists import plan_lists
from recaudit.records import Answer, Request


def answers(data: AuditData, path: Path, k: int = 3, **options: object) -> dict[object, Answer]:
    requests = plan_lists(data, k, 0)
    given = table(data, path=str(path), **options).recommend(requests)  # type: ignore[arg-type]
    return {request.user: answer for request, answer in zip(requests, given, strict=True)}


def write(folder: Path, frame: pd.DataFrame, name: str = "recs.csv") -> Path:
    path = folder / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if name.endswith("tsv") else ",")
    return path


ROWS = pd.DataFrame({"user": ["u00"] * 4 + ["u01"], "item": [5, 6, 7, 8, 9]})


@pytest.mark.parametrize("name", ["recs.csv", "recs.tsv", "recs.parquet"])
def test_without_rank_or_score_the_order_of_the_rows_counts(
    tmp_path: Path, tiny_data: AuditData, name: str
) -> None:
    given = answers(tiny_data, write(tmp_path, ROWS, name))
    assert given["u00"].items == (5, 6, 7)
    assert given["u01"].items == (9,)
    assert given["u02"].items == ()


def test_a_score_orders_and_ties_keep_the_order_of_the_rows(tmp_path: Path, tiny_data: AuditData) -> None:
    given = answers(tiny_data, write(tmp_path, ROWS.assign(score=[0.1, 0.9, 0.1, -3, 0])))
    assert given["u00"].items == (6, 5, 7)
    assert given["u00"].scores == (0.9, 0.1, 0.1)


def test_an_explicit_rank_wins_over_a_score(tmp_path: Path, tiny_data: AuditData) -> None:
    path = write(tmp_path, ROWS.assign(score=[4, 3, 2, 1, 1], rank=[4, 3, 2, 1, 1]))
    assert answers(tiny_data, path)["u00"].items == (8, 7, 6)


def test_columns_can_have_other_names(tmp_path: Path, tiny_data: AuditData) -> None:
    path = write(tmp_path, ROWS.rename(columns={"user": "who", "item": "what"}).assign(place=[4, 3, 2, 1, 1]))
    assert answers(tiny_data, path, user="who", item="what", rank="place")["u00"].items == (8, 7, 6)


def test_predicted_ratings_answer_candidates(tmp_path: Path, tiny_data: AuditData) -> None:
    path = write(tmp_path, ROWS.assign(score=[1.0, 2.0, 3.0, 4.0, 5.0]))
    request = Request(
        unit="u00", user="u00", arm="ratings", history=(), candidates=(8, 5, 30), k=3, needs="ratings"
    )
    system = table(tiny_data, path=str(path), ratings=True)
    assert "ratings" in system.offers
    [answer] = system.recommend([request])
    assert (answer.items, answer.scores) == ((8, 5), (4.0, 1.0))


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ROWS.drop(columns="item"), {}, "no column 'item'"),
        (ROWS.iloc[:0], {}, "no rows"),
        (pd.concat([ROWS, ROWS.tail(1)]), {}, r"1 rows repeat an item.*row 6 \(user 'u01', item 9\)"),
        (ROWS.assign(user=["u00", None, "u00", "u00", "u01"]), {}, "1 row.* no user id.*row 2"),
        (ROWS.assign(item=[5, 6, 7, 8, 99]), {}, "1 item ids are not in the data, such as 99"),
        (ROWS.assign(user=["x"] * 5), {}, "1 user ids are not in the data, such as 'x'"),
        (ROWS.assign(score=[1, 2, None, 3, 4]), {}, "1 values of 'score' are not finite.*row 3"),
        (ROWS.assign(score=[1, 2, "inf", 3, 4]), {}, "1 values of 'score' are not finite.*row 3"),
        (ROWS, {"score": "scroe"}, "no column 'scroe'"),
        (ROWS, {"ratings": True}, "no column of predicted ratings"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, tiny_data: AuditData, frame: pd.DataFrame, options: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        table(tiny_data, path=str(write(tmp_path, frame)), **options)  # type: ignore[arg-type]


def test_a_missing_file_is_named_with_its_neighbours(tmp_path: Path, tiny_data: AuditData) -> None:
    write(tmp_path, ROWS)
    with pytest.raises(DataError, match=r"did you mean 'recs\.csv'"):
        table(tiny_data, path=str(tmp_path / "rcs.csv"))


def test_no_user_with_both_a_list_and_held_out_items(tmp_path: Path, tiny_data: AuditData) -> None:
    from dataclasses import replace

    data = replace(tiny_data, truth=tiny_data.truth[tiny_data.truth["user"] > "u10"])
    with pytest.raises(DataError, match="no user has both recommendations and held-out items"):
        table(data, path=str(write(tmp_path, ROWS)))

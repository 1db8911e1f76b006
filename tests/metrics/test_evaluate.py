from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from recaudit.errors import DataError, InputError
from recaudit.metrics import evaluate

GOLDEN = json.loads((Path(__file__).parent / "golden_ranking.json").read_text(encoding="utf-8"))["cases"]
LABELS = ["ndcg@5", "recall@5", "mrr@5", "map@10", "err@10"]


def golden_tables(case: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    recommended = [(user, item, score) for user, rows in case["recs"].items() for item, score in rows]
    held = [(user, int(item), grade) for user, rows in case["truth"].items() for item, grade in rows.items()]
    return (
        pd.DataFrame(recommended, columns=["user", "item", "score"]),
        pd.DataFrame(held, columns=["user", "item", "grade"]),
    )


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden(case: dict) -> None:
    recommended, held = golden_tables(case)
    expected, options = dict(case["expected"]), {}
    if "error" in expected:
        with pytest.raises(
            DataError, match=r"in 1 of \d+ row\(s\): user '1' holds item 1 twice, in rows 0 and 1"
        ):
            evaluate(recommended, held, ["ndcg@4"])
        expected, options = expected["first_wins"], {"on_duplicate": "first"}
    names = [name for name in expected if not name.startswith("n_")]
    found = evaluate(recommended, held, [f"{name}@{case['k']}" for name in names], **options)
    for name in names:
        assert found.mean[f"{name}@{case['k']}"] == pytest.approx(expected[name], abs=1e-8), name
    if "n_users" in expected:
        assert found.counts.users == expected["n_users"]
        assert found.counts.users_without_truth == expected["n_users_without_truth"]
        assert found.counts.users_without_list == expected["n_users_without_list"]
    else:
        assert found.counts.repeats_removed == 1


def workload(seed: int = 0, users: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    lists = [
        (user, int(item), rank)
        for user in range(users)
        for rank, item in enumerate(rng.permutation(60)[: rng.integers(1, 20)], 1)
    ]
    held = [
        (user, int(item), float(rng.integers(0, 4)))
        for user in range(3, users + 3)
        for item in rng.permutation(60)[: rng.integers(1, 9)]
    ]
    return pd.DataFrame(lists, columns=["user", "item", "rank"]), pd.DataFrame(
        held, columns=["user", "item", "grade"]
    )


def same(found, expected) -> None:
    pd.testing.assert_frame_equal(
        found.per_user.sort_index(), expected.per_user.sort_index(), check_index_type=False, check_exact=True
    )
    assert found.counts == expected.counts


def test_the_form_of_the_input_changes_nothing() -> None:
    rows, held = workload()
    expected = evaluate(rows, held, LABELS)
    shuffled = rows.sample(frac=1, random_state=1)
    same(evaluate(shuffled, held.sample(frac=1, random_state=2), LABELS), expected)
    same(evaluate(pl.from_pandas(rows), pl.from_pandas(held), LABELS), expected)
    same(evaluate(pa.Table.from_pandas(rows), pa.Table.from_pandas(held), LABELS), expected)
    same(evaluate(rows.astype({"user": "int32", "item": "Int64"}), held, LABELS), expected)
    lists = {user: group["item"].tolist() for user, group in rows.groupby("user")}
    graded = {
        user: dict(zip(group["item"], group["grade"], strict=True)) for user, group in held.groupby("user")
    }
    same(evaluate(lists, graded, LABELS), expected)


def test_renaming_ids_changes_nothing() -> None:
    rows, held = workload()
    expected = evaluate(rows, held, LABELS)
    for name in (lambda code: f"x{code * 7919 % 1009}", lambda code: (code * 7919 % 1009) * 2**40 - 5):
        renamed = [
            table.assign(user=table["user"].map(name), item=table["item"].map(name)) for table in (rows, held)
        ]
        found = evaluate(*renamed, LABELS)
        for label in LABELS:
            assert found.mean[label] == pytest.approx(expected.mean[label], abs=1e-12)
        assert found.counts == expected.counts
        user = int(rows["user"].iloc[-1])
        assert found.per_user.loc[name(user)].tolist() == expected.per_user.loc[user].tolist()


def test_a_score_is_only_an_order() -> None:
    rows, held = workload()
    expected = evaluate(rows, held, LABELS)
    for score in (-rows["rank"], 1e6 - rows["rank"] ** 2, np.exp(-rows["rank"] / 9) - 5):
        scored = rows.drop(columns="rank").assign(score=score)
        found = evaluate(scored.sample(frac=1, random_state=3), held, LABELS)
        same(found, expected)
        assert found.ordered_by == "score"


def test_rank_wins_over_score_unless_the_score_is_named() -> None:
    rows = pd.DataFrame({"user": [1, 1], "item": [5, 6], "rank": [1, 2], "score": [0.1, 0.9]})
    held = pd.DataFrame({"user": [1], "item": [5]})
    assert evaluate(rows, held, ["mrr@5"]).mean["mrr@5"] == 1
    assert evaluate(rows, held, ["mrr@5"], score="score").mean["mrr@5"] == 0.5
    assert evaluate(rows, held, ["mrr@5"], rank="rank", score="score").ordered_by == "rank"
    assert evaluate(rows[["user", "item"]], held, ["mrr@5"]).ordered_by == "rows"


def test_ties_keep_the_order_of_the_rows_and_are_counted() -> None:
    rows = pd.DataFrame({"user": [2, 1, 1, 1], "item": [7, 5, 6, 7], "score": [0.5, 0.5, 0.5, 0.9]})
    found = evaluate(rows, {1: [6], 2: [7]}, ["mrr@5"])
    assert found.per_user.loc[1, "mrr@5"] == pytest.approx(1 / 3)
    assert found.counts.ties == 1


def test_counts_and_means_are_over_users_with_truth() -> None:
    found = evaluate({1: [1], 2: [1]}, {1: {1: 1}, 3: {9: 1}, 2: {1: 0}}, ["hit@2"])
    assert found.mean == {"hit@2": 0.5}
    assert np.isnan(found.per_user.loc[2, "hit@2"])
    counts = found.counts
    assert (counts.users, counts.users_without_truth, counts.users_without_list) == (2, 1, 1)
    assert counts.short_lists == 2


def test_auc_takes_the_number_of_candidates() -> None:
    assert evaluate({1: [1, 2]}, {1: [1]}, ["auc"], candidates=3).mean["auc"] == 1
    with pytest.raises(InputError, match="candidates"):
        evaluate({1: [1, 2]}, {1: [1]}, ["auc"])


def test_categorical_and_object_text_ids() -> None:
    rows = pd.DataFrame({"user": ["u1", "u1", "u2"], "item": ["i10", "i11", "i10"], "score": [0.9, 0.8, 0.7]})
    held = pd.DataFrame({"user": pd.Series(["u1", "u2"], dtype=object), "item": ["i11", "i10"]})
    found = evaluate(rows.astype({"user": "category"}), held, ["mrr@5"])
    assert found.per_user["mrr@5"].to_dict() == {"u1": 0.5, "u2": 1.0}


def test_an_evaluation_is_a_table_and_shows_its_means_in_a_notebook() -> None:
    recommended = pd.DataFrame({"user": ["a", "b"], "item": [1, 2]})
    held = pd.DataFrame({"user": ["a", "b", "c"], "item": [1, 3, 3]})
    found = evaluate(recommended, held, ["hit@1", "ndcg@1"])
    pd.testing.assert_frame_equal(found.to_pandas(), found.per_user)
    page = found._repr_html_()
    assert "<td>hit@1</td>\n      <td>0.3333</td>\n      <td>3</td>" in page
    assert "users without list 1" in page

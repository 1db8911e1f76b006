from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recaudit.errors import DataError, InputError
from recaudit.metrics import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

LABELS = ["ndcg@5", "ndcg_exp@5", "recall@5", "mrr@5", "map@10", "err@10", "auc"]
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:pyspark", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="needs pyspark: pip install 'recaudit[spark]'")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("needs Java 17 or later on the PATH or in JAVA_HOME")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    options = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "20",
    }
    session = sql.SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    yield session
    session.stop()


def workload(text: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Users 0 to 9 have no held-out items, users 150 to 159 no list; some grades are 0."""
    rng = np.random.default_rng(3)
    lists = [
        (user, int(item), -7.0 + score)
        for user in range(150)
        for item, score in zip(rng.permutation(60)[: rng.integers(1, 20)], rng.random(20) * 14, strict=False)
    ]
    held = [
        (user, int(item), float(rng.integers(0, 4)))
        for user in range(10, 160)
        for item in rng.permutation(65)[: rng.integers(1, 9)]
    ]
    rows = pd.DataFrame(lists, columns=["user", "item", "score"])
    truth = pd.DataFrame(held, columns=["user", "item", "grade"])
    if text:
        rows, truth = (
            table.assign(user="u" + table["user"].astype(str), item="i" + table["item"].astype(str))
            for table in (rows, truth)
        )
    return rows, truth


def as_spark(spark: Any, table: pd.DataFrame) -> Any:
    return spark.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)).repartition(4)


@pytest.mark.slow
def test_spark_and_local_agree(spark: Any) -> None:
    for text in (False, True):
        rows, truth = workload(text)
        expected = evaluate(rows, truth, LABELS, candidates=70)
        frame = as_spark(spark, rows)
        for held in (as_spark(spark, truth), truth):
            found = evaluate(frame, held, LABELS, candidates=70)
            assert found.mean == pytest.approx(expected.mean, abs=1e-12, rel=0)
            assert found.counts == expected.counts
            assert found.ordered_by == "score"
        per_user = found.per_user.toArrow().to_pandas().set_index("user").sort_index()
        assert per_user.isna().any().any()
        pd.testing.assert_frame_equal(
            per_user, expected.per_user.sort_index(), rtol=0, atol=1e-12, check_index_type=False
        )


@pytest.mark.slow
def test_ranks_repeats_ties_and_own_names(spark: Any) -> None:
    rows = pd.DataFrame(
        {
            "who": [1, 1, 1, 2, 2],
            "what`s": [5, 6, 5, 8, 7],
            "place": [1, 2, 3, 4, 4],
            "score": [0, 1, 2, 3, 4],
        }
    )
    truth = {1: [6], 2: [8]}
    options = {"user": "who", "item": "what`s", "rank": "place"}
    found = evaluate(as_spark(spark, rows), truth, ["mrr@5"], on_duplicate="first", **options)
    expected = evaluate(rows, truth, ["mrr@5"], on_duplicate="first", ties="id", **options)
    assert found.mean == expected.mean == {"mrr@5": 0.75}
    assert found.counts == expected.counts
    assert (found.counts.ties, found.counts.repeats_removed) == (1, 1)
    nobody = evaluate(as_spark(spark, rows[:2]), {1: {6: 0.0}}, ["mrr@5"], **options)
    assert np.isnan(nobody.mean["mrr@5"])


RECS = pd.DataFrame({"user": [1, 1, 2], "item": [10, 11, 10], "score": [0.9, 0.8, 0.7]})
HELD = pd.DataFrame({"user": [1, 2], "item": [10, 10], "grade": [1.0, 1.0]})
WRONG = [
    (RECS.drop(columns="score"), HELD, "rows of a Spark frame have no order"),
    (RECS.rename(columns={"user": "users"}), HELD, "no column 'user', did you mean 'users'"),
    (RECS.assign(user=[1.5, 1.5, 2.0]), HELD, "column 'user' of the recommendations holds Float64"),
    (RECS.iloc[:0], HELD, "recommendations hold no rows"),
    (
        RECS.assign(item=pd.array([10, None, 10], dtype="Int64")),
        HELD,
        r"column 'item' of the recommendations is missing in 1 of 3 row\(s\), such as user=1 item=missing",
    ),
    (
        RECS.assign(score=[0.9, np.nan, np.nan]),
        HELD,
        r"column 'score' .* missing or NaN in 2 of 3 row\(s\), such as user=1 item=11",
    ),
    (RECS, HELD.assign(grade=[1.0, -2.0]), r"column 'grade' of the truth .* in 1 of 2 .* item=10 grade=-2"),
    (
        RECS.assign(item=10),
        HELD,
        r"column 'item' of the recommendations repeats .* in 1 row\(s\): user 1 holds item 10",
    ),
    (
        RECS,
        pd.concat([HELD, HELD[1:]]),
        r"column 'item' of the truth repeats .* in 1 row\(s\): user 2 holds item 10",
    ),
    (RECS.assign(user=[7, 7, 8]), HELD, r"none of the 2 user\(s\) of the recommendations \([78], [78]\)"),
    (RECS, HELD.assign(user=["1", "2"]), r"user ids are whole numbers .* text in the truth"),
]


@pytest.mark.slow
def test_bad_input_is_one_clear_sentence(spark: Any) -> None:
    for recommended, held, message in WRONG:
        table = pa.Table.from_pandas(recommended, preserve_index=False)
        held_out = pa.Table.from_pandas(held, preserve_index=False)
        with pytest.raises(DataError, match=message) as caught:
            evaluate(spark.createDataFrame(table), spark.createDataFrame(held_out), ["ndcg@10"])
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="give both to Spark"):
        evaluate(RECS, spark.createDataFrame(pa.Table.from_pandas(HELD)), ["ndcg@10"])


def test_spark_is_not_imported_for_other_tables() -> None:
    code = (
        "import sys; from recaudit.metrics import evaluate; evaluate({1: [2]}, {1: [2]}, ['ndcg@5']); "
        "print('pyspark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

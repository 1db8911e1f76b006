"""The whole path on real data, against an independent library."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recaudit.audit import run_audit
from recaudit.datasets import apply_split, load_dataset

CONFIG = """
[audit]
seed = 5
resamples = 500
[data]
dataset = "movielens-100k"
path = "{path}"
[data.split]
method = "last"
n = 5
[[systems]]
name = "random"
adapter = "random"
[[systems]]
name = "popularity"
adapter = "popularity"
[[systems]]
name = "item-knn"
adapter = "implicit"
options = {{ model = "item-knn" }}
[probes.quality]
metrics = ["ndcg@10", "recall@10", "precision@10", "map@10", "hit@10"]
group_metrics = ["ndcg@10"]
attributes = ["gender"]
[[gates]]
finding = "quality/ndcg@10"
min = 0.05
"""
ORACLE = {
    "ndcg@10": "ndcg_cut_10",
    "recall@10": "recall_10",
    "precision@10": "P_10",
    "map@10": "map_cut_10",
    "hit@10": "success_10",
}


@pytest.fixture(scope="module")
def run(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("implicit", reason="needs the extra 'classic'")
    folder = tmp_path_factory.mktemp("movielens")
    (folder / "audit.toml").write_text(CONFIG.format(path=shared_data / "movielens-100k"))
    run_audit(folder / "audit.toml", out=folder / "run")
    return folder / "run"


def test_quality_agrees_with_pytrec_eval_on_every_user(run: Path, shared_data: Path) -> None:
    import pytrec_eval

    data = apply_split(load_dataset("movielens-100k", shared_data / "movielens-100k"), method="last", n=5)
    truth: dict[str, dict[str, int]] = {}
    for user, item in zip(data.truth["user"], data.truth["item"], strict=True):
        truth.setdefault(str(user), {})[str(item)] = 1
    rows = pd.read_parquet(run / "measurements.parquet")
    with sqlite3.connect(run / "evidence.sqlite") as evidence:
        for system in ("random", "popularity", "item-knn"):
            answers = evidence.execute(
                "SELECT user, items FROM answer JOIN request ON request.id = answer.request WHERE system = ?",
                (system,),
            )
            ranked = {
                user: {str(item): -float(rank) for rank, item in enumerate(json.loads(items))}
                for user, items in answers
            }
            judged = pytrec_eval.RelevanceEvaluator(truth, set(ORACLE.values())).evaluate(ranked)
            ours = rows[rows["system"] == system].pivot(index="unit", columns="metric", values="value")
            for metric, theirs in ORACLE.items():
                expected = np.array([judged[str(user)][theirs] for user in ours.index])
                np.testing.assert_allclose(ours[metric].to_numpy(), expected, atol=1e-9)
    evidence.close()


def test_a_random_recommender_fails_and_a_good_one_passes(run: Path) -> None:
    from recaudit.audit import AuditResult

    verdicts = {finding.system: finding.verdict for finding in AuditResult.load(run).gated}
    assert verdicts == {"random": "FAIL", "popularity": "PASS", "item-knn": "PASS"}


def test_group_means_agree_with_pandas(run: Path, shared_data: Path) -> None:
    from recaudit.audit import AuditResult

    rows = pd.read_parquet(run / "measurements.parquet")
    gender = load_dataset("movielens-100k", shared_data / "movielens-100k").users["gender"]
    for system in AuditResult.load(run).systems:
        [table] = system.probes[0].tables
        chosen = rows[(rows["system"] == system.card.name) & (rows["metric"] == "ndcg@10")].set_index("unit")[
            "value"
        ]
        means = chosen.groupby(gender).mean()
        column = table.metrics.index("ndcg@10")
        for group, values in zip(table.groups, table.values, strict=True):
            assert values[column] == pytest.approx(means[group], abs=1e-12)
        assert table.difference[column] == pytest.approx(means.max() - means.min(), abs=1e-12)

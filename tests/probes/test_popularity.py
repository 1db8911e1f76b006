from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from recaudit.datasets import AuditData, audit_data
from recaudit.probes.popularity import POPULARITY, PopularityOptions
from recaudit.records import Answer, Measurements


def world() -> AuditData:
    """Item 0 has three users, items 1 to 3 one each; item 4 none."""
    rows = pd.DataFrame({"user": [1, 1, 2, 2, 3, 3], "item": [0, 1, 0, 2, 0, 3]})
    items = pd.DataFrame({"item": range(5), "groups": ["a", "a", "b", "b", "b"]})
    return audit_data(rows, items=items)


def measure(lists: dict[int, tuple[int, ...]], **options: object) -> Measurements:
    data, chosen = world(), PopularityOptions.model_validate(options)
    requests = POPULARITY.plan(data, chosen, 2, 0)
    answers = {r.id: Answer(request=r.id, items=lists[r.user]) for r in requests}  # type: ignore[index]
    return POPULARITY.measure(data, chosen, requests, answers)


def test_the_log_popularity_difference_is_zero_for_a_list_like_the_history() -> None:
    measured = measure(
        {1: (0, 2), 2: (0, 1), 3: (4, 4 - 1)}, metrics=["log_popularity_difference@2", "arp@2"]
    )
    table = measured.rows.pivot(index="unit", columns="metric", values="value")
    assert table.loc[1, "log_popularity_difference@2"] == pytest.approx(0)
    # user 3 is shown items with 0 and 1 users, the history has 3 and 1
    expected = np.mean(np.log1p([0, 1])) - np.mean(np.log1p([3, 1]))
    assert table.loc[3, "log_popularity_difference@2"] == pytest.approx(expected)
    assert table["arp@2"].tolist() == [2.0, 2.0, 0.5]


def test_a_user_without_a_list_is_undefined_and_says_so() -> None:
    measured = measure({1: (), 2: (0,), 3: (0,)}, metrics=["arp@2"])
    assert measured.rows["reason"].tolist() == ["no list", "", ""]


def test_corpus_metrics_are_sums_over_users() -> None:
    measured = measure({1: (2, 3), 2: (2,), 3: (4,)}, metrics=["coverage@1", "coverage@2"])
    totals = {c.metric: np.asarray(c.contributions.sum(axis=0)).ravel() for c in measured.corpus}
    assert totals["coverage@1"].tolist() == [0, 0, 2, 0, 1]
    found = {c.metric: float(c.statistic(totals[c.metric])) for c in measured.corpus}
    assert found == pytest.approx({"coverage@1": 2 / 5, "coverage@2": 3 / 5})


def test_distributions_are_shares_of_places() -> None:
    measured = measure({1: (2, 3), 2: (1,), 3: (4,)}, metrics=["arp@2"])
    [by_popularity] = measured.distributions
    for shares in by_popularity.series.values():
        assert sum(shares) == pytest.approx(1)
    # three interactions of six are with item 0: its band is in the middle of the first half
    assert by_popularity.series["recommended"][2] == 0
    assert by_popularity.series["history"][2] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["ndcg@10"]}, "'ndcg@10' is a ranking metric"),
        ({"metrics": ["gini@10"], "group_metrics": ["gini@10"]}, "a statistic of all lists"),
        ({"tail_share": 0.7}, "less than 0.5"),
        ({"metric": ["gini@10"]}, "Extra inputs"),
    ],
)
def test_inconsistent_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PopularityOptions.model_validate(options)


def test_only_corpus_metrics_means_no_group_claims(tiny_data: AuditData) -> None:
    claims = POPULARITY.hypotheses(tiny_data, PopularityOptions(metrics=["gini@5"], attributes=["gender"]))
    assert [claim.id for claim in claims] == ["popularity/gini@5"]

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from probed import estimated, measured
from pydantic import ValidationError

from recaudit.datasets import AuditData, apply_split, audit_data
from recaudit.errors import InputError
from recaudit.probes.quality import QUALITY, QualityOptions
from recaudit.records import Answer, ItemId, Measurements, Request


def small() -> AuditData:
    rows = pd.DataFrame({"user": [1, 1, 2, 2, 3], "item": [10, 11, 10, 12, 13], "rating": [5, 3, 4, 2, 1]})
    truth = pd.DataFrame({"user": [1, 1, 2], "item": [12, 13, 11], "rating": [5.0, 2.0, 4.0]})
    return apply_split(audit_data(rows, truth=truth), method="given", relevant_from=3)


def measure(data: AuditData, options: QualityOptions, lists: dict[int, tuple[int, ...]]) -> Measurements:
    requests = QUALITY.plan(data, options, 2, 0)
    answers = {
        request.id: Answer(request=request.id, items=lists[request.user])  # type: ignore[index]
        for request in requests
        if request.arm == "list"
    }
    return QUALITY.measure(data, options, requests, answers)


def values(measured: Measurements, metric: str) -> dict[int, float]:
    rows = measured.rows[measured.rows["metric"] == metric]
    return dict(zip(rows["unit"], rows["value"], strict=True))


def test_every_user_is_asked_for_one_list_with_their_history() -> None:
    asked = QUALITY.plan(small(), QualityOptions(metrics=["ndcg@2"]), 2, 0)
    assert [(request.user, request.history, request.k) for request in asked] == [
        (1, (10, 11), 2),
        (2, (10, 12), 2),
        (3, (13,), 2),
    ]


def test_values_are_right_and_users_without_truth_are_undefined_with_a_reason() -> None:
    options = QualityOptions(metrics=["hit@2", "mrr@2"])
    measured = measure(small(), options, {1: (13, 12), 2: (13,), 3: (10, 11)})
    # user 1: item 12 is relevant (rating 5) at rank 2; item 13 (rating 2) is not; user 2 misses item 11
    assert values(measured, "mrr@2")[1] == 0.5
    assert values(measured, "hit@2")[2] == 0
    missing = measured.rows[measured.rows["unit"] == 3]
    assert missing["value"].isna().all()
    assert set(missing["reason"]) == {"no relevant held-out item"}


def test_a_user_without_a_list_scores_zero() -> None:
    measured = measure(small(), QualityOptions(metrics=["ndcg@2"]), {1: (), 2: (11,), 3: ()})
    assert values(measured, "ndcg@2") == pytest.approx({1: 0, 2: 1, 3: np.nan}, nan_ok=True)


def test_rating_metrics_ask_for_the_held_out_items() -> None:
    data, options = small(), QualityOptions(metrics=["rmse", "mae"])
    requests = QUALITY.plan(data, options, 1, 0)
    rating = [request for request in requests if request.needs == "ratings"]
    assert [(request.user, request.candidates) for request in rating] == [(1, (12, 13)), (2, (11,))]
    answers = {
        rating[0].id: Answer(request=rating[0].id, items=(13, 12), scores=(4.0, 4.0)),
        rating[1].id: Answer(request=rating[1].id, items=()),
    }
    measured = QUALITY.measure(data, options, requests, answers)
    # errors of user 1: 4 - 2 and 4 - 5
    assert values(measured, "mae") == pytest.approx({1: 1.5, 2: np.nan}, nan_ok=True)
    assert values(measured, "rmse")[1] == pytest.approx(np.sqrt(2.5))


def test_claims_name_what_they_need(tiny_data: AuditData) -> None:
    options = QualityOptions(metrics=["ndcg@3", "rmse"], group_metrics=["ndcg@3"], attributes=["gender"])
    claims = {claim.id: claim for claim in QUALITY.hypotheses(tiny_data, options)}
    assert list(claims) == [
        "quality/ndcg@3",
        "quality/gender/ndcg@3-gap",
        "quality/gender/ndcg@3-ratio",
        "quality/gender/ndcg@3-worst",
        "quality/rmse",
    ]
    assert claims["quality/rmse"].needs == "ratings"
    assert claims["quality/rmse"].better == "lower"


def test_rating_metrics_without_ratings_are_refused() -> None:
    data = small()
    data = replace(data, truth=data.truth.drop(columns="rating"))
    with pytest.raises(InputError, match="need held-out ratings"):
        QUALITY.plan(data, QualityOptions(metrics=["rmse"]), 1, 0)


def test_data_without_relevant_items_are_refused() -> None:
    data = small()
    with pytest.raises(InputError, match="held-out items with a grade above 0"):
        QUALITY.hypotheses(replace(data, truth=data.truth.assign(grade=0.0)), QualityOptions())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["gini@10"]}, "'gini@10' is a corpus metric"),
        ({"metrics": ["ndcg@10"], "group_metrics": ["hit@10"]}, "not among metrics"),
        ({"metrics": ["ndcg@10"], "depth": 5}, "the metrics look at 10 places"),
        ({"metrics": ["ndcg"]}, "needs a cut-off"),
    ],
)
def test_inconsistent_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        QualityOptions.model_validate(options)


def test_the_request_of_a_list_is_shared_with_other_probes(tiny_data: AuditData) -> None:
    from recaudit.probes.popularity import POPULARITY, PopularityOptions

    def ids(requests: list[Request]) -> list[str]:
        return [request.id for request in requests]

    assert ids(QUALITY.plan(tiny_data, QualityOptions(), 10, 0)) == ids(
        POPULARITY.plan(tiny_data, PopularityOptions(), 10, 0)
    )


def test_a_failed_call_is_no_bad_list() -> None:
    data, options = small(), QualityOptions(metrics=["ndcg@2"])
    requests = QUALITY.plan(data, options, 2, 0)
    answers = {one.id: Answer(request=one.id, items=(), problem="timeout") for one in requests}
    answers[requests[1].id] = Answer(request=requests[1].id, items=(), problem="refused")
    rows = QUALITY.measure(data, options, requests, answers).rows.set_index("unit")
    assert np.isnan(rows.loc[1, "value"])
    assert rows.loc[1, "reason"] == "the call failed"
    assert rows.loc[2, "value"] == 0


def test_a_list_may_be_asked_for_several_times_and_is_measured_each_time() -> None:
    data, options = small(), QualityOptions(metrics=["hit@2"], repeats=3)
    requests = QUALITY.plan(data, options, 2, 0)
    assert [(one.user, one.replicate) for one in requests] == [
        (user, again) for again in range(3) for user in (1, 2, 3)
    ]
    assert len({one.id for one in requests}) == len({one.seed for one in requests}) == 9
    answers = {
        one.id: Answer(request=one.id, items=(12,) if one.user == 1 and one.replicate < 2 else (10,))
        for one in requests
    }
    rows = QUALITY.measure(data, options, requests, answers).rows
    assert rows[rows["unit"] == 1].set_index("replicate")["value"].to_dict() == {0: 1, 1: 1, 2: 0}
    # another probe's repeats are not quality's
    once = QUALITY.measure(data, QualityOptions(metrics=["hit@2"]), requests, answers).rows
    assert set(once["replicate"]) == {0}


def test_units_stay_users_and_repeats_are_averaged_within_them(tiny_data: AuditData) -> None:
    """A system that draws its list anew is judged by what it does on average, with users as the sample."""

    def drawn(request: Request) -> list[ItemId]:
        rng = np.random.default_rng(request.seed)
        return [int(item) for item in rng.permutation(40)[:5]]

    found = {
        repeats: estimated(QUALITY, tiny_data, drawn, k=5, metrics=["ndcg@5"], attributes=[], repeats=repeats)
        for repeats in (1, 8)
    }
    once, often = (found[repeats]["quality/ndcg@5"] for repeats in (1, 8))
    rows = measured(QUALITY, tiny_data, drawn, k=5, metrics=["ndcg@5"], repeats=8).rows
    by_user = rows.groupby("unit")["value"].mean()
    assert often.n == once.n == len(by_user) == 80
    assert often.value == pytest.approx(by_user.mean())
    assert often.standard_error == pytest.approx(by_user.std() / np.sqrt(80))
    assert once.standard_error is not None
    assert often.standard_error is not None
    # far more than rows would say, far less than one draw
    assert often.standard_error < once.standard_error / 2

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from probed import Ranker, estimated, measured

from recaudit.datasets import AuditData, audit_data, world
from recaudit.errors import InputError
from recaudit.probes.popularity_candidates import (
    POPULARITY_CANDIDATES,
    PopularityCandidatesOptions,
    plan,
)
from recaudit.records import Answer, ItemId, Request


@pytest.fixture(scope="module")
def data() -> AuditData:
    return world(users=300, items=150, rng=2)


def luce(data: AuditData, exponent: float) -> Ranker:
    """Draws one candidate after the other by (1 + popularity)^exponent, as Plackett and Luce have it."""
    counts = data.interactions["item"].value_counts()

    def rank(request: Request) -> list[ItemId]:
        candidates = list(request.candidates or ())
        weights = 1.0 + counts.reindex(candidates, fill_value=0).to_numpy(dtype=np.float64)
        keys = exponent * np.log(weights) + np.random.default_rng(request.seed).gumbel(size=len(candidates))
        return [candidates[at] for at in np.argsort(-keys)]

    return rank


def expected_popular_first(data: AuditData, exponent: float) -> float:
    """The chance that the popular one of two wanted items comes first, a^e / (a^e + b^e), mean of means of users."""
    counts = data.interactions["item"].value_counts()
    chances = []
    for _, rows in data.truth.groupby("user"):
        seen = counts.reindex(rows["item"], fill_value=0).to_numpy()
        pairs = [(a, b) for a in seen for b in seen if a > b]
        if pairs:
            weights = [((1.0 + a) ** exponent, (1.0 + b) ** exponent) for a, b in pairs]
            chances.append(np.mean([a / (a + b) for a, b in weights]))
    return float(np.mean(chances))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.5])
def test_a_planted_popularity_exponent_is_found(data: AuditData, exponent: float) -> None:
    found = estimated(POPULARITY_CANDIDATES, data, luce(data, exponent), units=300)
    pairs = found["popularity-candidates/popular_first@5"]
    assert pairs.low is not None
    assert pairs.high is not None
    assert pairs.low <= expected_popular_first(data, exponent) <= pairs.high
    slope = found["popularity-candidates/popularity-by-rank-slope"]
    assert slope.high is not None
    assert slope.low is not None
    if exponent:
        assert slope.high < 0
        assert slope.p == pytest.approx(1 / 501)
    else:
        assert slope.low < 0 < slope.high


def test_the_two_questions_differ_in_what_is_wanted(data: AuditData) -> None:
    requests = plan(data, PopularityCandidatesOptions(units=5), 1, 0)
    wanted = {(row.user, row.item) for row in data.truth.itertuples()}
    for request in requests:
        hits = sum((request.user, item) in wanted for item in request.candidates or ())
        assert hits == (5 if request.arm == "wanted candidates" else 1)
        assert request.k == len(request.candidates or ())
    assert [one.arm for one in requests] == ["wanted candidates"] * 5 + ["candidates"] * 5


def test_popularity_by_rank_is_scaled_between_the_candidates_by_hand() -> None:
    rows = pd.DataFrame({"user": [1, 1, 2, 2, 3, 3, 1, 2], "item": ["a", "b", "a", "b", "a", "c", "d", "d"]})
    truth = pd.DataFrame({"user": [3, 3], "item": ["b", "d"]})
    data = audit_data(rows, truth=truth)
    # φ: a 3, b 2, c 1, d 2. User 3 knows a and c, wants b and d; there is nothing else to rank.
    with pytest.raises(InputError, match="user 3 has 0 items"):
        plan(data, PopularityCandidatesOptions(candidates=3, ranks=3), 1, 0)
    more = pd.concat([rows, pd.DataFrame({"user": [1, 2, 2], "item": ["e", "e", "f"]})], ignore_index=True)
    data = audit_data(more, truth=truth)

    def by_name(request: Request) -> list[ItemId]:
        return sorted(request.candidates or (), key=str)

    made = measured(POPULARITY_CANDIDATES, data, by_name, candidates=3, ranks=3).rows
    [mixed] = [
        one
        for one in plan(data, PopularityCandidatesOptions(candidates=3, ranks=3), 1, 0)
        if one.arm == "candidates"
    ]
    seen = {"b": 2, "d": 2, "e": 2, "f": 1}
    popularity = [seen[str(item)] for item in sorted(mixed.candidates or (), key=str)]
    expected = [(value - min(popularity)) / (max(popularity) - min(popularity)) for value in popularity]
    ranked = made[made["metric"] == "popularity-by-rank"].set_index("arm")["value"]
    assert [ranked[f"rank {rank}"] for rank in (1, 2, 3)] == expected
    pair = made[made["metric"] == "popular_first@2"]
    assert pair["reason"].tolist() == ["no two relevant items of different popularity of which one is listed"]


def test_short_answers_leave_lower_ranks_undefined_with_a_reason(data: AuditData) -> None:
    made = measured(POPULARITY_CANDIDATES, data, lambda one: (one.candidates or ())[:4], units=10).rows
    lower = made[made["arm"] == "rank 5"]
    assert lower["value"].isna().all()
    assert set(lower["reason"]) == {"the answer has no item at this rank"}
    found = estimated(POPULARITY_CANDIDATES, data, lambda one: (one.candidates or ())[:4], units=30)
    assert found["popularity-candidates/popularity-by-rank-slope"].low is None


def test_what_cannot_be_asked_is_refused() -> None:
    rows = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 3]})
    data = audit_data(rows, truth=pd.DataFrame({"user": [1], "item": [3]}))
    with pytest.raises(InputError, match="no user has two held-out items"):
        plan(data, PopularityCandidatesOptions(), 1, 0)
    with pytest.raises(InputError, match="ranks is 10, more than the 5 candidates; lower ranks"):
        plan(data, PopularityCandidatesOptions(candidates=5), 1, 0)


def test_failed_calls_are_missing_and_not_left_out(data: AuditData) -> None:
    options = PopularityCandidatesOptions(units=40)
    requests = plan(data, options, 1, 0)
    failed = {one.user for place, one in enumerate(requests[:40]) if place % 2}
    answers = {
        one.id: Answer(request=one.id, items=(), problem="timeout")
        if one.user in failed
        else Answer(request=one.id, items=one.candidates or ())
        for one in requests
    }
    rows = POPULARITY_CANDIDATES.measure(data, options, requests, answers).rows
    missing = rows[rows["reason"] == "the call failed"]
    assert set(missing["unit"]) == failed
    assert missing["value"].isna().all()
    nobody = {one.id: Answer(request=one.id, items=(), problem="error") for one in requests}
    assert POPULARITY_CANDIDATES.measure(data, options, requests, nobody).rows["value"].isna().all()

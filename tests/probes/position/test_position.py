from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from probed import Ranker, estimated, measured
from pydantic import ValidationError
from scipy.stats import page_trend_test

from recaudit.datasets import AuditData, world
from recaudit.errors import InputError
from recaudit.probes.position.options import PositionOptions
from recaudit.probes.position.plan import SHUFFLED_HISTORY, plan
from recaudit.probes.position.probe import POSITION
from recaudit.records import Answer, Estimate, ItemId, Request


@pytest.fixture(scope="module")
def data() -> AuditData:
    return world(users=200, items=120, rng=5)


def classic(request: Request) -> list[ItemId]:
    """Ranks by its own scores, whatever the order of the question."""
    return sorted(request.candidates or (), key=lambda item: hash((request.user, item)))


def copying(share: float) -> Ranker:
    """Copies the question's order in this share of its answers, else answers at random: a slope of `share`."""

    def rank(request: Request) -> list[ItemId]:
        rng = np.random.default_rng(request.seed)
        candidates = list(request.candidates or ())
        if rng.random() >= share:
            rng.shuffle(candidates)  # type: ignore[arg-type]
        return candidates

    return rank


def test_every_item_stands_at_as_many_places_as_there_are_orders(data: AuditData) -> None:
    options = PositionOptions(candidates=20, units=3)
    assert options.places == (0, 5, 10, 14, 19)
    requests = [
        one for one in plan(data, options, 1, 0) if one.arm.startswith("target at") and not one.replicate
    ]
    users = dict.fromkeys(one.user for one in requests)
    assert len(users) == 3
    held_out = set(zip(data.truth["user"], data.truth["item"], strict=True))
    for user in users:
        own = [one.candidates or () for one in requests if one.user == user]
        [target] = {items[place] for items, place in zip(own, options.places, strict=True)}
        assert (user, target) in held_out
        places = {item: {items.index(item) for items in own} for item in own[0]}
        assert {len(found) for found in places.values()} == {5}
        assert len({frozenset(items) for items in own}) == 1
        assert sum((user, item) in held_out for item in own[0]) == 1


def test_one_order_is_asked_twice_and_the_pair_swapped(data: AuditData) -> None:
    requests = plan(data, PositionOptions(units=4), 1, 0)
    per_unit = Counter(one.unit for one in requests)
    assert set(per_unit.values()) == {5 + 1 + 1 + 3}
    assert sum(one.replicate == 1 and one.arm.startswith("target") for one in requests) == 4
    pair, again, swapped = (one for one in requests[:10] if one.arm.startswith("pair"))
    assert pair.candidates == again.candidates == (swapped.candidates or ())[::-1]
    [shuffled] = [one for one in requests[:10] if one.arm == SHUFFLED_HISTORY]
    assert shuffled.history != requests[0].history
    assert sorted(shuffled.history, key=str) == sorted(requests[0].history, key=str)
    bare = plan(data, PositionOptions(units=4, history=False, pairs=False), 1, 0)
    assert len(bare) == 4 * 6


def test_a_classic_ranker_passes_as_the_negative_control(data: AuditData) -> None:
    found = estimated(POSITION, data, classic, units=150)
    for name in (
        "target-rank-slope",
        "ndcg@10-slope",
        "ndcg@10-spread",
        "rbo@20-orders",
        "pairs/same-winner",
    ):
        value = found[f"position/{name}"]
        assert value.value == 0
        assert value.high is not None
        assert value.high < 0.1
    assert found["position/copied"].value == 0
    assert found["position/ndcg@10-one-order"].value == pytest.approx(0, abs=1e-12)
    order = found["position/prompt-order-tau"]
    assert order.low is not None
    assert order.high is not None
    assert order.low < 0 < order.high
    assert found["position/rbo@20-again"].value == 1
    wins = found["position/pairs/first-wins"]
    assert wins.value == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_a_planted_weight_of_the_prompts_order_is_found(data: AuditData, share: float) -> None:
    found = estimated(POSITION, data, copying(share), units=200)

    def covers(name: str, truth: float) -> Estimate:
        value = found[f"position/{name}"]
        assert value.low is not None
        assert value.high is not None
        assert value.low <= truth <= value.high
        return value

    covers("target-rank-slope", share)
    covers("prompt-order-tau", share)
    covers("copied", share)
    # Two answers to a pair agree if both are copies or by chance; swapping turns the copies around.
    covers("pairs/same-winner", share**2)
    covers("pairs/first-wins", 0.5 + share / 2)
    spread = covers("ndcg@10-spread", share * _ndcg_spread())
    if share:
        assert spread.p is not None
        assert spread.p < 0.01
        slope = found["position/target-rank-slope"]
        assert slope.p == pytest.approx(1 / 501)
        assert [group.group for group in slope.groups][::4] == ["target at 1", "target at 20"]


def _ndcg_spread() -> float:
    return 1.0 - 0.0  # the first place is worth 1 / log2(2), the places from 11 on nothing


def test_the_slope_agrees_with_least_squares_and_pages_test(data: AuditData) -> None:
    rows = measured(POSITION, data, copying(0.3), units=60).rows
    ranks = rows[(rows["metric"] == "target-rank") & rows["arm"].str.startswith("target at")]
    table = ranks.pivot_table(index="unit", columns="arm", values="value")
    table = table[[f"target at {place}" for place in (1, 6, 11, 15, 20)]]
    slopes = np.polyfit([1, 6, 11, 15, 20], table.to_numpy().T, 1)[0]
    found = estimated(POSITION, data, copying(0.3), units=60)["position/target-rank-slope"]
    assert found.value == pytest.approx(slopes.mean())
    assert found.p is not None
    assert found.p < 0.01
    assert page_trend_test(table.to_numpy()).pvalue < 0.01


def test_summing_the_ranks_of_all_orders_takes_position_out(data: AuditData) -> None:
    def leaning(request: Request) -> list[ItemId]:
        """Likes the wanted item a little, and what stands first a lot."""
        candidates = list(request.candidates or ())
        wanted = set(data.truth.loc[data.truth["user"] == request.user, "item"])
        return sorted(candidates, key=lambda item: candidates.index(item) - 4 * (item in wanted))

    found = estimated(POSITION, data, leaning, units=150)["position/ndcg@10-one-order"]
    assert found.low is not None
    assert found.low > 0.1


def test_only_the_order_of_the_history_matters_to_a_ranker_that_reads_its_end(data: AuditData) -> None:
    def recent(request: Request) -> list[ItemId]:
        last = request.history[-1]
        return sorted(request.candidates or (), key=lambda item: hash((last, item)))

    found = estimated(POSITION, data, recent, units=150)
    changed = found["position/history/rbo@20"]
    assert changed.low is not None
    assert changed.low > 0.2
    assert found["position/rbo@20-orders"].value == 0


def test_an_answer_without_a_list_ranks_last_and_a_failed_call_says_nothing(data: AuditData) -> None:
    options = PositionOptions(units=12, history=False, pairs=False)
    requests = plan(data, options, 1, 0)
    answers = {}
    for number, request in enumerate(requests):
        problem = {0: "refused", 1: "timeout"}.get(number)
        items = () if problem else tuple(request.candidates or ())
        answers[request.id] = Answer(request=request.id, items=items, problem=problem)  # type: ignore[arg-type]
    rows = POSITION.measure(data, options, requests, answers).rows
    ranks = rows[rows["metric"] == "target-rank"].set_index("request")["value"]
    assert ranks[requests[0].id] == 21
    assert np.isnan(ranks[requests[1].id])
    utility = rows[(rows["metric"] == "ndcg@10") & (rows["request"] == requests[1].id)]
    assert set(utility["reason"]) == {"the call failed"}


def test_bad_options_and_data_are_refused_in_one_sentence(data: AuditData) -> None:
    with pytest.raises(
        ValidationError, match="candidates is 4, fewer than the 5 positions; raise candidates"
    ):
        PositionOptions(candidates=4)
    with pytest.raises(
        InputError, match=r"has \d+ items that are neither known nor held out, and candidates = 119"
    ):
        plan(data, PositionOptions(candidates=119), 1, 0)
    nothing = AuditData(
        name="n",
        users=data.users,
        items=data.items,
        interactions=data.interactions,
        truth=pd.DataFrame({"user": [], "item": [], "grade": []}),
    )
    with pytest.raises(InputError, match="no user has a held-out item"):
        plan(nothing, PositionOptions(), 1, 0)

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from probed import Ranker, estimated, measured
from pydantic import ValidationError

from recaudit.datasets import AuditData, audit_data, world
from recaudit.errors import InputError
from recaudit.probes.exposure.grouping import item_groups
from recaudit.probes.exposure.options import ExposureOptions
from recaudit.probes.exposure.probe import EXPOSURE
from recaudit.records import ItemId, Request


@pytest.fixture(scope="module")
def data() -> AuditData:
    """Everybody likes every genre alike; the genres have 30 items each."""
    return world(users=300, items=150, genres=5, popularity=0.0, taste=1.0, rng=4)


def by_chance(data: AuditData, handicap: float = 1.0) -> Ranker:
    """Draws items at random; those of the first genre with a smaller weight."""
    names = data.items["groups"].map(lambda names: names[0])
    weights = np.where(names == sorted(set(names))[0], handicap, 1.0)
    items = data.items.index.to_numpy()

    def rank(request: Request) -> list[ItemId]:
        rng = np.random.default_rng(request.seed)
        open_to = np.where(np.isin(items, request.history), 0.0, weights)
        return items[rng.choice(len(items), request.k, replace=False, p=open_to / open_to.sum())].tolist()

    return rank


def test_a_fair_ranker_is_within_chance(data: AuditData) -> None:
    found = estimated(EXPOSURE, data, by_chance(data), groupings=["groups"])
    for name in ("exposure_excess@10-dgu", "exposure_excess@10-mgu"):
        seen = found[f"exposure/groups/{name}"]
        assert seen.low == 0
        assert seen.high is not None
        assert seen.high < 0.1
    parity = found["exposure/groups/exposure_per_item@10-ratio"]
    assert parity.low is not None
    assert parity.low > 0.7
    assert parity.high is not None
    assert parity.high == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("handicap", [0.7, 0.4])
def test_a_planted_handicap_of_a_group_of_items_is_found(data: AuditData, handicap: float) -> None:
    found = estimated(EXPOSURE, data, by_chance(data, handicap), groupings=["groups"])
    # The expected share is near handicap / (handicap + 4), as ten of 135 items hardly use a genre up.
    truth = {
        "exposure_per_item@10-ratio": handicap,
        "exposure_per_merit@10-ratio": handicap,
        "exposure_excess@10-dgu": 1 / (handicap + 4) - handicap / (handicap + 4),
    }
    for name, expected in truth.items():
        seen = found[f"exposure/groups/{name}"]
        assert seen.low is not None
        assert seen.high is not None
        assert seen.low - 0.02 <= expected <= seen.high + 0.02, name
    ratio = found["exposure/groups/exposure_per_item@10-ratio"]
    assert ratio.high is not None
    assert ratio.high < 0.95
    assert ratio.versus.startswith(str(sorted(data.items["groups"])[0][0]))
    assert ratio.p is not None
    assert ratio.p < 0.01
    assert len(ratio.groups) == 5


def test_a_group_that_is_never_shown_fails_though_it_has_no_spread(data: AuditData) -> None:
    found = estimated(EXPOSURE, data, by_chance(data, 0.0), groupings=["groups"])
    ratio = found["exposure/groups/exposure_per_item@10-ratio"]
    assert ratio.value == 0
    assert ratio.high is not None
    assert ratio.high < 0.2
    assert "got nothing at all" in ratio.reason


def test_a_system_that_varies_is_seen_in_repeated_lists(data: AuditData) -> None:
    fixed = estimated(EXPOSURE, data, lambda one: by_chance(data)(replace(one, replicate=0)), samples=3)
    varied = estimated(EXPOSURE, data, by_chance(data), samples=3)
    assert fixed["exposure/eed@10"].value == pytest.approx(1)
    assert varied["exposure/eed@10"].value == pytest.approx(10 / 135, abs=0.03)
    assert varied["exposure/eel@10"].value < fixed["exposure/eel@10"].value  # type: ignore[operator]


def test_the_two_sides_stand_beside_each_other(data: AuditData) -> None:
    wanted = data.truth.groupby("user")["item"].agg(list).to_dict()
    found = estimated(EXPOSURE, data, lambda one: wanted[one.user][: one.k])
    assert found["exposure/ndcg@10"].value == pytest.approx(1)
    assert found["exposure/popularity/hits_per_wanted@10-ratio"].value == pytest.approx(1)
    assert found["exposure/groups/hits_per_wanted@10-ratio"].reason == "every resample gives the same value"


def test_columns_of_the_items_are_groupings_too() -> None:
    rows = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 3]})
    items = pd.DataFrame(
        {
            "item": [1, 2, 3, 4],
            "year": [1994, 1999, 2001, None],
            "provider": ["us", "us", "them", None],
            "groups": ["a|b", "a", "", "b"],
        }
    )
    data = audit_data(rows, items=items)
    assert data.item_attributes == ["provider"]
    assert item_groups(data, "provider") == [("us",), ("us",), ("them",), ()]
    assert item_groups(data, "year") == [("1990s",), ("1990s",), ("2000s",), ()]
    assert item_groups(data, "groups") == [("a", "b"), ("a",), (), ("b",)]
    assert len(item_groups(data, "popularity")) == 4
    with pytest.raises(InputError, match="unknown grouping of items: 'provder', did you mean 'provider'"):
        item_groups(data, "provder")
    one = audit_data(rows, items=items.assign(groups="a"))
    with pytest.raises(
        InputError, match="grouping 'groups' needs two groups of items, and the items have only 'a'"
    ):
        EXPOSURE.hypotheses(one, ExposureOptions())


def test_empty_answers_have_reasons(data: AuditData) -> None:
    made = measured(EXPOSURE, data, lambda _: [], groupings=["groups"])
    rows = made.rows
    assert set(rows.loc[rows["value"].isna(), "reason"]) == {"no list", "a repeated list is missing"}
    found = estimated(EXPOSURE, data, lambda _: [], groupings=["groups"])
    nothing = found["exposure/groups/exposure_per_item@10-ratio"]
    assert nothing.value is None
    assert nothing.reason.startswith("fewer than 2 parts to compare; not compared, undefined: ")


def test_metrics_of_another_kind_are_refused() -> None:
    with pytest.raises(ValidationError, match="'ndcg@10' is a ranking metric"):
        ExposureOptions(metrics=["ndcg@10"])

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from probed import Ranker, estimated, measured
from sklearn.linear_model import Ridge

from recaudit.datasets import AuditData, audit_data, world
from recaudit.errors import InputError
from recaudit.probes.leakage.options import LeakageOptions
from recaudit.probes.leakage.probe import LEAKAGE
from recaudit.probes.leakage.reader import deal_folds, out_of_fold_scores
from recaudit.records import ItemId, Request


@pytest.fixture(scope="module")
def data() -> AuditData:
    return world(users=300, items=120, groups={"F": 0.4, "M": 0.6}, rng=6)


def leaning(data: AuditData, share: float, seed: int = 0) -> Ranker:
    """Random lists; this share of the users gets one item that only their group is ever shown."""
    groups = data.users["group"].to_dict()
    items = data.items.index.tolist()
    marks = {"F": items[0], "M": items[1]}

    def rank(request: Request) -> list[ItemId]:
        rng = np.random.default_rng([request.seed, seed])
        shown = rng.choice(items[2:], request.k, replace=False).tolist()
        if rng.random() < share:
            shown[0] = marks[groups[request.user]]
        return shown

    return rank


def test_a_planted_mark_is_read_off_the_lists(data: AuditData) -> None:
    found = estimated(LEAKAGE, data, leaning(data, 0.5))
    lists = found["leakage/group/auc"]
    # Half of the users are told apart for certain, the others by nothing: 1 - 0.5 · 0.5 · 0.5 of all pairs.
    assert lists.low is not None
    assert lists.high is not None
    assert lists.low <= 0.875 <= lists.high
    assert lists.p == 1 / 200
    assert lists.by_chance == pytest.approx(0.5, abs=0.02)
    histories = found["leakage/group/auc-history"]
    assert histories.value == pytest.approx(0.5, abs=0.1)
    beyond = found["leakage/group/auc-beyond-history"]
    assert beyond.low is not None
    assert beyond.low > 0.2
    popularity = found["leakage/group/auc-popularity"]
    assert popularity.value is not None
    assert popularity.value < 0.7


def test_random_lists_are_shown_to_leak_little(data: AuditData) -> None:
    found = estimated(LEAKAGE, data, leaning(data, 0.0), gated=["leakage/group/auc"])["leakage/group/auc"]
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high < 0.65
    assert found.p is not None
    assert found.p > 0.05


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
def test_chance_is_accused_no_more_often_than_promised() -> None:
    """Null worlds: p is at most 5 % in at most 5 % of them, and intervals miss 0.5, on either side, in at most 5 %."""
    worlds, low, missed, missed_by_histories = 100, 0, 0, 0
    for seed in range(worlds):
        data = world(users=120, items=60, groups={"F": 0.4, "M": 0.6}, rng=seed)
        every = estimated(
            LEAKAGE,
            data,
            leaning(data, 0.0, seed),
            gated=["leakage/group/auc"],
            resamples=300,
            permutations=99,
        )
        lists, histories = every["leakage/group/auc"], every["leakage/group/auc-history"]
        assert lists.p is not None
        low += lists.p <= 0.05
        missed += not lists.low <= 0.5 <= lists.high  # type: ignore[operator]
        missed_by_histories += not histories.low <= 0.5 <= histories.high  # type: ignore[operator]
    bound = 0.05 + 2 * np.sqrt(0.05 * 0.95 / worlds)
    assert low / worlds <= bound
    assert missed / worlds <= bound
    assert missed_by_histories / worlds <= bound


def test_scores_are_those_of_ridge_regression_on_items() -> None:
    rng = np.random.default_rng(2)
    features = rng.integers(0, 2, (40, 12)).astype(float)
    labels = rng.integers(0, 2, 40)
    folds = deal_folds(40, 4, rng)
    found = out_of_fold_scores(features @ features.T, labels[None], folds, groups=2, ridge=3.0)
    inside, outside = folds == 1, folds != 1
    target = (labels[outside] == 1).astype(float)
    model = Ridge(alpha=3.0, fit_intercept=False).fit(features[outside], target - target.mean())
    assert found[0, inside, 1] == pytest.approx(model.predict(features[inside]))


def test_several_groups_and_small_ones(data: AuditData) -> None:
    users = data.users.assign(
        size=np.resize(["s", "m", "l"], 300), rare=["x"] * 295 + ["y"] * 5, alone=["one"] * 300
    )
    several = audit_data(
        data.interactions,
        users=users.reset_index(),
        items=data.items.reset_index().assign(groups=""),
        truth=data.truth,
    )
    found = estimated(LEAKAGE, several, leaning(data, 0.0))
    assert found["leakage/size/auc"].value == pytest.approx(0.5, abs=0.1)
    assert found["leakage/size/auc"].n == 300
    for attribute in ("rare", "alone"):
        nothing = found[f"leakage/{attribute}/auc"]
        assert nothing.value is None
        assert nothing.reason == (
            f"{attribute} has 1 group(s) of at least 20 users with a list, and there is nothing to tell apart"
        )


def test_users_without_a_list_are_not_read(data: AuditData) -> None:
    def half(request: Request) -> list[ItemId]:
        return leaning(data, 0.0)(request) if int(request.user) % 2 else []

    made = measured(LEAKAGE, data, half)
    assert {len(one.units) for one in made.corpus} == {150}
    nothing = estimated(LEAKAGE, data, lambda _: [])["leakage/group/auc"]
    assert nothing.value is None
    assert "has 0 group(s)" in nothing.reason


def test_at_most_so_many_users_are_read(data: AuditData) -> None:
    made = measured(LEAKAGE, data, leaning(data, 0.0), units=50)
    assert {len(one.units) for one in made.corpus} == {50}
    assert isinstance(made.rows, pd.DataFrame)


def test_an_unknown_attribute_is_refused_before_anything_is_asked(data: AuditData) -> None:
    with pytest.raises(InputError, match="unknown user attribute 'grop', did you mean 'group'"):
        LEAKAGE.hypotheses(data, LeakageOptions(attributes=["grop"]))

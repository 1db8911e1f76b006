from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recaudit.metrics import (
    GroupTotals,
    Lists,
    Shown,
    Truth,
    group_contributions,
    group_weights,
    make_catalogue,
    parse_label,
    place_weights,
)
from recaudit.metrics.item_groups import (
    PARTS,
    exposure_per_item,
    exposure_per_merit,
    hits_per_wanted,
    pairwise_accuracy,
    reo,
    rsp,
)

# Items 0, 1 are of group a, 2 of b, 3 of both, 4 of none.
MEMBERSHIP = csr_matrix([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])


def totals(
    lists: list[list[int]],
    history: list[list[int]],
    truth: list[dict[int, float]],
    *,
    k: int = 2,
    overlap: str = "split",
    discount: str = "none",
) -> GroupTotals:
    weights = group_weights(MEMBERSHIP, overlap)  # type: ignore[arg-type]
    made = group_contributions(
        Lists.of(lists),
        Lists.of(history),
        Truth.of(truth),
        weights,
        k=k,
        discount=discount,  # type: ignore[arg-type]
    )
    return GroupTotals.of(np.asarray(made.sum(axis=0)).ravel(), weights.sum(axis=0))


def test_every_part_by_hand() -> None:
    seen = totals([[0, 3, 2], [2]], [[1], [0, 2]], [{3: 1, 2: 1, 0: 0}, {1: 1}])
    assert seen.exposure.tolist() == [1.5, 1.5]  # 0 and half of 3; half of 3 and 2
    assert seen.history.tolist() == [1.5, 0.5]
    assert seen.merit.tolist() == [0.5 / 2 + 1, 1.5 / 2]
    assert seen.wanted.tolist() == [1.5, 1.5]
    assert seen.hits.tolist() == [0.5, 0.5]  # 3 of the first user
    assert seen.items.tolist() == [2.5, 1.5]
    assert seen.available.tolist() == [1.5 + 1.5, 1.5 + 0.5]
    # First user: 0 is not wanted and above 3, so 3 and 2 lose to it; second: 1 is not listed and loses to 2.
    assert seen.pairs.tolist() == [0.5 + 1, 0.5 + 1]
    assert seen.wins.tolist() == [0, 0]


def test_a_wanted_item_wins_against_what_stands_below_it() -> None:
    seen = totals([[3, 0, 2, 1]], [[]], [{3: 1, 2: 1}], k=4)
    # 3 is above 0 and 1; 2 is above 1 and below 0.
    assert seen.wins.tolist() == [0.5 * 2, 0.5 * 2 + 1]
    assert seen.pairs.tolist() == [0.5 * 2, 0.5 * 2 + 2]
    assert pairwise_accuracy(seen) == pytest.approx([1.0, 2 / 3])


def test_items_in_several_groups_count_in_parts_or_fully() -> None:
    assert totals([[3]], [[0]], [{}]).exposure.tolist() == [0.5, 0.5]
    assert totals([[3]], [[0]], [{}], overlap="repeat").exposure.tolist() == [1, 1]
    assert totals([[4]], [[4]], [{4: 1}]).exposure.tolist() == [0, 0]
    assert np.isnan(exposure_per_item(totals([[4]], [[4]], [{4: 1}]))).all()


def test_places_are_discounted() -> None:
    assert totals([[0, 2]], [[]], [{}], discount="log").exposure == pytest.approx([1, 1 / np.log2(3)])
    assert totals([[0, 2]], [[]], [{}], discount="geometric").exposure.tolist() == [0.5, 0.25]


def test_exposure_agrees_with_fairranktune() -> None:
    """FairRankTune 0.0.7: EXP and EXPU of a ranking M M M F F F with utilities 0.9, 0.8, ... 0.4, min over max."""
    weights = place_weights(6, "log")
    exposure = np.array([weights[3:].sum(), weights[:3].sum()])
    utility = np.array([0.6 + 0.5 + 0.4, 0.9 + 0.8 + 0.7])
    ones = {name: np.ones(2) for name in PARTS}
    seen = GroupTotals(**{**ones, "exposure": exposure, "merit": utility}, items=np.array([3.0, 3.0]))
    per_item, per_merit = exposure_per_item(seen), exposure_per_merit(seen)
    assert per_item.min() / per_item.max() == pytest.approx(0.5508095940041025)
    assert per_merit.min() / per_merit.max() == pytest.approx(0.8812953504065643)


def test_ndkl_agrees_with_fairranktune() -> None:
    """FairRankTune 0.0.7 on M M M F F F, whose target is half and half; it adds 1e-6 to each share."""
    history = Lists.of([[0, 1, 2, 3, 4, 5]])
    catalogue = make_catalogue(history, 6, groups=[["M"]] * 3 + [["F"]] * 3)
    shown = Shown(lists=Lists.of([[0, 1, 2, 3, 4, 5]]), history=history, catalogue=catalogue)
    assert parse_label("ndkl@6").compute(shown) == pytest.approx([0.4663622886515257], abs=2e-6)


def test_elliots_rsp_and_reo_by_hand() -> None:
    seen = totals([[0, 2], [1, 2]], [[], [0]], [{0: 1, 2: 1}, {2: 1, 3: 1}])
    chances = np.array([2 / (2.5 + 1.5), 2 / (1.5 + 1.5)])
    assert rsp(seen) == pytest.approx(chances.std() / chances.mean())
    recalls = hits_per_wanted(seen)
    assert recalls == pytest.approx([1 / 1.5, 2 / 2.5])
    assert reo(seen) == pytest.approx(recalls.std() / recalls.mean())


@given(st.lists(st.permutations(range(4)), min_size=1, max_size=5), st.integers(1, 4))
def test_shares_sum_to_one_and_pairs_bound_wins(rows: list[list[int]], k: int) -> None:
    truth = [{row[0]: 1.0, row[-1]: 1.0} for row in rows]
    seen = totals([list(row[1:]) for row in rows], [[row[0]] for row in rows], truth, k=k)
    assert seen.exposure.sum() == pytest.approx(min(k, 3) * len(rows))
    assert seen.history.sum() == pytest.approx(len(rows))
    assert seen.merit.sum() == pytest.approx(len(rows))
    assert (seen.wins <= seen.pairs + 1e-12).all()
    assert (seen.hits <= seen.wanted + 1e-12).all()


def test_leading_axes_are_resamples() -> None:
    rng = np.random.default_rng(0)
    many = rng.random((3, 4, 2 * len(PARTS)))
    seen = GroupTotals.of(many, np.array([2.0, 1.0]))
    for name in (
        "exposure_excess",
        "exposure_per_merit",
        "hits_per_wanted",
        "rsp",
        "reo",
        "pairwise_accuracy",
    ):
        function = parse_label(f"{name}@2").spec.function
        one = function(GroupTotals.of(many[1, 2], np.array([2.0, 1.0])))
        assert function(seen)[1, 2] == pytest.approx(one)

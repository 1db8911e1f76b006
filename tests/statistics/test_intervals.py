from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.statistics.intervals import (
    critical_value,
    error_budget,
    joint_critical_values,
    largest_deviation,
    largest_pair_deviation,
)


def test_without_sparse_groups_the_whole_level_is_kept() -> None:
    assert error_budget(0.9, sparse=0, components=3).level == 0.9


@given(st.integers(1, 300), st.integers(0, 300), st.floats(0.5, 0.999))
def test_the_error_probabilities_add_up_to_alpha(sparse: int, regular: int, confidence: float) -> None:
    budget = error_budget(confidence, sparse=sparse, components=sparse + regular)
    spent = (1 - budget.level) + sparse * budget.per_sparse
    assert spent == pytest.approx(1 - confidence, abs=1e-9)
    if regular:
        assert 1 - budget.level >= (1 - confidence) / 2 - 1e-9


def test_critical_value_counts_the_observed_world() -> None:
    deviations = np.arange(1.0, 100.0)
    assert critical_value(deviations, 0.95) == 95
    assert critical_value(np.append(deviations, np.inf), 0.95) == 96
    assert critical_value(deviations, 0.999) == math.inf


def test_one_claim_keeps_its_own_critical_value() -> None:
    deviations = np.abs(np.random.default_rng(0).normal(size=999))
    assert joint_critical_values({"a": deviations}, 0.95) == {"a": critical_value(deviations, 0.95)}


def test_identical_claims_cost_nothing() -> None:
    deviations = np.abs(np.random.default_rng(0).normal(size=1999))
    joint = joint_critical_values({"a": deviations, "b": deviations.copy()}, 0.95)
    assert joint["a"] == joint["b"] == pytest.approx(critical_value(deviations, 0.95))


def test_independent_claims_get_the_sidak_value() -> None:
    normal = np.abs(np.random.default_rng(1).normal(size=(5, 100_000)))
    joint = joint_critical_values(dict(enumerate(normal)), 0.95)
    assert list(joint.values()) == pytest.approx([2.569] * 5, abs=0.03)  # Phi^-1((1 + 0.95^(1/5)) / 2)


def test_all_claims_hold_at_once_in_the_stated_share_of_resamples() -> None:
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(1, 4999))
    maxima = {
        "mean": np.abs(shared + rng.normal(size=(1, 4999))).max(axis=0),
        "gap of many groups": np.abs(shared + rng.normal(size=(200, 4999))).max(axis=0),
        "heavy tails": np.abs(rng.standard_t(2, size=4999)),
    }
    joint = joint_critical_values(maxima, 0.95)
    held = np.all([maxima[name] <= joint[name] for name in maxima], axis=0)
    assert held.sum() == math.ceil(0.95 * 5000)


def test_a_claim_of_many_components_does_not_widen_a_mean_to_its_own_size() -> None:
    rng = np.random.default_rng(3)
    mean, gap = np.abs(rng.normal(size=9999)), np.abs(rng.normal(size=(500, 9999))).max(axis=0)
    joint = joint_critical_values({"mean": mean, "gap": gap}, 0.95)
    assert joint["mean"] == pytest.approx(2.24, abs=0.1)
    assert joint["gap"] > 3.8


def test_a_claim_without_a_finite_value_leaves_the_others_alone() -> None:
    mean = np.abs(np.random.default_rng(4).normal(size=999))
    joint = joint_critical_values({"mean": mean, "lost": np.full(999, np.inf)}, 0.95)
    assert joint["lost"] == math.inf
    assert joint["mean"] == critical_value(mean, 0.95)


def test_pairs_by_hand_and_by_brute_force() -> None:
    rng = np.random.default_rng(5)
    theta, star, se2 = rng.normal(size=6), rng.normal(size=(6, 9)), rng.random((6, 9)) + 0.1
    expected = np.zeros(9)
    for a in range(6):
        for b in range(6):
            if a != b:
                t = ((star[a] - star[b]) - (theta[a] - theta[b])) / np.sqrt(se2[a] + se2[b])
                expected = np.maximum(expected, np.abs(t))
    assert largest_pair_deviation(theta, star, se2) == pytest.approx(expected)
    assert largest_deviation(theta, star, se2) == pytest.approx(
        (np.abs(star - theta[:, None]) / np.sqrt(se2)).max(axis=0)
    )


def test_undefined_resamples_count_as_infinitely_far() -> None:
    theta, star = np.array([0.1, 0.2]), np.array([[np.nan, 0.1], [0.2, 0.2]])
    se2 = np.array([[np.nan, 0.0], [0.1, 0.0]])
    assert largest_deviation(theta, star, se2).tolist() == [math.inf, math.inf]
    assert largest_pair_deviation(theta, star, se2).tolist() == [math.inf, math.inf]


def test_a_claim_of_few_different_resamples_is_stretched_from_zero() -> None:
    fine = np.abs(np.random.default_rng(4).normal(size=999))
    coarse = np.repeat([1.0, 2.0], [100, 899])
    joint = joint_critical_values({"fine": fine, "coarse": coarse}, 0.95)
    assert joint["coarse"] >= 2
    both = (fine <= joint["fine"]) & (coarse <= joint["coarse"])
    assert both.mean() >= 0.949
    unmoved = joint_critical_values({"fine": fine, "still": np.zeros_like(coarse)}, 0.95)
    assert unmoved == {"fine": critical_value(fine, 0.95), "still": 0.0}

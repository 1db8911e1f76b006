from __future__ import annotations

import numpy as np
from scipy.stats import friedmanchisquare, permutation_test

from recaudit.records import FloatArray
from recaudit.statistics.multiplicity import bootstrap_p
from recaudit.statistics.permutation import arm_means, permuted_statistics


def spread(means: FloatArray) -> FloatArray:
    found: FloatArray = means.max(axis=-1) - means.min(axis=-1)
    return found


def p_of(values: FloatArray, seed: int = 0) -> float:
    drawn = permuted_statistics(values, spread, permutations=1999, rng=np.random.default_rng(seed))
    return bootstrap_p(float(spread(arm_means(values))) - 1e-12, drawn)


def test_two_arms_equal_the_paired_permutation_test_of_scipy() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((9, 2)) + np.array([0.0, 0.15])
    exact = permutation_test(
        (values[:, 0], values[:, 1]),
        lambda x, y, axis: np.abs(np.mean(x - y, axis=axis)),
        permutation_type="samples",
        alternative="greater",
        vectorized=True,
        n_resamples=np.inf,
    ).pvalue
    assert abs(p_of(values) - exact) < 4 * np.sqrt(exact * (1 - exact) / 1999) + 1 / 2000


def test_more_arms_agree_with_friedman_on_ranks() -> None:
    rng = np.random.default_rng(4)
    ranks = np.argsort(np.argsort(rng.random((60, 4)) + np.array([0, 0.1, 0.15, 0.2]), axis=1), axis=1) + 1.0
    drawn = permuted_statistics(
        ranks, lambda m: ((m - 2.5) ** 2).sum(axis=-1), permutations=1999, rng=np.random.default_rng(0)
    )
    observed = float(((ranks.mean(axis=0) - 2.5) ** 2).sum())
    assert abs(bootstrap_p(observed - 1e-12, drawn) - friedmanchisquare(*ranks.T).pvalue) < 0.02


def test_which_arms_a_unit_lacks_stays_as_it_is() -> None:
    values = np.array([[1.0, 2.0, np.nan], [np.nan, 5.0, 7.0], [4.0, np.nan, np.nan], [np.nan] * 3])
    seen: list[FloatArray] = []

    def remember(means: FloatArray) -> FloatArray:
        seen.append(means)
        return spread(means)

    permuted_statistics(values, remember, permutations=200, rng=np.random.default_rng(0))
    first = {round(float(mean), 9) for mean in seen[0][:, 0]}
    middle = {round(float(mean), 9) for mean in seen[0][:, 1]}
    assert first == {2.5, 3.0}  # (1 or 2, and 4) over two units
    assert middle == {3.0, 3.5, 4.0, 4.5}  # (1 or 2) with (5 or 7)


def test_equal_arms_give_uniform_p_and_unit_effects_do_not_matter() -> None:
    rng = np.random.default_rng(11)
    found = []
    for world in range(150):
        units = rng.normal(0, 5, size=(30, 1))
        found.append(p_of(units + rng.choice([0.0, 0.25, 1 / 3, 0.5], size=(30, 3)), seed=world))
    # Kolmogorov-Smirnov at 1 % for 150 draws; ties make p conservative, never small too often
    assert all(np.mean(np.array(found) <= level) <= level + 1.63 / np.sqrt(150) for level in (0.05, 0.2, 0.5))
    assert np.mean(np.array(found) <= 0.5) > 0.3


def test_a_planted_difference_is_seen() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(0, 3, size=(60, 1)) + rng.normal(0, 0.2, size=(60, 4))
    values[:, 2] += 0.2
    assert p_of(values) < 0.002

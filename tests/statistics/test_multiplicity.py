from __future__ import annotations

import numpy as np
import pytest

from recaudit.statistics.multiplicity import adjust, bootstrap_p


def test_holm_by_hand() -> None:
    adjusted = adjust({"a": 0.01, "b": 0.04, "c": 0.03}, "holm")
    assert adjusted == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})  # 3 x .01, 2 x .03, max(.06, 1 x .04)


def test_benjamini_hochberg_by_hand() -> None:
    adjusted = adjust({"a": 0.01, "b": 0.04, "c": 0.03}, "fdr_bh")
    assert adjusted == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})  # min(3/2 x .03, .04) = .04


def test_benjamini_yekutieli_pays_for_any_dependence_with_a_harmonic_sum() -> None:
    p = {"a": 0.01, "b": 0.04, "c": 0.03}
    plain = adjust(p, "fdr_bh")
    assert adjust(p, "fdr_by") == pytest.approx({name: (1 + 1 / 2 + 1 / 3) * q for name, q in plain.items()})


@pytest.mark.parametrize("method", ["holm", "fdr_bh", "fdr_by"])
def test_claims_without_p_do_not_count_in_the_family(method: str) -> None:
    with_none = adjust({"a": 0.01, "none": None, "b": 0.2}, method)
    assert with_none == {**adjust({"a": 0.01, "b": 0.2}, method), "none": None}


def test_an_empty_family_is_empty() -> None:
    assert adjust({}, "holm") == {}
    assert adjust({"a": None}, "holm") == {"a": None}


def test_p_is_never_zero_and_never_above_one() -> None:
    resampled = np.abs(np.random.default_rng(0).normal(size=99))
    assert bootstrap_p(1e9, resampled) == 0.01
    assert bootstrap_p(0.0, resampled) == 1.0
    assert bootstrap_p(np.inf, np.full(99, np.inf)) == 1.0

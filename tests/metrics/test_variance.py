from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from recaudit.metrics.variance import VarianceShare, components, variance_contributions
from recaudit.records import FloatArray


def drawn(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    *,
    unit: float,
    wording: float,
    cell: float,
    repeat: float,
) -> FloatArray:
    n, wordings, repeats = shape
    values: FloatArray = (
        unit * rng.standard_normal((n, 1, 1))
        + wording * rng.standard_normal((1, wordings, 1))
        + cell * rng.standard_normal((n, wordings, 1))
        + repeat * rng.standard_normal((n, wordings, repeats))
    )
    return values


def totals(values: FloatArray) -> FloatArray:
    return np.asarray(variance_contributions(values).sum(axis=0)).ravel()


def test_components_agree_with_a_mixed_model() -> None:
    """REML with unit and unit × wording as random effects; the wordings' own means are fixed there."""
    shape = (60, 3, 2)
    values = drawn(np.random.default_rng(3), shape, unit=1.0, wording=0.5, cell=0.6, repeat=0.7)
    unit, wording, _ = np.meshgrid(*map(np.arange, shape), indexing="ij")
    frame = pd.DataFrame({"y": values.ravel(), "unit": unit.ravel(), "wording": wording.ravel().astype(str)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = MixedLM.from_formula(
            "y ~ C(wording)", frame, groups="unit", re_formula="1", vc_formula={"cell": "0 + C(wording)"}
        ).fit(reml=True)
    found = components(totals(values), wordings=3, repeats=2)
    main = np.maximum(found["wording"] - fitted.vcomp[0], 0)
    assert found["unit"] == pytest.approx(fitted.cov_re.iloc[0, 0], rel=0.02)
    assert found["repeat"] == pytest.approx(fitted.scale, rel=0.02)
    means = values.mean(axis=(0, 2))
    expected_main = means.var(ddof=1) - (2 * fitted.vcomp[0] + fitted.scale) / (2 * 60)
    assert main == pytest.approx(expected_main, abs=0.02)


def test_shares_recover_planted_components() -> None:
    planted = {"unit": 1.0, "wording": 0.25 + 0.36, "repeat": 0.49}
    rng = np.random.default_rng(5)
    found = {source: [] for source in planted}
    for _ in range(300):
        values = drawn(rng, (50, 6, 2), unit=1.0, wording=0.5, cell=0.6, repeat=0.7)
        made = components(totals(values), wordings=6, repeats=2)
        for source, value in made.items():
            found[source].append(float(value))
    for source, truth in planted.items():
        error = np.std(found[source]) / np.sqrt(300)
        assert np.mean(found[source]) == pytest.approx(truth, abs=4 * error)


def test_nothing_but_repeats_varies() -> None:
    values = np.random.default_rng(1).standard_normal((4000, 3, 2))
    share = VarianceShare(source="repeat", wordings=3, repeats=2)(totals(values))
    assert share == pytest.approx(1, abs=0.05)


def test_what_does_not_vary_has_no_shares() -> None:
    for source in ("unit", "wording", "repeat"):
        share = VarianceShare(source=source, wordings=2, repeats=2)(totals(np.ones((9, 2, 2))))  # type: ignore[arg-type]
        assert np.isnan(share)


def test_leading_axes_are_resamples() -> None:
    rng = np.random.default_rng(0)
    made = variance_contributions(rng.random((8, 3, 2)))
    weights = rng.multinomial(8, np.full(8, 1 / 8), size=5)
    share = VarianceShare(source="unit", wordings=3, repeats=2)
    many = share(np.asarray(weights @ made))
    assert many.shape == (5,)
    assert many[2] == pytest.approx(float(share(np.asarray(weights[2] @ made))))

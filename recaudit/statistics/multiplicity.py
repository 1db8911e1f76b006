"""Adjusting p-values for how many claims are tested, with statsmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from recaudit.records import FloatArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Screening: TypeAlias = Literal["benjamini-hochberg", "benjamini-yekutieli"]
"""How p-values of claims that no gate asks about are adjusted: the first holds for independent and positively
dependent claims, the second for any dependence, at the price of power."""

FALSE_DISCOVERY: dict[Screening, Literal["fdr_bh", "fdr_by"]] = {
    "benjamini-hochberg": "fdr_bh",
    "benjamini-yekutieli": "fdr_by",
}
"""What statsmodels calls them."""


def adjust(
    p_values: Mapping[str, float | None], method: Literal["holm", "fdr_bh", "fdr_by"]
) -> dict[str, float | None]:
    """Adjust the p-values of one family.

    Args:
        p_values: Claim to p-value; None where there is none, which does not count in the family.
        method: Holm controls the chance of any false claim, "fdr_bh" (Benjamini and Hochberg) the share of false
            ones among those made, "fdr_by" (Benjamini and Yekutieli) the same under any dependence.

    Returns:
        Claim to adjusted p-value, None where there was none.

    >>> adjust({"a": 0.01, "b": 0.04, "c": None}, "holm")
    {'a': 0.02, 'b': 0.04, 'c': None}
    """
    from statsmodels.stats.multitest import multipletests

    tested = {claim: p for claim, p in p_values.items() if p is not None}
    adjusted: dict[str, float | None] = dict.fromkeys(p_values)
    if tested:
        corrected = multipletests(list(tested.values()), method=method)[1]
        adjusted.update({claim: float(p) for claim, p in zip(tested, corrected, strict=True)})
    return adjusted


def bootstrap_p(observed: float, resampled: FloatArray) -> float:
    """(1 + resamples at least as extreme) / (B + 1), so never 0.

    >>> bootstrap_p(2.0, np.array([0.5, 1.0, 2.0]))
    0.5
    """
    return float((1 + np.count_nonzero(resampled >= observed)) / (len(resampled) + 1))

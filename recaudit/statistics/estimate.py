from __future__ import annotations
from collections.abc import Collection, Sequence
import numpy as np
import pandas as pd
from recaudit.records import Estimate, Hypothesis, Measurements


def estimate(
    hypotheses: Sequence[Hypothesis],
    measurements: Measurements,
    groups: pd.DataFrame,
    *,
    gated: Collection[str],
    confidence: float = 0.95,
    resamples: int = 2000,
    min_group: int = 20,
    rng: int | np.random.Generator,
) -> dict[str, Estimate]:
    raise NotImplementedError

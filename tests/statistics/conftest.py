from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recaudit.records import Hypothesis, Measurements

Claim = Callable[..., Hypothesis]
Measured = Callable[..., Measurements]


@pytest.fixture(scope="session")
def claim() -> Claim:
    """Make a claim about metric "m" in the groups of attribute "g"; its id is the contrast unless given."""

    def make(contrast: str, **fields: Any) -> Hypothesis:
        defaults = {
            "id": contrast,
            "question": "",
            "probe": "test",
            "metric": "m",
            "contrast": contrast,
            "attribute": "g" if contrast in {"gap", "ratio", "worst"} else None,
            "better": "higher",
            "bounds": (0.0, 1.0),
        }
        return Hypothesis(**(defaults | fields))

    return make


@pytest.fixture(scope="session")
def measured() -> Measured:
    """Measurements of units 0, 1, ... from one array per metric."""

    def make(**metrics: np.ndarray) -> Measurements:
        frames = [
            pd.DataFrame({"unit": np.arange(len(values)), "metric": metric, "value": values})
            for metric, values in metrics.items()
        ]
        return Measurements(rows=pd.concat(frames, ignore_index=True))

    return make


@pytest.fixture(scope="session")
def grouped() -> Callable[..., pd.DataFrame]:
    """Attribute "g" of units 0, 1, ...: consecutive groups a, b, c ... of the given sizes."""

    def make(*sizes: int) -> pd.DataFrame:
        names = [chr(ord("a") + group) for group in range(len(sizes))]
        return pd.DataFrame({"g": np.repeat(names, sizes)})

    return make

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import jensenshannon

from recaudit.metrics.calibration import jensen_shannon


def test_jensen_shannon_agrees_with_scipy() -> None:
    shares = np.random.default_rng(0).dirichlet(np.full(5, 0.4), (20, 2))
    expected = [jensenshannon(p, q, base=2) ** 2 for p, q in shares]
    np.testing.assert_allclose(jensen_shannon(shares[:, 0], shares[:, 1]), expected, atol=1e-12)

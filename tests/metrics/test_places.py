from __future__ import annotations

import numpy as np
import pytest

from recaudit.metrics.places import Places


@pytest.mark.parametrize("spread", [1, 3, 10**12])
def test_places_against_a_dictionary(spread: int) -> None:
    rng = np.random.default_rng(2)
    codes = (rng.permutation(300) - 150) * spread
    expected = {code: place for place, code in enumerate(codes.tolist())}
    wanted = np.concatenate([codes[::2], codes + 1, [codes.min() - 1, codes.max() + 1, -(2**62), 2**62]])
    assert Places.of(codes).find(wanted).tolist() == [expected.get(code, -1) for code in wanted.tolist()]

from __future__ import annotations

import pytest

from recaudit.records import Limit
from recaudit.reports.intervals import limit_words

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (None, ""),
        (Limit(low=0.8), "at least 0.8"),
        (Limit(high=1e-5), "at most 1e\N{MINUS SIGN}05"),
        (Limit(low=-1, high=1), f"{MINUS}1 to 1"),
    ],
)
def test_limits(limit, words):
    assert limit_words(limit) == words

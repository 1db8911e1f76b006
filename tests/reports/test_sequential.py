from __future__ import annotations

import pytest

from recaudit.audit.result import SequentialRun
from recaudit.reports.sequential import sequential_words

SO_FAR = "als: asked 1,100 of 4,000 planned requests about {units} of 200 units, in 2 batches of 25, "


@pytest.mark.parametrize(
    ("units", "settled", "ending"),
    [
        (50, True, "until intervals that hold at every look had settled every gate: 2,900 requests saved."),
        (200, False, "and not every gate is settled: no request saved."),
        (50, False, "and stopped before every gate was settled; go on with --resume."),
    ],
)
def test_a_sentence_says_what_was_asked_and_what_that_settled(units: int, settled: bool, ending: str) -> None:
    run = SequentialRun(
        batch=25, looks=2, units=units, planned_units=200, requests=1100, planned_requests=4000, settled=settled
    )  # fmt: skip
    assert sequential_words("als", run) == SO_FAR.format(units=units) + ending

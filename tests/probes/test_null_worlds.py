"""Null worlds: systems that do nothing wrong are accused no more often than promised."""

from __future__ import annotations

import numpy as np
import pytest
from probed import estimated

from recaudit.datasets import world
from recaudit.probes.exposure.probe import EXPOSURE
from recaudit.probes.popularity_candidates import POPULARITY_CANDIDATES
from recaudit.probes.position.probe import POSITION
from recaudit.probes.probe import Probe
from recaudit.probes.robustness.probes import ROBUSTNESS
from recaudit.records import ItemId, Request

WORLDS = 80
SMALL = {"candidates": 8, "units": 60}


def at_random(request: Request) -> list[ItemId]:
    """Answers that depend on nothing."""
    rng = np.random.default_rng(request.seed)
    if request.candidates is not None:
        return [request.candidates[at] for at in rng.permutation(len(request.candidates))]
    return rng.choice([item for item in range(60) if item not in request.history], 10, replace=False).tolist()


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
@pytest.mark.parametrize(
    ("probe", "claim", "options"),
    [
        (POSITION, "position/target-rank-slope", {**SMALL, "similarity": ["rbo@8"], "pairs": False}),
        (POSITION, "position/rbo@8-orders", {**SMALL, "similarity": ["rbo@8"], "pairs": False}),
        (POPULARITY_CANDIDATES, "popularity-candidates/popularity-by-rank-slope", {**SMALL, "ranks": 8}),
        (ROBUSTNESS, "robustness/shuffled/rbo@8", {**SMALL, "similarity": ["rbo@8"]}),
        (EXPOSURE, "exposure/groups/exposure_per_item@10-ratio", {"groupings": ["groups"]}),
    ],
)
def test_chance_is_accused_no_more_often_than_promised(
    probe: Probe, claim: str, options: dict[str, object]
) -> None:
    accused = 0
    for seed in range(WORLDS):
        data = world(users=60, items=60, popularity=0.0, taste=1.0, rng=seed)
        found = estimated(probe, data, at_random, gated=[claim], resamples=300, rng=seed, **options)[claim]  # type: ignore[arg-type]
        assert found.low is not None
        assert found.high is not None
        ratio = claim.endswith("-ratio")
        accused += found.high < 1 if ratio else not found.low <= 0 <= found.high
    assert accused / WORLDS <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / WORLDS)

"""Verdicts in worlds where the truth is known: planted gaps are found, equal groups are not accused."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from recaudit.audit.decide import decide
from recaudit.datasets.worlds import planted_lists, world
from recaudit.probes import user_groups
from recaudit.probes.quality import QUALITY, QualityOptions
from recaudit.records import Answer, Limit, Verdict
from recaudit.statistics import estimate

OPTIONS = QualityOptions(metrics=["recall@10"], attributes=["group"])
GAP = "quality/group/recall@10-gap"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_forced_collection")]


def verdict(quality: dict[str, float], limit: Limit, seed: int, *, users: int = 300) -> Verdict:
    """The verdict on the gap; the expected recall of a group is its planted quality."""
    data = world(users=users, items=60, history=6, held_out=5, rng=seed)
    lists = planted_lists(data, 10, quality, rng=seed + 10_000)
    requests = QUALITY.plan(data, OPTIONS, 10, seed)
    answers = {request.id: Answer(request=request.id, items=lists[request.user]) for request in requests}
    claims = QUALITY.hypotheses(data, OPTIONS)
    seen = estimate(
        claims,
        QUALITY.measure(data, OPTIONS, requests, answers),
        user_groups(data, ["group"]),
        gated={GAP},
        resamples=400,
        rng=seed,
    )
    return decide(seen[GAP], limit)[0]


def verdicts(quality: dict[str, float], limit: Limit, worlds: int) -> Counter[Verdict]:
    return Counter(verdict(quality, limit, seed) for seed in range(worlds))


def test_a_planted_gap_beyond_the_limit_fails() -> None:
    assert verdicts({"F": 0.3, "M": 0.5}, Limit(high=0.05), 20) == {"FAIL": 20}


def test_equal_groups_pass_a_limit_that_the_sample_can_show() -> None:
    assert verdicts({"F": 0.5, "M": 0.5}, Limit(high=0.15), 20) == {"PASS": 20}


def test_equal_groups_are_inconclusive_when_the_sample_is_too_small_for_the_limit() -> None:
    found = verdicts({"F": 0.5, "M": 0.5}, Limit(high=0.02), 20)
    assert found["FAIL"] <= 1
    assert found["PASS"] == 0


def test_a_gap_exactly_at_the_limit_is_rarely_decided_either_way() -> None:
    worlds = 150
    found = verdicts({"F": 0.4, "M": 0.5}, Limit(high=0.1), worlds)
    most = 0.05 * worlds + 2 * np.sqrt(0.05 * 0.95 * worlds)
    assert found["FAIL"] <= most
    assert found["PASS"] <= most


def test_a_group_that_gets_nothing_can_never_pass() -> None:
    assert verdict({"F": 0.0, "M": 0.5}, Limit(high=0.05), 1) == "FAIL"
    assert verdict({"F": 0.0, "M": 0.02}, Limit(high=0.01), 1, users=80) != "PASS"

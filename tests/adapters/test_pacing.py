from __future__ import annotations

import asyncio

import numpy as np

from recaudit.adapters.pacing import Pace


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def starts(pace: Pace, clock: Clock, tokens: list[int], taken: list[int] | None = None) -> list[float]:
    async def run() -> list[float]:
        found = []
        for place, expected in enumerate(tokens):
            await pace.turn(expected)
            found.append(clock.now)
            if taken is not None:
                pace.correct(expected=expected, taken=taken[place])
        return found

    return asyncio.run(run())


def most_in_a_minute(times: list[float], weights: list[int]) -> int:
    at, weight = np.array(times), np.array(weights)
    return int(max(weight[(at >= start) & (at < start + 60 - 1e-9)].sum() for start in times))


def test_no_minute_holds_more_requests_than_allowed() -> None:
    clock = Clock()
    found = starts(Pace(requests_per_minute=30, clock=clock, sleep=clock.sleep), clock, [0] * 100)
    assert most_in_a_minute(found, [1] * 100) == 30
    assert found[-1] == 99 * 2.0


def test_no_minute_holds_more_tokens_than_allowed_but_for_one_call() -> None:
    clock = Clock()
    tokens = np.random.default_rng(0).integers(10, 200, 200).tolist()
    found = starts(Pace(tokens_per_minute=1000, clock=clock, sleep=clock.sleep), clock, tokens)
    assert most_in_a_minute(found, tokens) <= 1000 + max(tokens)
    assert sum(tokens) / found[-1] * 60 > 950


def test_what_a_call_took_counts_not_what_was_expected() -> None:
    clock = Clock()
    pace = Pace(tokens_per_minute=600, clock=clock, sleep=clock.sleep)
    assert starts(pace, clock, [100, 100, 100], taken=[10, 300, 100]) == [0.0, 1.0, 31.0]


def test_without_limits_nobody_waits() -> None:
    clock = Clock()
    assert starts(Pace(clock=clock, sleep=clock.sleep), clock, [10_000] * 5) == [0.0] * 5

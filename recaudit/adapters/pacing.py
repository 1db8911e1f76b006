"""Keeping to a service's limits of requests and tokens per minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

MINUTE = 60.0


class Pace:
    """Spaces calls evenly: no minute holds more requests than allowed, or more tokens by more than one call's.

    Args:
        requests_per_minute: None for no limit.
        tokens_per_minute: Tokens sent and written together; None for no limit.
        clock: Seconds that only grow.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_request = 0.0 if requests_per_minute is None else MINUTE / requests_per_minute
        self._per_token = 0.0 if tokens_per_minute is None else MINUTE / tokens_per_minute
        self._clock, self._sleep = clock, sleep
        self._free_for_request = self._free_for_tokens = -float("inf")

    async def turn(self, tokens: int) -> None:
        """Wait for one's turn.

        Args:
            tokens: About how many the call will take; `correct` tells how many it took.
        """
        now = self._clock()
        start = max(now, self._free_for_request, self._free_for_tokens)
        self._free_for_request = start + self._per_request
        self._free_for_tokens = start + tokens * self._per_token
        if start > now:
            await self._sleep(start - now)

    def correct(self, *, expected: int, taken: int) -> None:
        """Book the tokens that a call took beyond those expected, or give back the rest."""
        self._free_for_tokens += (taken - expected) * self._per_token

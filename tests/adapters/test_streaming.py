from __future__ import annotations

import asyncio
import threading
import time

import pytest

from recaudit.adapters.streaming import answer_concurrently
from recaudit.errors import SystemFailureError
from recaudit.records import Answer, Request


def requests(count: int) -> list[Request]:
    return [Request(unit=user, arm="list", user=user, history=(), k=1) for user in range(count)]


def test_answers_come_when_they_are_there_and_no_more_are_under_way_than_allowed() -> None:
    under_way = most = 0

    async def answer(request: Request) -> Answer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.2 if request.user == 0 else 0.01)
        under_way -= 1
        return Answer(request=request.id, items=())

    asked = requests(12)
    given = [one.request for one in answer_concurrently(asked, answer, concurrency=3)]
    assert sorted(given) == sorted(request.id for request in asked)
    assert given[-1] == asked[0].id
    assert most == 3


def test_a_slow_taker_keeps_the_rest_from_running_ahead() -> None:
    begun: list[object] = []

    async def answer(request: Request) -> Answer:
        begun.append(request.user)
        return Answer(request=request.id, items=())

    answers = answer_concurrently(requests(100), answer, concurrency=4)
    next(answers)
    time.sleep(0.1)
    assert len(begun) <= 2 * 4 + 1
    answers.close()


def test_closing_early_stops_what_is_under_way_and_closes_the_client() -> None:
    stopped: list[str] = []

    async def answer(request: Request) -> Answer:
        try:
            await asyncio.sleep(60 if request.user else 0)
        except asyncio.CancelledError:
            stopped.append("call")
            raise
        return Answer(request=request.id, items=())

    async def close() -> None:
        stopped.append("client")

    before = threading.active_count()
    answers = answer_concurrently(requests(3), answer, concurrency=3, close=close)
    next(answers)
    answers.close()
    assert stopped == ["call", "call", "client"]
    assert threading.active_count() == before


def test_the_first_failure_ends_everything_and_is_raised_as_it_is() -> None:
    begun: list[object] = []

    async def answer(request: Request) -> Answer:
        begun.append(request.user)
        await asyncio.sleep(0.01)
        if request.user == 2:
            raise SystemFailureError("the key is wrong")
        return Answer(request=request.id, items=())

    with pytest.raises(SystemFailureError, match="the key is wrong"):
        list(answer_concurrently(requests(50), answer, concurrency=2))
    assert len(begun) < 10


def test_it_works_inside_a_running_loop() -> None:
    async def answer(request: Request) -> Answer:
        await asyncio.sleep(0)
        return Answer(request=request.id, items=())

    async def notebook() -> int:
        return len(list(answer_concurrently(requests(5), answer, concurrency=2)))

    assert asyncio.run(notebook()) == 5


def test_nothing_to_ask_gives_nothing() -> None:
    async def answer(request: Request) -> Answer:
        raise AssertionError(request)

    assert list(answer_concurrently([], answer, concurrency=4)) == []

"""Asking a live system many things at a time, from ordinary code."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TypeAlias

from recaudit.records import Answer, Request

AnswerOne: TypeAlias = Callable[[Request], Awaitable[Answer]]
Close: TypeAlias = Callable[[], Awaitable[None]]


def answer_concurrently(
    requests: Sequence[Request], answer: AnswerOne, *, concurrency: int, close: Close | None = None
) -> Generator[Answer]:
    """Answer requests with several under way at once, and yield each answer as soon as it is there.

    An event loop runs in a thread of its own, so it works inside and outside of other loops. At most twice
    `concurrency` answers wait to be taken. Closing the generator stops what is under way.

    Args:
        requests: What to answer, begun in this order.
        answer: Answers one request.
        concurrency: Most requests under way at once.
        close: Called in the same loop at the end, whatever happened.

    Raises:
        Exception: The first that `answer` raises; the others under way are stopped.
    """
    given: queue.SimpleQueue[Answer | BaseException | None] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    window = asyncio.Semaphore(2 * concurrency)

    async def work() -> None:
        for request in waiting:
            await window.acquire()
            given.put(await answer(request))

    async def work_all() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(concurrency, len(requests))):
                    group.create_task(work())
        finally:
            if close is not None:
                await close()

    waiting = iter(requests)
    everything = loop.create_task(work_all())
    thread = threading.Thread(
        target=_run, args=(loop, everything, given), name="recaudit-answers", daemon=True
    )
    thread.start()
    try:
        while (found := given.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            loop.call_soon_threadsafe(window.release)
            yield found
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(everything.cancel)
        thread.join()
        loop.close()


def _run(
    loop: asyncio.AbstractEventLoop,
    everything: asyncio.Task[None],
    given: queue.SimpleQueue[Answer | BaseException | None],
) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(everything)
    except asyncio.CancelledError:
        given.put(None)
    except BaseExceptionGroup as group:
        given.put(_first(group))
    except BaseException as error:  # noqa: BLE001 - it is raised again where the answers are taken
        given.put(error)
    else:
        given.put(None)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

"""How close asking comes to the speed of the service: `python benchmarks/live.py`.

A stub on loopback, in a process of its own, answers every chat completion after 50 ms. With 64 calls under way the
ideal is 64 / 0.05 = 1,280 answers a second. The ways take turns: recaudit's language recommender (prompt, call,
reading, matching of titles), the official client alone with either of its transports, and httpx2 alone.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import httpx2
import openai
import pandas as pd

from recaudit.adapters.language.openai_chat import openai_model
from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import audit_data
from recaudit.records import Request

STUB = Path(__file__).parents[1] / "tests" / "stub_server.py"
MESSAGES = [{"role": "user", "content": "Recommend three films."}]


def recaudit_way(url: str, calls: int, concurrency: int) -> None:
    """What an audit does, without storing."""
    model = openai_model(model="m", base_url=f"{url}/v1", key_variable="NO_KEY", concurrency=concurrency)
    system = language_recommender(films(), model)
    requests = [
        Request(
            unit=i, arm="a", user=i, history=(), k=3, needs="instructions", instruction="Name three films."
        )
        for i in range(calls)
    ]
    assert sum(not answer.problem for answer in system.recommend(requests)) == calls  # noqa: S101


def films():
    """A catalogue in which one of the stub's titles is."""
    rows = pd.DataFrame({"user": [0, 1], "item": [0, 1]})
    return audit_data(rows, items=pd.DataFrame({"item": [0, 1], "title": ["One", "Four"]}), name="films")


def in_workers(one: Callable[[], Awaitable[object]], calls: int, concurrency: int) -> Awaitable[None]:
    """The least loop: so many workers until all calls are made."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await one()

    async def everything() -> None:
        await asyncio.gather(*(work() for _ in range(concurrency)))

    return everything()


def client_way(url: str, calls: int, concurrency: int, *, transport: type[httpx2.AsyncClient]) -> None:
    """The official client and nothing else."""

    async def run() -> None:
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        http = transport(limits=limits)
        async with openai.AsyncOpenAI(api_key="none", base_url=f"{url}/v1", http_client=http) as client:
            await in_workers(
                lambda: client.chat.completions.create(model="m", messages=MESSAGES), calls, concurrency
            )

    asyncio.run(run())


def bare_way(url: str, calls: int, concurrency: int) -> None:
    """A POST and nothing else."""

    async def run() -> None:
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        async with httpx2.AsyncClient(limits=limits) as client:
            body = {"model": "m", "messages": MESSAGES}
            await in_workers(lambda: client.post(f"{url}/v1/chat/completions", json=body), calls, concurrency)

    asyncio.run(run())


WAYS = {
    "recaudit": recaudit_way,
    "openai client, aiohttp": partial(client_way, transport=openai.DefaultAioHttpClient),
    "openai client, httpx2": partial(client_way, transport=httpx2.AsyncClient),
    "httpx2 alone": bare_way,
}


def measure(
    way: Callable[[str, int, int], None], url: str, calls: int, concurrency: int
) -> tuple[float, float]:
    """Seconds and processor seconds of this process."""
    before, start = cpu(), time.perf_counter()
    way(url, calls, concurrency)
    return time.perf_counter() - start, cpu() - before


def cpu() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a row per way and concurrency."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.05)
    options = parser.parse_args()
    command = [sys.executable, str(STUB), str(options.delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stub:
        url = stub.stdout.readline().strip()
        print("| way | under way | answers a second | share of the ideal | CPU ms a call |")
        print("|---|---|---|---|---|")
        for concurrency in (8, 64):
            for way in WAYS.values():
                way(url, concurrency * 2, concurrency)
            found = {name: [] for name in WAYS}
            for _ in range(options.rounds):
                for name, way in WAYS.items():
                    found[name].append(measure(way, url, options.calls * concurrency // 64, concurrency))
            for name, runs in found.items():
                calls = options.calls * concurrency // 64
                rate = calls / statistics.median(seconds for seconds, _ in runs)
                work = statistics.median(busy for _, busy in runs) / calls * 1000
                share = rate / (concurrency / options.delay)
                print(f"| {name} | {concurrency} | {rate:,.0f} | {share:.0%} | {work:.2f} |", flush=True)
        stub.stdin.close()


if __name__ == "__main__":
    main()

"""A scripted HTTP service on loopback, for tests and benchmarks of live systems.

`python tests/stub_server.py DELAY` serves one fixed chat completion after DELAY seconds and prints its address.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request: path, headers in lower case, and the body read as JSON, None without one."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent back; bytes go as they are, anything else as JSON; `cut` breaks off in the middle of the body."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False


Behave = Callable[[Received], Reply]


def completion(text: str, **changes: Any) -> dict[str, Any]:
    """A chat completion that says `text`."""
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "stub-1",
        "system_fingerprint": "fp-7",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16},
        **changes,
    }


class StubServer:
    """Serves until closed; `behave` may be replaced at any time."""

    def __init__(self, behave: Behave) -> None:
        self.behave = behave
        self.received: list[Received] = []
        self.under_way = 0
        self.most_under_way = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait()

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._until_stopped())
        self._loop.close()

    async def _until_stopped(self) -> None:
        self._stop = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        received = Received(path=head[0].split()[1], headers=headers, body=json.loads(raw) if raw else None)
        self.received.append(received)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        reply = self.behave(received)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        self.under_way -= 1
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        lines = [
            f"HTTP/1.1 {reply.status} -",
            "content-type: application/json",
            f"content-length: {len(body)}",
        ]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.write(body[: len(body) // 2] if reply.cut else body)
        await writer.drain()
        return not reply.cut


if __name__ == "__main__":
    seconds = float(sys.argv[1])
    stub = StubServer(lambda _: Reply(body=completion("1. One\n2. Two\n3. Three"), delay=seconds))
    sys.stdout.write(stub.url + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    stub.close()

"""A scripted live system for the tests: answers take calls, and its behaviour is set by files beside the run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from recaudit.datasets import AuditData
from recaudit.records import Answer, Exchange, Request, SystemCard


class Live:
    """Recommends the first items; logs every request, and may be killed, interrupted or failing on the way."""

    def __init__(self, folder: Path, items: list[int | str], temperature: str) -> None:
        self.card = SystemCard(
            name="live", llm="scripted", crm_at_inference=False, settings={"temperature": temperature}
        )
        self.offers = frozenset({"lists"})
        self._folder = folder
        self._items = items

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        for request in requests:
            with (self._folder / "asked.log").open("a") as log:
                log.write(request.id + "\n")
            stop = self._folder / "stop"
            if stop.exists() and len((self._folder / "asked.log").read_text().split()) > int(
                stop.read_text()
            ):
                os.kill(os.getpid(), getattr(signal, os.environ["LIVE_SIGNAL"]))
            call = Exchange(
                prompt=f"for {request.user}", text="ok", tokens_in=1000, tokens_out=100, seconds=0.25
            )
            if (self._folder / "flaky").exists() and request.seed % 7 == 0:
                yield Answer(
                    request=request.id, items=(), problem="timeout", detail="60 s", exchanges=(call,)
                )
            else:
                chosen = self._items[request.seed % 7 :][: request.k]
                yield Answer(request=request.id, items=tuple(chosen), exchanges=(call,))


def live(data: AuditData, *, folder: str, temperature: str = "0") -> Live:
    """The scripted system, which logs into a folder."""
    return Live(Path(folder), data.items.index.tolist(), temperature)

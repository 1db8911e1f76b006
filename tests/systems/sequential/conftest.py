from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import AuditData, audit_data
from recaudit.records import Recommender, Request

ITEMS = 24


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing trained here outlives the test."""
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def ring() -> AuditData:
    """60 users walk a ring of 24 items, each from their own place: after item i comes item i + 1.

    Who does not pass item 0 starts with it, so that it is popular. The next item on the ring is the truth.
    """
    rng = np.random.default_rng(5)
    rows, truth = [], []
    for user in range(60):
        start = int(rng.integers(ITEMS))
        walk = [(start + place) % ITEMS for place in range(9)]
        own = walk[:8] if 0 in walk else [0, *walk[:8]]
        rows += [{"user": user, "item": item, "time": place} for place, item in enumerate(own)]
        truth.append({"user": user, "item": walk[8]})
    words = ["red", "blue", "green", "black", "white", "grey"]
    things = ["car", "boat", "train", "plane"]
    items = pd.DataFrame({"item": range(ITEMS)})
    items["title"] = [f"The {words[item % 6]} {things[item // 6]}" for item in range(ITEMS)]
    items["groups"] = [things[item // 6] for item in range(ITEMS)]
    return audit_data(pd.DataFrame(rows), items=items, truth=pd.DataFrame(truth), name="ring")


class Ask(Protocol):
    def __call__(self, user: int, *, k: int = 3, candidates: tuple[int, ...] | None = None) -> Request: ...


@pytest.fixture(scope="session")
def ask(ring: AuditData) -> Ask:
    """The request of one user of the ring."""
    histories = ring.histories()

    def request(user: int, *, k: int = 3, candidates: tuple[int, ...] | None = None) -> Request:
        return Request(
            unit=user,
            arm="list",
            user=user,
            history=histories[user],
            k=k,
            candidates=candidates,  # type: ignore[arg-type]
        )

    return request


@pytest.fixture(scope="session")
def hits(ring: AuditData, ask: Ask) -> Callable[[Recommender], float]:
    """The share of users whose next item is the first of their list."""
    wanted = dict(zip(ring.truth["user"].tolist(), ring.truth["item"].tolist(), strict=True))

    def share(system: Recommender) -> float:
        requests = [ask(user, k=1) for user in wanted]
        answers = system.recommend(requests)
        found = [
            wanted[request.user] in answer.items for request, answer in zip(requests, answers, strict=True)
        ]
        return sum(found) / len(found)

    return share

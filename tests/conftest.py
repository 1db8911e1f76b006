from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# many small matrix products: threads only get in each other's way, the more so beside other test processes
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import AuditData, apply_split, audit_data

sys.path.insert(0, str(Path(__file__).parent))
from stub_server import Reply, StubServer, completion

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real datasets that is never committed."""
    folder = Path(os.environ.get("RECAUDIT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the real datasets in {folder}; set RECAUDIT_TEST_DATA to their folder")
    return folder


@pytest.fixture
def no_forced_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """statsmodels' Holm forces a garbage collection, which would take most of the time of a small world."""
    monkeypatch.setattr(gc, "collect", lambda *_: 0)


@pytest.fixture
def stub_server() -> Iterator[StubServer]:
    """A scripted service on loopback; set its `behave`."""
    server = StubServer(lambda _: Reply(body=completion("1. Item 1\n2. Item 2")))
    yield server
    server.close()


@pytest.fixture(scope="session")
def tiny_tables() -> dict[str, pd.DataFrame]:
    """80 users, 40 items, 15 ratings each; popular items have low numbers; two groups of users."""
    rng = np.random.default_rng(7)
    weights = 1 / np.arange(1, 41)
    rows = [
        {
            "user": f"u{user:02d}",
            "item": int(item),
            "rating": int(rng.integers(1, 6)),
            "time": 100 * user + place,
        }
        for user in range(80)
        for place, item in enumerate(rng.choice(40, 15, replace=False, p=weights / weights.sum()))
    ]
    users = [
        {"user": f"u{user:02d}", "gender": "F" if user % 2 else "M", "city": f"c{user % 8}"}
        for user in range(80)
    ]
    items = [
        {"item": item, "title": f"Item {item}", "groups": "a|b" if item % 3 else "c"} for item in range(40)
    ]
    return {"interactions": pd.DataFrame(rows), "users": pd.DataFrame(users), "items": pd.DataFrame(items)}


@pytest.fixture(scope="session")
def tiny_data(tiny_tables: dict[str, pd.DataFrame]) -> AuditData:
    """The tiny tables with the last 3 interactions of each user held out."""
    data = audit_data(
        tiny_tables["interactions"], users=tiny_tables["users"], items=tiny_tables["items"], name="tiny"
    )
    return apply_split(data, method="last", n=3)

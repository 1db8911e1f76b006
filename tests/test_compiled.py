from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numba
import pytest

from recaudit import compiled

if TYPE_CHECKING:
    from pathlib import Path
from types import SimpleNamespace


def test_without_a_cache_folder_the_function_is_still_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_folder(**options: bool):
        if options.pop("cache", False):
            raise RuntimeError("no locator available")
        return numba.njit(**options)

    monkeypatch.setattr(compiled, "numba", SimpleNamespace(njit=no_folder))
    assert compiled.compiled(lambda a: a + 1)(2) == 3


@pytest.mark.slow
def test_a_cache_folder_that_cannot_be_made(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    code = "from recaudit.metrics import evaluate; print(evaluate({1: [2]}, {1: [2]}, ['ndcg@5']).mean)"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(blocked / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "{'ndcg@5': 1.0}", done.stderr

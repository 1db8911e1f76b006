from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from recaudit.audit import load_config, run_audit
from recaudit.reports import render_html

CONFIG = """
[audit]
name = "tiny"
seed = 3
resamples = 300
min_group = 10
inconclusive = "fail"
[data]
interactions = "interactions.csv"
users = "users.csv"
[data.split]
n = 3
[probes.quality]
metrics = ["ndcg@5", "hit@5"]
attributes = ["gender"]
[probes.popularity]
metrics = ["gini@5"]
[probes.counterfactual]
units = 4
similarity = ["jaccard@5"]
[[systems]]
name = "popular"
adapter = "callable"
options = { function = "tiny_shop:recommend" }
"""
SHOP = """
from pathlib import Path
LOG = Path(__file__).parent / "asked.log"

def recommend(request):
    with LOG.open("a") as file:
        file.write("x")
    return [item for item in range(40) if item not in request.history][: request.k]
"""
BROKEN = '[[systems]]\nname = "broken"\nadapter = "tiny_shop:broken"\n'
GATES = {
    "passes": ("quality/hit@5", "min = 0.01"),
    "fails": ("quality/ndcg@5", "min = 0.9"),
    "is inconclusive": ("quality/gender/ndcg@5-gap", "max = 0.05"),
    "is not run": ("counterfactual/gender/jaccard@5", "max = 0.1"),
}


def gate(finding: str, limit: str, *more: str) -> str:
    return "\n".join(["[[gates]]", f'finding = "{finding}"', limit, *more]) + "\n"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, tiny_tables: dict[str, pd.DataFrame]) -> Path:
    """A repository with a model and a configuration without gates."""
    folder = tmp_path_factory.mktemp("shop")
    for name in ("interactions", "users"):
        tiny_tables[name].to_csv(folder / f"{name}.csv", index=False)
    (folder / "tiny_shop.py").write_text(SHOP)
    (folder / "pytest.ini").write_text("[pytest]\naudit_config = audit.toml\n")
    (folder / "audit.toml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="session")
def every_state(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a gate of every verdict about one system, a second system that is broken, and a run of it."""
    folder = tmp_path_factory.mktemp("states") / "shop"
    shutil.copytree(shop, folder)
    gates = [gate(finding, limit, 'systems = ["popular"]') for finding, limit in GATES.values()]
    broken = gate("quality/hit@5", "min = 0.01", 'systems = ["broken"]')
    config = CONFIG + BROKEN + "".join(gates) + broken
    # a name of its own, as this process keeps what it imports
    (folder / "audit.toml").write_text(config.replace("tiny_shop", "tiny_states"))
    failing = "\ndef broken(data):\n    raise KeyError('weights')\n"
    (folder / "tiny_states.py").write_text((folder / "tiny_shop.py").read_text() + failing)
    render_html(run_audit(load_config(folder / "audit.toml"), out=folder / "stored"))
    return folder


@pytest.fixture
def here(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, every_state: Path
) -> Iterator[Callable[[Path], Path]]:
    """Copy a repository to where pytest will run.

    It rests on a run in this process: pytester forgets what is imported inside, and pyarrow cannot be imported twice.
    """
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("CI", raising=False)
    before = Path.cwd()

    def copy(folder: Path) -> Path:
        shutil.copytree(folder, pytester.path, dirs_exist_ok=True)
        return pytester.path

    yield copy
    os.chdir(before)

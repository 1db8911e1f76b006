"""Trains the reference systems of the demo on MovieLens-100K: time, memory, quality.

    python benchmarks/systems.py [NAME ...]

Each system is built in a process of its own with an empty cache for what is trained (weights and data are fetched
before), and then asked for the lists of 200 users. Processor time is what training costs; the time passed depends on
what else runs. Ratios are to `sasrec` in the same run.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

USERS = 200
FLOOR = "sasrec"


def demo_systems() -> dict[str, dict[str, Any]]:
    """Systems of the demo that are trained, by name."""
    text = resources.files("recaudit").joinpath("demo.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)["systems"]
    return {table["name"]: table for table in tables if table["adapter"] not in {"random", "rerank"}}


def measure_here(adapter: str, options: dict[str, Any]) -> dict[str, float]:
    """Build one system in this process and ask it."""
    import pandas as pd

    from recaudit.adapters import build
    from recaudit.audit.config import parse_config
    from recaudit.audit.plan import load_data
    from recaudit.metrics import evaluate
    from recaudit.probes.lists import plan_lists

    text = resources.files("recaudit").joinpath("demo.toml").read_text(encoding="utf-8")
    data = load_data(parse_config(text, Path("demo.toml")), announce=lambda _: None)
    with_empty_cache_of_systems()
    before, clock = time.process_time(), time.perf_counter()
    system = build(adapter, data, options)
    built = {"processor": time.process_time() - before, "passed": time.perf_counter() - clock}
    requests = plan_lists(data, 10, 0)[:USERS]
    clock = time.perf_counter()
    answers = {answer.request: answer.items for answer in system.recommend(requests)}
    asked = time.perf_counter() - clock
    rows = [
        (request.user, item, rank)
        for request in requests
        for rank, item in enumerate(answers[request.id], start=1)
    ]
    users = {request.user for request in requests}
    quality = evaluate(
        pd.DataFrame(rows, columns=["user", "item", "rank"]),
        data.truth[data.truth["user"].isin(users)],
        ["ndcg@10"],
    )
    return {
        **built,
        "asked": asked,
        "ndcg@10": float(quality.per_user["ndcg@10"].mean()),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def with_empty_cache_of_systems() -> None:
    """Let the cache of this process have the fetched files and nothing that was trained."""
    from recaudit.datasets.assets import cache_folder

    scratch = Path(tempfile.mkdtemp())
    for found in cache_folder().iterdir():
        if found.name != "systems":
            (scratch / found.name).symlink_to(found)
    os.environ["RECAUDIT_CACHE"] = str(scratch)


def main() -> None:
    """Print one row for each system."""
    systems = demo_systems()
    chosen = sys.argv[1:] or list(systems)
    rows: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys([FLOOR, *chosen]):
        table = json.dumps([systems[name]["adapter"], systems[name].get("options", {})])
        ran = subprocess.run(
            [sys.executable, __file__, "--one", table], capture_output=True, text=True, check=True
        )
        rows[name] = json.loads(ran.stdout.splitlines()[-1])
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'system':<24} {'processor':>10} {'to sasrec':>10} {'passed':>8} {'asking':>8} {'memory':>8} {'ndcg@10':>8}"
    )
    for name, row in rows.items():
        ratio = row["processor"] / rows[FLOOR]["processor"]
        print(
            f"{name:<24} {row['processor']:8.1f} s {ratio:10.2f} {row['passed']:8.1f} s {row['asked']:8.1f} s "
            f"{row['memory']:7.2f} GB {row['ndcg@10']:10.3f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure_here(*json.loads(sys.argv[2]))))
    else:
        main()

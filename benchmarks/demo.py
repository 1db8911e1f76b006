"""Times the parts of `recaudit demo`.

    python benchmarks/demo.py [demo | demo-quick] [RUNS]

Each run is made in this process on cached data and trained systems; the first is left out, as it pays for imports,
compiled code and training.
Prints the median seconds of each part, its share of the run, and the peak memory of the process.
"""

from __future__ import annotations

import platform
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from importlib import resources
from pathlib import Path

from recaudit.audit import run_audit
from recaudit.audit.config import parse_config
from recaudit.reports import render_html


def time_once(name: str, folder: Path) -> dict[str, float]:
    """Run the demo once; seconds by part."""
    text = resources.files("recaudit").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    clock = time.perf_counter()
    result = run_audit(parse_config(text, Path(f"{name}.toml")), out=folder)
    audit = time.perf_counter() - clock
    parts: dict[str, float] = defaultdict(float)
    for system in result.systems:
        for part, seconds in system.seconds.items():
            parts[f"{part}: all systems"] += seconds
    parts["data, plan, storing, the rest"] = audit - sum(parts.values())
    clock = time.perf_counter()
    render_html(result)
    parts["report with charts"] = time.perf_counter() - clock
    return parts


def main() -> None:
    """Time several runs and print the table."""
    name = sys.argv[1] if len(sys.argv) > 1 else "demo"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as scratch:
        timed = [time_once(name, Path(scratch) / str(number)) for number in range(runs + 1)][1:]
    medians = {part: statistics.median(run[part] for run in timed) for part in timed[0]}
    whole = sum(medians.values())
    print(f"recaudit {name}, median of {runs} runs, Python {platform.python_version()}")
    for part, seconds in medians.items():
        print(f"{part:<32} {seconds:7.2f} s {100 * seconds / whole:5.0f} %")
    print(f"{'whole':<32} {whole:7.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'peak memory':<32} {peak:7.2f} GB")


if __name__ == "__main__":
    main()

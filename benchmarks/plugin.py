"""What the pytest plugin costs a test run that does not use it.

    python benchmarks/plugin.py [ROUNDS]

Times `pytest --help`, and a run of one empty test, with the plugin and with `-p no:recaudit`, one after the other in
each round, and prints the medians, their difference and ratio. Starting pytest without the plugin is the floor.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15


def seconds(folder: str, *arguments: str) -> float:
    """How long one pytest takes."""
    clock = time.perf_counter()
    command = [sys.executable, "-m", "pytest", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - clock


def main(rounds: int) -> None:
    """Print a line for each of both."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").write_text("def test_empty():\n    pass\n", encoding="utf-8")
        for arguments in (("--help",), ("-q", "test_empty.py")):
            with_plugin, without = [], []
            for _ in range(rounds):
                without.append(seconds(folder, *arguments, "-p", "no:recaudit"))
                with_plugin.append(seconds(folder, *arguments))
            on, off = statistics.median(with_plugin), statistics.median(without)
            difference = statistics.median(a - b for a, b in zip(with_plugin, without, strict=True))
            print(
                f"pytest {' '.join(arguments)}: {1000 * off:.0f} ms without the plugin, {1000 * on:.0f} ms with it; "
                f"median difference {1000 * difference:.0f} ms, ratio {on / off:.3f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)

"""What examples/ shows is run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "gated-model"


def run_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--audit-report", "report"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_good_model_passes_and_the_sabotaged_one_fails_by_what_it_lost(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder)
    good = run_pytest(folder)
    assert good.returncode == 0, good.stdout
    assert "4 passed" in good.stdout
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace("model:model", "sabotaged:model"))
    bad = run_pytest(folder)
    assert bad.returncode == 1, bad.stdout
    assert "1 failed, 3 passed" in bad.stdout
    [lost] = re.findall(
        r"^−(0\.\d+) \(90 % interval −0\.\d+ to −0\.\d+\), limit at least", bad.stdout, re.MULTILINE
    )
    assert float(lost) == pytest.approx(0.05, abs=0.005)
    assert f"−{lost} (90 % interval" in (folder / "README.md").read_text()
    assert "FAIL" in (folder / "report" / "summary.md").read_text()

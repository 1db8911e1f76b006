"""A few scenarios of benchmarks/calibration.py with fewer worlds: wrong verdicts stay rare, and power stays high."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

WORLDS = 200
ERROR = np.sqrt(0.05 * 0.95 / WORLDS)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    path = Path(__file__).parents[2] / "benchmarks" / "calibration.py"
    spec = importlib.util.spec_from_file_location("calibration_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(path.parent)
        spec.loader.exec_module(module)
        yield module


@pytest.mark.parametrize("name", ["hit 5%", "normal, 10 metrics", "hit, 5 arms"])
def test_wrong_verdicts_are_rare_in_a_whole_family(benchmark: ModuleType, name: str) -> None:
    [scenario] = [one for one in benchmark.scenarios() if one.name == name]
    seen = benchmark.simulate(scenario, worlds=WORLDS, resamples=999)
    assert seen.false_fail.value <= 0.05 + 2 * ERROR
    assert seen.false_pass.value <= 0.05 + 2 * ERROR
    assert seen.coverage.value >= 0.935 - 2 * ERROR


def test_too_many_rare_hits_fail_about_as_often_as_the_exact_test_allows(benchmark: ModuleType) -> None:
    [case] = [one for one in benchmark.power_cases() if one.name == "hit mean 10 %"]
    seen = case.power(50, worlds=WORLDS, resamples=999)
    oracle = case.oracle(50)
    assert seen.value == pytest.approx(oracle, abs=0.05 + 3 * np.sqrt(oracle * (1 - oracle) / WORLDS))

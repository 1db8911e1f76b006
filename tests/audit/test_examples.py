from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.audit import AuditResult, measure_run, run_audit
from recaudit.audit.examples import ALIKE, LONGEST_TEXT, PER_PROBE, PER_SYSTEM, fewest
from recaudit.records import Example, ExampleSide, ShownItem

REST = """
[probes.counterfactual]
units = 30
similarity = ["jaccard@5"]
seeds = [{seeds}]
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = {{ noise = 0.1, bias = 2, refuses = 0.2 }}
[[systems]]
name = "popularity"
adapter = "popularity"
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.1
"""


@pytest.fixture
def result(write_config: Callable[[str], Path], tmp_path: Path) -> AuditResult:
    shutil.copy(Path(__file__).with_name("stubs.py"), tmp_path / "stubs.py")
    seeds = ", ".join(f'"Artist {number} {"x" * 2 * LONGEST_TEXT}"' for number in range(30))
    return run_audit(write_config(REST.format(seeds=seeds)), out=tmp_path / "run")


def test_pairs_are_few_and_telling_and_one_is_from_the_middle(result: AuditResult, tmp_path: Path) -> None:
    shown = result.examples
    assert {example.system for example in shown} == {"stub"}
    assert len(shown) == PER_SYSTEM
    kinds = [example.kind for example in shown]
    assert kinds == sorted(kinds, key=["one list only", "largest", "middle"].index)
    assert set(kinds) == {"one list only", "largest", "middle"}
    assert len({example.unit for example in shown}) == len(shown)
    losses = [
        example.floor - example.value
        for example in shown
        if example.value is not None and example.floor is not None
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 0
    for example in shown:
        assert example.first.arm == "neutral"
        assert example.second.arm.startswith("gender=")
        assert example.second.asked.endswith("…")
        assert len(example.second.asked) == LONGEST_TEXT
        if example.kind == "one list only":
            assert (example.second.problem, example.second.items) == ("refused", ())
        else:
            assert example.second.items[0].title.startswith("Item ") or example.second.items[0].known


def test_examples_come_from_the_evidence_again(result: AuditResult, tmp_path: Path) -> None:
    assert measure_run(tmp_path / "run").examples == result.examples
    assert AuditResult.load(tmp_path / "run").examples == result.examples
    content = json.loads((tmp_path / "run" / "result.json").read_text())
    assert len(json.dumps(content["examples"])) < 20_000 * PER_SYSTEM


def pair(*titles: str) -> Example:
    first, second = (
        ExampleSide(
            request="r",
            arm="a",
            asked="",
            items=(ShownItem(key=title, title=title, known=True),),
            problem=None,
            sent="",
            text="",
            slots=(),
        )
        for title in titles
    )
    return Example(
        system="a",
        claim="c",
        metric="m",
        kind="largest",
        unit="0",
        value=0.1,
        floor=0.5,
        first=first,
        second=second,
    )


def test_one_pair_is_enough_of_those_that_show_no_change() -> None:
    same, other = pair("one film", "one film"), pair("one film", "another film")
    steady = [replace(same, system="steady", unit=str(unit)) for unit in range(3)]
    shaky = [replace(other, system="shaky", unit=str(unit)) for unit in range(3)]
    kept = fewest([*steady, *shaky])
    assert [(example.system, example.unit) for example in kept] == [
        ("steady", "0"),
        ("shaky", "0"),
        ("shaky", "1"),
        ("shaky", "2"),
    ]
    assert len(fewest(steady)) == ALIKE
    crowd = [replace(other, system=str(system)) for system in range(2 * PER_PROBE)]
    assert len(fewest([*crowd, *steady])) == PER_PROBE


def test_systems_take_turns_where_there_are_many() -> None:
    one = pair("one film", "another film")
    many = [replace(one, system=system, unit=str(unit)) for system in "abcdefg" for unit in range(PER_SYSTEM)]
    kept = fewest(many)
    assert len(kept) == PER_PROBE
    assert [example.system for example in kept] == sorted(example.system for example in kept)
    assert {example.system for example in kept} == set("abcdefg")
    assert {example.unit for example in kept} == {"0", "1"}

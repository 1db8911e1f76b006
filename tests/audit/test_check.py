from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from stub_server import StubServer

from recaudit.audit.check import check_audit
from recaudit.errors import InputError

WriteConfig = Callable[..., Path]
WRONG = """
[[systems]]
name = "popularity"
adapter = "popularity"
[[systems]]
name = "mine"
adapter = "no_such_module:x"
[[systems]]
name = "gpt"
adapter = "openai"
options = {{ model = "m", key_variable = "NO_SUCH_KEY" }}
[[systems]]
name = "broken"
adapter = "broken_adapter:broken"
[[gates]]
finding = "quality/ndgc@5"
min = 0.1
[probes.{probe}]
"""
RIGHT = """
[[systems]]
name = "gpt"
adapter = "openai"
options = {{ model = "m", base_url = "{url}/v1", key_variable = "NO_SUCH_KEY" }}
[[systems]]
name = "popularity"
adapter = "popularity"
[probes.counterfactual]
units = 4
[[gates]]
finding = "counterfactual/gender/jaccard@10"
max = 0.1
[[gates]]
finding = "quality/ndcg@5"
margin = 0.05
"""


def lines(config: Path) -> list[str]:
    problems = check_audit(config).problems
    return [] if problems is None else str(problems).splitlines()


def test_all_systems_and_gates_that_are_wrong_are_told_at_once(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    (tmp_path / "broken_adapter.py").write_text("def broken(data):\n    raise KeyError('weights')\n")
    config = write_config(WRONG.format(probe="validity"))
    mine, gpt, broken, gate = lines(config)
    assert "audit.toml:23: system 'mine': adapter 'no_such_module:x': there is no module" in mine
    assert (
        "audit.toml:26: system 'gpt': model 'm' needs a key; set the environment variable NO_SUCH_KEY" in gpt
    )
    assert "audit.toml:30: system 'broken': it could not be built: KeyError: 'weights'" in broken
    assert "audit.toml:34: no finding is called 'quality/ndgc@5', did you mean 'quality/ndcg@5'" in gate
    assert check_audit(config).forecast is None


def test_a_probe_that_cannot_plan_hides_neither_gates_nor_systems(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    (tmp_path / "broken_adapter.py").write_text("def broken(data):\n    raise KeyError('weights')\n")
    found = lines(write_config(WRONG.format(probe="validity"), old='"gender"', new='"gendr"'))
    assert sum("'gendr'" in line for line in found) == 2
    assert [line.partition(": ")[2][:13] for line in found[2:5]] == [
        "system 'mine'",
        "system 'gpt':",
        "system 'broke",
    ]


def test_the_data_are_looked_at(write_config: WriteConfig, tmp_path: Path) -> None:
    config = write_config(WRONG.format(probe="validity"))
    (tmp_path / "users.csv").unlink()
    [line] = lines(config)
    assert line.startswith(f"{config}:7: ")
    assert "users.csv" in line


def test_a_file_that_cannot_be_read_is_all_that_is_told(write_config: WriteConfig, tmp_path: Path) -> None:
    found = lines(write_config(WRONG.format(probe="validty")))
    assert len(found) == 1
    assert "unknown probe 'validty', did you mean 'validity'" in found[0]
    with pytest.raises(InputError, match="no configuration at"):
        check_audit(tmp_path / "audti.toml")


def test_what_cannot_be_asked_and_what_gates_could_show_is_told_without_a_call(
    write_config: WriteConfig, stub_server: StubServer
) -> None:
    seen = check_audit(write_config(RIGHT.format(url=stub_server.url)))
    assert stub_server.received == []
    assert seen.problems is None
    assert seen.forecast is not None
    assert seen.forecast.failures == {}
    rows = {(row.system, row.probe): row for row in seen.forecast.asking}
    [(why, count)] = rows["popularity", "counterfactual"].not_run.items()
    assert why == "the system does not offer instructions, which this question needs"
    assert (rows["popularity", "counterfactual"].claims, count) == (0, rows["gpt", "counterfactual"].claims)
    assert rows["gpt", "counterfactual"].not_run == {}
    gates = {(gate.system, gate.finding): gate for gate in seen.forecast.gates}
    unasked = gates["popularity", "counterfactual/gender/jaccard@10"]
    assert (unasked.not_run, unasked.units, unasked.detectable) == (why, 0, None)
    change = gates["popularity", "quality/ndcg@5"]
    assert (change.limit, change.margin, change.units) == (None, 0.05, 80)

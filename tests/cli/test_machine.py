from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recaudit.cli import app, machine


def looked() -> dict[str, machine.Line]:
    return {line.what: line for line in machine.look()}


def test_a_key_is_told_to_be_set_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0
    assert "ok       OPENAI_API_KEY" in done.stdout
    assert "secret" not in done.stdout
    monkeypatch.delenv("OPENAI_API_KEY")
    assert looked()["OPENAI_API_KEY"].state == "missing"


def test_an_extra_that_is_not_complete_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=2.0", "implicit>=999; extra == 'classic'", "no-such-package; extra == 'local'"]
    monkeypatch.setattr(machine, "requires", lambda _: wanted)
    found = looked()
    assert found["extra classic"].found == "lacks implicit>=999"
    assert found["extra local"].remedy == "pip install 'recaudit[local]'"
    assert (found["extra spark"].state, found["Python"].state) == ("ok", "ok")
    monkeypatch.setattr(machine, "requires", lambda _: ["numpy>=999"])
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 2


def test_the_cache_is_measured_and_must_be_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / "new" / "cache"))
    assert looked()["cache"].found == f"{tmp_path / 'new' / 'cache'}, 0 MB"
    assert looked()["data coat"].state == "missing"
    (tmp_path / "new" / "cache" / "coat").mkdir(parents=True)
    (tmp_path / "new" / "cache" / "weights").write_bytes(bytes(3_000_000))
    assert looked()["cache"].found.endswith("3 MB")
    assert looked()["data coat"].found == str(tmp_path / "new" / "cache" / "coat")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / "file"))
    assert looked()["cache"].state == "wrong"


def test_it_reads_as_json() -> None:
    lines = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert {"state", "what", "found", "remedy"} == set(lines[0])

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recaudit.audit import load_config, measure_run, run_audit
from recaudit.audit.offline import export_questions, import_given
from recaudit.datasets.assets import silent
from recaudit.errors import DataError, InputError, UnknownNameError

WriteConfig = Callable[..., Path]
SYSTEMS = """
[probes.counterfactual]
units = 12
similarity = ["jaccard@5"]
[[systems]]
name = "theirs / v2"
adapter = "offline"
options = { offers = ["lists", "instructions"], llm = "secret model" }
[[gates]]
finding = "quality/ndcg@5"
min = 0.9
"""
NAME = "theirs / v2"


@pytest.fixture
def exported(write_config: WriteConfig, tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    folder = tmp_path / "run"
    [(path, count)] = export_questions(
        load_config(write_config(SYSTEMS)), folder, only=(), announce=silent
    ).items()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == count
    return folder, lines


def answers(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": line["id"],
            "text": "1. Item 1\n2. Item 2\n3. Nothing",
            "tokens_in": 9,
            "prompt": line["instruction"],
        }
        if line["instruction"]
        else {"id": line["id"], "items": [7, 8], "scores": [2, 1.5]}
        for line in lines
    ]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\n")
    return path


def test_questions_hold_everything_that_is_asked(exported: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, lines = exported
    assert [path.name for path in folder.glob("*.jsonl")] == ["requests-theirs-v2.jsonl"]
    lists = [line for line in lines if line["needs"] == "lists"]
    prompts = [line for line in lines if line["needs"] == "instructions"]
    assert (len(lists), len(prompts)) == (80, 12 * 6 * 2)
    assert lists[0]["history"][0].keys() == {"item", "title"}
    assert lists[0]["history"][0]["title"] == f"Item {lists[0]['history'][0]['item']}"
    assert prompts[0]["instruction"].startswith("I am a")
    # arms come in random order, so that a drift over time meets all of them alike
    assert len({line["arm"] for line in prompts[:12]}) > 3


def test_answers_that_were_given_elsewhere_are_decided(
    exported: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder, lines = exported
    given = answers(lines)
    first, rest = given[:100], given[100:]
    assert import_given(folder, write(tmp_path / "a.jsonl", first), NAME, announce=silent) == (100, 124)
    unfinished = measure_run(folder)
    assert unfinished.systems[0].failure.startswith("124 of 224 requests have no answer yet")
    assert import_given(folder, write(tmp_path / "b.jsonl", rest), NAME, announce=silent) == (124, 0)
    result = measure_run(folder)
    assert result.systems[0].failure == ""
    assert result.systems[0].card.llm == "secret model"
    assert result.gated[0].verdict == "FAIL"
    assert result.systems[0].funnel.everybody.titles == {"exact": 288, "off-catalogue": 144}
    assert result.systems[0].usage.tokens_in == 9 * 144


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "nobody"}, r":1: request 'nobody' is not among the system's requests"),
        ({"items": [7, 7]}, r":1: the list for user .* holds the item 7 more than once"),
        ({"items": [999]}, "which is not in the catalogue"),
        ({"items": [7], "text": "1. Item 7"}, ":1: give one of items, text and problem; items and text came"),
        ({"items": None}, "none of them came"),
        ({"itms": [7]}, ":1: itms: Extra inputs are not permitted"),
        ({"problem": "lazy", "items": None}, ":1: problem: Input should be 'refused'"),
    ],
)
def test_a_file_with_a_mistake_is_refused_whole_with_its_lines(
    exported: tuple[Path, list[dict[str, Any]]], tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    folder, lines = exported
    given = [row for row in answers(lines) if "items" in row][:20]
    given[0] = {**given[0], "scores": None, **change}
    with pytest.raises(DataError, match=message) as caught:
        import_given(folder, write(tmp_path / "a.jsonl", given), NAME, announce=silent)
    assert "nothing was stored; mend the file" in str(caught.value)
    assert measure_run(folder).systems[0].funnel.everybody.answered == 0


def test_many_mistakes_are_counted(exported: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder, _ = exported
    (tmp_path / "a.jsonl").write_text("not json\n" * 15)
    with pytest.raises(DataError, match="and 5 more lines that cannot be used"):
        import_given(folder, tmp_path / "a.jsonl", NAME, announce=silent)


def test_an_answer_is_given_once(exported: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder, lines = exported
    given = answers(lines)[:2]
    with pytest.raises(DataError, match="is answered twice in this file"):
        import_given(folder, write(tmp_path / "a.jsonl", [*given, given[0]]), NAME, announce=silent)
    import_given(folder, write(tmp_path / "a.jsonl", given), NAME, announce=silent)
    with pytest.raises(DataError, match="is answered already"):
        import_given(folder, tmp_path / "a.jsonl", NAME, announce=silent)


def test_unknown_systems_files_and_online_configurations(
    exported: tuple[Path, list[dict[str, Any]]], write_config: WriteConfig, tmp_path: Path
) -> None:
    folder, _ = exported
    with pytest.raises(InputError, match="there is no file of answers"):
        import_given(folder, tmp_path / "none.jsonl", NAME, announce=silent)
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(UnknownNameError, match="unknown system of this run: 'theirs'"):
        import_given(folder, tmp_path / "a.jsonl", "theirs", announce=silent)
    online = load_config(write_config('[[systems]]\nname = "popularity"\nadapter = "popularity"\n'))
    with pytest.raises(InputError, match='no system with adapter = "offline"'):
        export_questions(online, tmp_path / "other", only=(), announce=silent)


def test_running_an_offline_system_says_how_its_answers_get_in(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    result = run_audit(write_config(SYSTEMS), out=tmp_path / "other")
    assert "put the answers in with `recaudit import-answers`" in result.systems[0].failure

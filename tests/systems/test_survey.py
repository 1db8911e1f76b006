from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from recaudit.adapters.language.tasks import TASKS
from recaudit.cli import app
from recaudit.records import SystemCard
from recaudit.systems.sequential.frozen_text import Adapter
from recaudit.systems.survey import QUADRANTS, SurveyRow, survey

STATED = [row for row in survey() if row.quadrant_stated is not None]
PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
ADAPTERS = PROJECT["project"]["entry-points"]["recaudit.adapters"]


def test_the_table_is_whole() -> None:
    assert len(survey()) == 51
    assert len({row.system for row in survey()}) == 51
    assert len(STATED) == 30


@pytest.mark.parametrize("row", STATED, ids=lambda row: row.system)
def test_the_derived_quadrant_is_the_stated_one(row: SurveyRow) -> None:
    assert row.quadrant_stated is not None
    assert row.quadrant == QUADRANTS[row.quadrant_stated]


@pytest.mark.parametrize("row", survey(), ids=lambda row: row.system)
def test_the_quadrant_is_derived_as_on_a_card(row: SurveyRow) -> None:
    card = SystemCard(name=row.system, llm=row.backbone, tuned=row.tuned, crm_at_inference=row.crm)
    assert row.quadrant == card.quadrant


def test_a_mechanism_belongs_to_one_quadrant() -> None:
    quadrants = defaultdict(set)
    for row in survey():
        quadrants[row.mechanism].add(row.quadrant)
    assert {mechanism: found for mechanism, found in quadrants.items() if len(found) > 1} == {}


def test_no_mechanism_is_without_a_row_and_no_reference_without_a_mechanism() -> None:
    table = tomllib.loads(
        resources.files("recaudit.systems").joinpath("survey.toml").read_text(encoding="utf-8")
    )
    used = {row.mechanism for row in survey()}
    assert set(table["mechanisms"]) == used
    assert set(table["systems"]) <= used


def test_each_reference_is_an_adapter() -> None:
    references = {row.reference for row in survey() if row.reference is not None}
    assert references
    for reference in references:
        assert reference.adapter in ADAPTERS
        if reference.options.startswith("task = "):
            assert any(f'"{task}"' in reference.options for task in TASKS)
        if reference.adapter == "frozen-text-sasrec":
            assert re.findall(r'"(\w+)"', reference.options)
            assert set(re.findall(r'"(\w+)"', reference.options)) <= set(get_args(Adapter))


def test_a_reference_is_in_the_quadrant_of_its_rows() -> None:
    quadrants = {
        "frozen-text-sasrec": "frozen, with CRM",
        "written-text-ranker": "frozen, with CRM",
        "tuned-text-sasrec": "tuned, with CRM",
        "tuned-text-ranker": "tuned, with CRM",
        "bi-encoder": "tuned, no CRM",
        "cloze": "tuned, no CRM",
        "yes-no": "tuned, no CRM",
        "generated-ids": "tuned, no CRM",
        "transformers": "frozen, no CRM",
        "local": "frozen, no CRM",
        "rerank": "frozen, no CRM",
        "controller": "frozen, no CRM",
    }
    for row in survey():
        if row.reference is not None:
            assert row.quadrant == quadrants[row.reference.adapter]


def test_each_quadrant_has_references() -> None:
    assert {row.quadrant for row in survey() if row.reference is not None} == set(QUADRANTS.values())


def test_the_list_says_what_is_not_covered() -> None:
    listed = CliRunner().invoke(app, ["list", "survey"])
    assert listed.exit_code == 0
    lines = {line.split("  ")[0]: line for line in listed.stdout.splitlines()}
    assert len(lines) == 51
    assert "frozen, no CRM" in lines["FaiRLLM"]
    assert 'local (task = "generate")' in lines["FaiRLLM"]
    assert "tuned, no CRM" in lines["VIP5"]
    assert "not covered" in lines["VIP5"]
    assert 'frozen-text-sasrec (adapter = "codes")' in lines["VQ-Rec"]
    assert "tuned-text-sasrec" in lines["PLM-NR"]
    assert "not covered" in lines["Pyramid-ERNIE"]


def test_the_list_as_json() -> None:
    rows = json.loads(CliRunner().invoke(app, ["list", "survey", "--json"]).stdout)
    assert [row["system"] for row in rows] == [row.system for row in survey()]
    assert {row["reference"] for row in rows if row["system"] == "VIP5"} == {None}

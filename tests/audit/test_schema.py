from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recaudit.audit.schema import config_schema

ROOT = Path(__file__).parents[2]
MINIMAL: dict[str, Any] = {
    "data": {"interactions": "i.csv"},
    "systems": [{"name": "a", "adapter": "popularity"}],
    "probes": {"quality": {}},
}


def texts() -> dict[str, str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", readme, re.S)
    demos = {name: (ROOT / "recaudit" / name).read_text() for name in ("demo.toml", "demo-quick.toml")}
    return {f"README {number}": text for number, text in enumerate(blocks)} | demos


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", texts())
def test_configurations_that_run_are_valid(validator: jsonschema.Draft202012Validator, name: str) -> None:
    assert [error.message for error in validator.iter_errors(tomllib.loads(texts()[name]))] == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"sistems": []}, "$"),
        ({"audit": {"sed": 1}}, "$.audit"),
        ({"audit": {"seed": "1"}}, "$.audit.seed"),
        ({"data": {"dataset": "movielens"}}, "$.data.dataset"),
        ({"probes": {"qality": {}}}, "$.probes"),
        ({"probes": {"quality": {"metrics": "ndcg@10"}}}, "$.probes.quality.metrics"),
        ({"probes": {"quality": {"atributes": []}}}, "$.probes.quality"),
        ({"systems": [{"name": "a", "adapter": "populartiy"}]}, "$.systems[0].adapter"),
        (
            {"systems": [{"name": "a", "adapter": "implicit", "options": {"modle": 1}}]},
            "$.systems[0].options",
        ),
        ({"gates": [{"finding": "quality/ndcg@10", "least": 1}]}, "$.gates[0]"),
    ],
)
def test_a_mistake_is_seen_at_its_place(
    validator: jsonschema.Draft202012Validator, change: dict[str, Any], place: str
) -> None:
    assert list(validator.iter_errors(MINIMAL)) == []
    assert {error.json_path for error in validator.iter_errors(MINIMAL | change)} >= {place}


def test_an_adapter_of_ones_own_may_take_any_options(validator: jsonschema.Draft202012Validator) -> None:
    systems = [{"name": "a", "adapter": "shop.models:candidate", "options": {"anything": 1}}]
    assert validator.is_valid(MINIMAL | {"systems": systems})


def test_every_key_of_a_table_is_explained() -> None:
    for name, table in config_schema()["$defs"].items():
        unexplained = [key for key, entry in table["properties"].items() if not entry.get("description")]
        assert unexplained == [], name

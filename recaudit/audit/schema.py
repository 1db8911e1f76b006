"""The configuration as a JSON Schema, for editors: completion, explanations and problems while typing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from recaudit.adapters import ADAPTERS
from recaudit.adapters.factories import Factory
from recaudit.audit.config_tables import ConfigTables
from recaudit.datasets import DATASETS
from recaudit.probes import PROBES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n        .*)*)", re.MULTILINE)


def config_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration, with every registered probe, adapter and dataset.

    It rejects unknown keys everywhere. What depends on more than one key, such as a smallest value above the largest,
    only `recaudit check` sees.
    """
    probes = dict(PROBES.items())
    models: list[type[BaseModel]] = [ConfigTables, *(probe.options for probe in probes.values())]
    references, combined = models_json_schema([(model, "validation") for model in models])
    definitions: dict[str, dict[str, Any]] = combined["$defs"]
    for model in _with_parts(models):
        # of two models with one name, pydantic writes longer names, and those two stay without explanations
        if model.__name__ in definitions:
            _explain(definitions[model.__name__], model)
    whole = definitions.pop(ConfigTables.__name__)
    whole["properties"]["probes"] |= {
        "additionalProperties": False,
        "properties": {
            name: {**references[probe.options, "validation"], "description": probe.question}
            for name, probe in probes.items()
        },
    }
    definitions["DataTable"]["properties"]["dataset"]["enum"] = [*DATASETS.names(), None]
    _name_adapters(definitions["SystemTable"])
    return {"$schema": DIALECT, **whole, "title": "recaudit configuration", "$defs": definitions}


def _with_parts(models: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models and those that their fields hold."""
    found: dict[type[BaseModel], None] = {}
    waiting: list[Any] = list(models)
    while waiting:
        kind = waiting.pop()
        waiting += getattr(kind, "__args__", ())
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found[kind] = None
            waiting += [field.annotation for field in kind.model_fields.values()]
    return list(found)


def _explain(definition: dict[str, Any], model: type[BaseModel]) -> None:
    """Give a table and its keys what their docstrings say."""
    told: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
        told |= {name: " ".join(words.split()) for name, words in _ATTRIBUTE.findall(text)}
    definition["description"] = inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0]
    for name, entry in definition["properties"].items():
        entry.pop("title", None)
        if name in told:
            entry["description"] = told[name]


def _name_adapters(definition: dict[str, Any]) -> None:
    """Offer the adapters by name, each with its options, beside `package.module:factory`."""
    adapters = dict(ADAPTERS.items())
    named = [{"const": name, "description": _first_line(factory)} for name, factory in adapters.items()]
    own = {"pattern": ":", "description": "package.module:factory"}
    definition["properties"]["adapter"]["anyOf"] = [*named, own]
    definition["allOf"] = [
        {
            "if": {"properties": {"adapter": {"const": name}}, "required": ["adapter"]},
            "then": {"properties": {"options": _options(factory)}},
        }
        for name, factory in adapters.items()
    ]


def _options(factory: Factory) -> Mapping[str, Any]:
    parameters = list(inspect.signature(factory).parameters.values())[1:]
    known = [parameter for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
    return {
        "properties": {
            parameter.name: {}
            if parameter.default in {None, parameter.empty}
            else {"default": parameter.default}
            for parameter in known
        },
        "required": [parameter.name for parameter in known if parameter.default is parameter.empty],
        "additionalProperties": len(known) < len(parameters),
    }


def _first_line(factory: Factory) -> str:
    return inspect.cleandoc(factory.__doc__ or "").partition("\n")[0]

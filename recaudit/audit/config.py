"""The configuration of an audit: one TOML file, validated whole."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from recaudit.adapters import ADAPTERS
from recaudit.audit.config_tables import ConfigTables
from recaudit.audit.toml_lines import line_of
from recaudit.datasets import DATASETS
from recaudit.errors import ConfigError, InputError, Problem, UnknownNameError, did_you_mean
from recaudit.probes import PROBES, Probe
from recaudit.records import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """A probe with its validated options."""

    probe: Probe
    options: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """A validated configuration.

    Attributes:
        path: The file; other paths in it are relative to its folder.
        text: Its content, verbatim.
        digest: SHA-256 of the meaning of the file: comments and layout do not change it.
        tables: Its validated tables.
        probes: The probes to run, in the order of the file.
    """

    path: Path
    text: str
    digest: str
    tables: ConfigTables
    probes: tuple[ProbePlan, ...]

    @property
    def folder(self) -> Path:
        """What paths in the file are relative to."""
        return self.path.parent

    def problem_at(self, location: tuple[str | int, ...], message: str) -> Problem:
        """A problem with the line of a key."""
        return Problem(message, line_of(self.text, location))


def load_config(path: Path) -> AuditConfig:
    """Read and validate a configuration file.

    Raises:
        InputError: If there is no such file.
        ConfigError: With everything that is wrong in it.
    """
    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.toml")])
        raise InputError(f"no configuration at {path}{near}; give the path of a TOML file")
    return parse_config(path.read_text(encoding="utf-8"), path)


def parse_config(text: str, path: Path) -> AuditConfig:
    """Validate the text of a configuration file; `path` stands in messages and anchors relative paths.

    Raises:
        ConfigError: With everything that is wrong in it.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [Problem(f"not valid TOML: {error}")]) from error
    problems: list[Problem] = []
    try:
        tables = ConfigTables.model_validate(content)
    except ValidationError as error:
        problems.extend(_problems(error, text, ConfigTables, ()))
        tables = None
    probes: list[ProbePlan] = []
    for name, options in _tables(content.get("probes")):
        try:
            probe = PROBES.get(name)
            probes.append(ProbePlan(probe=probe, options=probe.options.model_validate(options)))
        except UnknownNameError as error:
            problems.append(Problem(str(error), line_of(text, ("probes", name))))
        except ValidationError as error:
            problems.extend(_problems(error, text, probe.options, ("probes", name)))
    problems.extend(_unknown_names(content, text))
    if problems or tables is None:
        raise ConfigError(path, problems)
    return AuditConfig(path=path, text=text, digest=digest_of(content), tables=tables, probes=tuple(probes))


def _tables(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, dict):
        yield from ((name, table) for name, table in value.items() if isinstance(table, dict))


def _unknown_names(content: Mapping[str, Any], text: str) -> Iterator[Problem]:
    data = content.get("data")
    dataset = data.get("dataset") if isinstance(data, dict) else None
    if isinstance(dataset, str) and dataset not in DATASETS:
        error = UnknownNameError.among("dataset", dataset, DATASETS.names())
        yield Problem(str(error), line_of(text, ("data", "dataset")))
    systems = content.get("systems")
    tables = [table for table in systems if isinstance(table, dict)] if isinstance(systems, list) else []
    names = [table.get("name") for table in tables]
    for position, table in enumerate(tables):
        adapter, name = table.get("adapter"), table.get("name")
        if isinstance(adapter, str) and adapter and ":" not in adapter and adapter not in ADAPTERS:
            error = UnknownNameError.among("adapter", adapter, ADAPTERS.names())
            message = f"{error}; or give package.module:factory"
            yield Problem(message, line_of(text, ("systems", position, "adapter")))
        if name in names[:position]:
            message = f"two systems are named '{name}'; give each its own name"
            yield Problem(message, line_of(text, ("systems", position, "name")))
    gates = content.get("gates")
    for position, gate in enumerate(gates if isinstance(gates, list) else []):
        wanted = gate.get("systems") if isinstance(gate, dict) else None
        for system in wanted if isinstance(wanted, list) else []:
            if system not in names:
                error = UnknownNameError.among("system", str(system), [str(name) for name in names])
                yield Problem(str(error), line_of(text, ("gates", position, "systems")))


def _problems(
    error: ValidationError, text: str, model: type[BaseModel], prefix: tuple[str | int, ...]
) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        location = (*prefix, *detail["loc"])
        yield Problem(_sentence(detail, location, model), line_of(text, location))


def _sentence(detail: Mapping[str, Any], location: tuple[str | int, ...], model: type[BaseModel]) -> str:
    key = ".".join(str(part) for part in location)
    if detail["type"] == "extra_forbidden":
        known = _fields_at(model, detail["loc"][:-1])
        near = did_you_mean(str(location[-1]), known)
        return f"unknown key '{key}'{near}; known here: {', '.join(sorted(known))}"
    if detail["type"] == "missing":
        return f"'{key}' is missing; add it"
    if detail["type"] == "value_error":
        return f"'{key}': {detail['ctx']['error']}"
    came = detail["input"]
    hint = (
        '; quote it ("...")' if detail["type"] == "string_type" and not isinstance(came, (dict, list)) else ""
    )
    expected = detail["msg"].removeprefix("Input ")
    return f"'{key}' {expected}, but {came!r} came{hint}"


def _fields_at(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        annotation = current.model_fields[part].annotation
        inner = getattr(annotation, "__args__", (annotation,))
        current = next(kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel))
    return list(current.model_fields)

"""Looking around: what metrics, probes, adapters and datasets there are, and what of a survey is covered."""

from __future__ import annotations

import inspect
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recaudit.cli.output import JsonFlag

if TYPE_CHECKING:
    from recaudit.registry import Registry


class Kind(StrEnum):
    """What `list` lists."""

    metrics = "metrics"
    probes = "probes"
    adapters = "adapters"
    datasets = "datasets"
    survey = "survey"


REGISTERED = tuple(kind for kind in Kind if kind is not Kind.survey)
"""Kinds whose names can be shown."""


def list_names(kind: Kind, json_output: JsonFlag = False) -> None:
    """List metrics, probes, adapters or datasets, or the systems of a survey, with a line on each."""
    if kind is Kind.survey:
        _list_survey(json_output=json_output)
        return
    rows = {name: _summary(kind, entry) for name, entry in _registry(kind).items()}
    if json_output:
        typer.echo(json.dumps(rows, indent=1))
        return
    width = max(map(len, rows), default=0)
    for name, summary in rows.items():
        typer.echo(f"{name:<{width}}  {summary}")


def show_name(name: Annotated[str, typer.Argument(help="A metric, probe, adapter or dataset.")]) -> None:
    """Explain one metric, probe, adapter or dataset."""
    found = [(kind, _registry(kind)) for kind in REGISTERED if name in _registry(kind)]
    if not found:
        from recaudit.errors import UnknownNameError

        raise UnknownNameError.among(
            "name", name, {known for kind in REGISTERED for known in _registry(kind).names()}
        )
    typer.echo("\n\n".join(_explanation(kind, name, registry.get(name)) for kind, registry in found))


def _list_survey(*, json_output: bool) -> None:
    """Each system of arXiv 2306.05817, table 1: quadrant, mechanism, the reference system that has it."""
    from recaudit.systems.survey import survey

    rows = [
        {
            "system": row.system,
            "quadrant": row.quadrant,
            "mechanism": row.mechanism_words,
            "reference": None if row.reference is None else str(row.reference),
        }
        for row in survey()
    ]
    if json_output:
        typer.echo(json.dumps(rows, indent=1))
        return
    width = max(len(row.system) for row in survey())
    for row in rows:
        typer.echo(
            f"{row['system']:<{width}}  {row['quadrant']:<16}  {row['reference'] or 'not covered'}: {row['mechanism']}"
        )


def _registry(kind: Kind) -> Registry[Any]:
    if kind is Kind.metrics:
        from recaudit.metrics import METRICS

        return METRICS
    if kind is Kind.probes:
        from recaudit.probes import PROBES

        return PROBES
    if kind is Kind.adapters:
        from recaudit.adapters import ADAPTERS

        return ADAPTERS
    from recaudit.datasets import DATASETS

    return DATASETS


def _summary(kind: Kind, entry: Any) -> str:
    if kind is Kind.probes:
        return str(entry.question)
    text = entry.function.__doc__ if kind is Kind.metrics else entry.__doc__
    return (text or "").strip().partition("\n")[0]


def _explanation(kind: Kind, name: str, entry: Any) -> str:
    title = f"{name} ({kind.value.removesuffix('s')})"
    if kind is Kind.probes:
        options = {key: field.default for key, field in entry.options.model_fields.items()}
        lines = [
            title,
            entry.question,
            "",
            f"[probes.{name}]",
            *_as_toml(options),
            "",
            inspect.getdoc(entry.options),
        ]
        return "\n".join(lines)
    if kind is Kind.adapters:
        parameters = list(inspect.signature(entry).parameters.values())[1:]
        options = {parameter.name: parameter.default for parameter in parameters}
        lines = [title, inspect.getdoc(entry) or "", "", "[systems.options]", *_as_toml(options)]
        return "\n".join(lines)
    function = entry.function if kind is Kind.metrics else entry
    return f"{title}\n{inspect.getdoc(function) or 'no description'}"


def _as_toml(options: dict[str, Any]) -> list[str]:
    def line(key: str, default: Any) -> str:
        if default is inspect.Parameter.empty:
            return f"{key} = ...  # required"
        return f"# {key} is not set" if default is None else f"{key} = {json.dumps(default)}"

    return [line(key, default) for key, default in options.items()] or ["# takes no options"]

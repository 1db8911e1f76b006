"""Adapters by name: entry points, or any importable factory."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from recaudit.datasets import AuditData
from recaudit.errors import InputError, UnknownNameError, did_you_mean
from recaudit.records import Recommender
from recaudit.registry import Registry

Factory: TypeAlias = Callable[..., Recommender]
"""`factory(data, **options) -> Recommender`."""

ADAPTERS: Registry[Factory] = Registry("adapter", "recaudit.adapters")


def import_object(path: str, *, what: str) -> Any:
    """Import `package.module:name`.

    Raises:
        InputError: Saying which part of the path does not exist.
    """
    module_name, _, attribute = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise InputError(
            f"{what} '{path}': there is no module '{error.name}'; give package.module:name of something that is "
            "installed, or that lies beside the configuration file or in the current folder"
        ) from error
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        names = [name for name in vars(module) if not name.startswith("_")]
        raise InputError(
            f"{what} '{path}': module '{module_name}' has no '{attribute}'{did_you_mean(attribute, names)}"
        ) from error


def build(name: str, data: AuditData, options: Mapping[str, Any]) -> Recommender:
    """Call the factory behind an entry-point name or a `package.module:factory` path.

    Raises:
        InputError: If the adapter is unknown or cannot be imported, or does not take one of the options.
    """
    factory: Factory = import_object(name, what="adapter") if ":" in name else ADAPTERS.get(name)
    parameters = inspect.signature(factory).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    known = [key for key, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD][1:]
    for option in options:
        if option not in known and not takes_any:
            raise UnknownNameError.among(f"option of adapter '{name}':", option, known)
    missing = [
        key for key in known if parameters[key].default is inspect.Parameter.empty and key not in options
    ]
    if missing:
        raise InputError(
            f"adapter '{name}' needs the option '{missing[0]}'; write it under [systems.options]"
        )
    return factory(data, **options)

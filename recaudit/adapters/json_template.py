"""JSON bodies from templates, and lists from JSON responses."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from recaudit.errors import InputError, UnknownNameError
from recaudit.records import Capability, Request

PLACEHOLDERS = ("user", "history", "candidates", "k", "profile", "replicate", "seed", "instruction")
_HOLE = re.compile(r"\{(\w+)\}")


def check_template(template: Any, offers: Collection[Capability]) -> None:
    """Refuse a template that does not tell a service what it needs.

    Raises:
        UnknownNameError: If a placeholder does not exist.
        InputError: If a capability is offered that no placeholder serves.
    """
    text = json.dumps(template)
    for name in _HOLE.findall(text):
        if name not in PLACEHOLDERS:
            raise UnknownNameError.among("placeholder of body:", name, PLACEHOLDERS)
    told: dict[Capability, str] = {
        "candidates": "candidates",
        "profiles": "profile",
        "instructions": "instruction",
    }
    for offered, placeholder in told.items():
        if offered in offers and f"{{{placeholder}}}" not in text:
            raise InputError(
                f'offers names "{offered}", but body has no "{{{placeholder}}}", so the service could not be told; add '
                "it to body"
            )


def values_of(request: Request) -> dict[str, Any]:
    """What each placeholder stands for in a request."""
    return {
        "user": request.user,
        "history": list(request.history),
        "candidates": None if request.candidates is None else list(request.candidates),
        "k": request.k,
        "profile": dict(request.profile),
        "replicate": request.replicate,
        "seed": request.seed % 2**31,
        "instruction": request.instruction,
    }


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Put values into a template; a text that is exactly one placeholder becomes the value itself.

    >>> filled({"n": "{k}", "text": "top {k}", "x": [1]}, {"k": 5})
    {'n': 5, 'text': 'top 5', 'x': [1]}
    """
    if isinstance(template, Mapping):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _HOLE.fullmatch(template)
    return values[whole[1]] if whole else _HOLE.sub(lambda match: str(values[match[1]]), template)


def list_at(content: Any, path: str) -> list[Any]:
    """The list at a path: names joined by dots, "[]" after a list whose elements the rest is taken from.

    Raises:
        ValueError: If a name is not there.
        TypeError: If something that should be a list is none.

    >>> list_at({"a": [{"id": 1}, {"id": 2}]}, "a[].id"), list_at([3, 4], "")
    ([1, 2], [3, 4])
    """
    found: list[Any] = [content]
    spread = False
    for part in (part for part in path.split(".") if part):
        name = part.removesuffix("[]")
        if name:
            found = [
                one[name] if isinstance(one, Mapping) and name in one else _missing(name) for one in found
            ]
        if part.endswith("[]"):
            found = [one for several in found for one in _listed(several, part)]
            spread = True
    return found if spread else _listed(found[0], path or "the top")


def _listed(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{path} is no list")
    return value


def _missing(name: str) -> Any:
    raise ValueError(f"there is no '{name}'")

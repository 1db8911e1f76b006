"""Reading JSON files that carry the number of their form."""

from __future__ import annotations

import json
from pathlib import Path


def json_with_schema(file: Path) -> tuple[object, object]:
    """The content of a file and the number under "schema", None where it has none.

    Raises:
        ValueError: If it is no JSON.
    """
    content = json.loads(file.read_bytes())
    return content, content.get("schema") if isinstance(content, dict) else None


def first_problem(error: ValueError) -> str:
    """What is wrong with a JSON file, in words."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return f"not JSON ({error})"
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"

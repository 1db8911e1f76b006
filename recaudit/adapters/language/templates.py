"""Prompt templates: versioned data files, whose digest stands in the evidence."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recaudit.adapters.language.model import Message
from recaudit.errors import InputError

if TYPE_CHECKING:
    from jinja2 import Template

FIELDS = ("name", "version", "task", "system", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """One prompt with holes.

    Attributes:
        name: For reports.
        version: Grows when the words change.
        task: The task it is for.
        system: Template of the system message, "" for none.
        user: Template of the user message.
        digest: SHA-256 of the file.
    """

    name: str
    version: int
    task: str
    system: str
    user: str
    digest: str

    def messages(self, **values: Any) -> tuple[Message, ...]:
        """Fill both messages; titles and other values are text, never template.

        Raises:
            InputError: If the template uses a name that there is not.
        """
        return (*self.opening(**values), Message(role="user", content=self._filled(self.user, values)))

    def opening(self, **values: Any) -> tuple[Message, ...]:
        """The system message alone, none if it is empty."""
        text = self._filled(self.system, values)
        return (Message(role="system", content=text),) if text else ()

    def _filled(self, text: str, values: dict[str, Any]) -> str:
        from jinja2 import TemplateError

        try:
            return _compiled(text).render(values).strip()
        except TemplateError as error:
            raise InputError(
                f"prompt template '{self.name}' cannot be filled: {error}; mend the template"
            ) from error


def load_template(name: str, task: str) -> PromptTemplate:
    """Read a template that comes with recaudit, or a file of one's own.

    Args:
        name: Such as "generate", or the path of a TOML file with name, version, task, system and user.
        task: What it is needed for.

    Raises:
        InputError: If there is no such template, it is damaged, or it is for another task.
    """
    shipped = resources.files("recaudit.adapters.language").joinpath("prompts", f"{name}.toml")
    own = Path(name)
    if own.suffix == ".toml" and own.is_file():
        content = own.read_bytes()
    elif "/" not in name and shipped.is_file():
        content = shipped.read_bytes()
    else:
        known = sorted(
            entry.name.removesuffix(".toml")
            for entry in resources.files("recaudit.adapters.language").joinpath("prompts").iterdir()
            if entry.name.endswith(".toml")
        )
        raise InputError(
            f"there is no prompt template '{name}'; give the path of a TOML file, or one of {', '.join(known)}"
        )
    template = _read(content, name)
    if template.task != task:
        raise InputError(f"prompt template '{name}' is for task '{template.task}', not for '{task}'")
    return template


def _read(content: bytes, name: str) -> PromptTemplate:
    try:
        table = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"prompt template '{name}' is not valid TOML: {error}") from error
    if sorted(table) != sorted(FIELDS):
        raise InputError(
            f"prompt template '{name}' has {', '.join(table)}; it needs exactly {', '.join(FIELDS)}"
        )
    return PromptTemplate(**table, digest=hashlib.sha256(content).hexdigest())


@cache
def _compiled(text: str) -> Template:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    # The text goes to a model, not into a page; escaping it would change the question.
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.from_string(text)

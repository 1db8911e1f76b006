"""The errors recaudit raises on purpose.

```
RecauditError
├── InputError                what a person gave is wrong: exit code 2, one sentence, no traceback
│   ├── ConfigError           a configuration file, with every problem and its line
│   ├── DataError             a table, a dataset, a file of recommendations
│   ├── UnknownNameError      a name that no registry holds, with near matches
│   └── PrerequisiteError     an optional package or a downloadable file is missing
├── SystemFailureError        the audited system raised, or broke the adapter contract
└── EvidenceError             evidence cannot be stored: the run stops and can be resumed
```

Every message says what came, what was expected and what to do next.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class RecauditError(Exception):
    """Base of all errors that recaudit raises on purpose."""


class InputError(RecauditError):
    """Something a person gave is wrong; the message is one sentence they can act on."""


class DataError(InputError):
    """A table, a dataset or a file of recommendations cannot be used as it is."""


class UnknownNameError(InputError):
    """A name that no registry holds."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Say which name is unknown, what was probably meant and what exists."""
        names = sorted(known)
        listed = ", ".join(names) if names else "none is registered"
        return cls(f"unknown {kind} '{name}'{did_you_mean(name, names)}; known: {listed}")


class PrerequisiteError(InputError):
    """An optional package or a downloadable file is missing; the message says how to get it."""


class SystemFailureError(RecauditError):
    """The audited system raised, or its answers break the adapter contract."""


class EvidenceError(RecauditError):
    """Evidence cannot be stored, for want of room above all; what was stored before is safe."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a configuration file; `line` counts from 1, None when no line can be named."""

    message: str
    line: int | None = None


class ConfigError(InputError):
    """Everything that is wrong in one configuration file.

    Args:
        path: The file.
        problems: All problems found; shown in the order of their lines.
    """

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.message)))
        super().__init__("\n".join(self._sentence(problem) for problem in self.problems))

    def _sentence(self, problem: Problem) -> str:
        place = f"{self.path}:{problem.line}" if problem.line else str(self.path)
        return f"{place}: {problem.message}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `", did you mean 'x'?"` for the nearest known names, or an empty string.

    >>> did_you_mean("ndgc", ["ndcg", "recall"])
    ", did you mean 'ndcg'?"
    """
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f", did you mean {' or '.join(repr(match) for match in near)}?" if near else ""

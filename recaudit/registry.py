"""One registry for everything that has a name: metrics, probes, adapters, datasets.

Objects come from a decorator in this package or from entry points of installed packages, so that a third
party adds a probe by installing a package. A look-up never touches the network and never returns None.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from recaudit.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Registry(Generic[T]):
    """Names and the objects behind them.

    Args:
        kind: The word used in messages, such as "metric".
        group: The entry-point group that third parties use, such as "recaudit.metrics".
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind = kind
        self.group = group
        self._objects: dict[str, T] = {}

    def register(self, name: str, obj: T) -> T:
        """Add an object under a name that is still free and return the object.

        Raises:
            ValueError: If the name is taken.
        """
        if name in self._objects:
            raise ValueError(f"{self.kind} '{name}' is registered twice; choose another name")
        self._objects[name] = obj
        return obj

    def get(self, name: str) -> T:
        """Return the object behind a name.

        Raises:
            UnknownNameError: If no object has the name; the message holds near matches.
        """
        if name not in self._objects:
            entry = self._entry_points().get(name)
            if entry is None:
                raise UnknownNameError.among(self.kind, name, self.names())
            self._objects[name] = cast("T", entry.load())
        return self._objects[name]

    def names(self) -> list[str]:
        """All names, sorted, without importing what they stand for."""
        return sorted({*self._objects, *self._entry_points()})

    def items(self) -> Iterator[tuple[str, T]]:
        """All names with their objects, sorted by name; imports every entry point."""
        return ((name, self.get(name)) for name in self.names())

    def __contains__(self, name: str) -> bool:
        return name in self._objects or name in self._entry_points()

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self.group)}

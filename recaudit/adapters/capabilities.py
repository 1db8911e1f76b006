"""What a configuration says a system can do."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

from recaudit.errors import UnknownNameError
from recaudit.records import Capability


def capabilities_of(names: Collection[str]) -> frozenset[Capability]:
    """The capabilities of these names.

    Raises:
        UnknownNameError: If there is no such capability.

    >>> sorted(capabilities_of(["profiles", "lists"]))
    ['lists', 'profiles']
    """
    known: tuple[Capability, ...] = get_args(Capability)
    for name in names:
        if name not in known:
            raise UnknownNameError.among("capability", name, known)
    return frozenset(capability for capability in known if capability in names)

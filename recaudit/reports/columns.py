"""Which systems have a column in a table, and what stands once instead of in every field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ABREAST = 5
"""Columns that fit on a sheet of paper; further systems have a table below, with the same scales."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Systems that a table leaves out, as it has nothing about them but one reason."""

    systems: tuple[str, ...]
    reason: str


def silent_systems(reasons: Mapping[str, Iterable[str | None]]) -> tuple[Silent, ...]:
    """Find the systems that have nothing but one reason in a whole table.

    Args:
        reasons: System to why it has no value, row by row; None in a row that has something to show.
    """
    alike: dict[str, list[str]] = {}
    for system, column in reasons.items():
        distinct = set(column)
        if len(distinct) == 1 and (reason := distinct.pop()) is not None:
            alike.setdefault(reason, []).append(system)
    return tuple(Silent(systems=tuple(systems), reason=reason) for reason, systems in alike.items())


def parts_abreast(systems: Sequence[str]) -> Iterator[slice]:
    """Cut columns into parts of much the same size, each of at most `ABREAST`.

    >>> list(parts_abreast("abcdefg"))
    [slice(0, 4, None), slice(4, 7, None)]
    """
    parts = -(-len(systems) // ABREAST)
    for part in range(parts):
        yield slice(-(-part * len(systems) // parts), -(-(part + 1) * len(systems) // parts))


def shared_count(counts: Iterable[str]) -> str:
    """The count that most fields of a row have, "" if there is none; only the other fields have to say theirs.

    >>> shared_count(["943", "943", "10"]), shared_count([])
    ('943', '')
    """
    ((most, _),) = Counter(counts).most_common(1) or [("", 0)]
    return most


def lettered(notes: Iterable[str]) -> dict[str, str]:
    """Give every distinct note a letter, under which it stands once below a table.

    >>> lettered(["too few units", "", "no value", "too few units"])
    {'too few units': 'a', 'no value': 'b'}
    """
    distinct = dict.fromkeys(note for note in notes if note)
    return {note: _letter(place) for place, note in enumerate(distinct)}


def _letter(place: int) -> str:
    rounds, letter = divmod(place, len(ascii_lowercase))
    return ascii_lowercase[letter] + (str(rounds + 1) if rounds else "")

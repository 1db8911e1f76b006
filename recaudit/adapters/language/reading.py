"""From a model's text to a list of catalogue items, with every decision kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from recaudit.adapters.language.parsing import parse_titles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from recaudit.adapters.language.titles import TitleIndex
    from recaudit.records import ItemId, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text recommends.

    Attributes:
        items: The items named, best first, none twice.
        slots: Every title as written, in order, and what became of it; titles beyond the length asked for too.
        problem: Why the text holds no list, or None.
        detail: The problem in a sentence, else "", or what was left unread.
    """

    items: tuple[ItemId, ...]
    slots: tuple[Slot, ...]
    problem: Literal["refused", "unparsed"] | None
    detail: str


def read_list(text: str, index: TitleIndex, *, k: int, among: Collection[ItemId] | None = None) -> Reading:
    """Read a list of titles and match it to the catalogue.

    A title of an item named before is "repeated", one of an item outside `among` is "not asked"; both keep their item
    in the slot and give no place in the list. A list of which no title is in the catalogue is an empty list, not
    a problem.

    Args:
        text: As the model wrote it.
        index: The catalogue.
        k: Most items to take.
        among: The candidates, None for the whole catalogue.
    """
    parsed = parse_titles(text)
    asked = None if among is None else frozenset(among)
    slots, places = settle((index.match(title, among=asked) for title in parsed.titles), among=asked)
    return Reading(
        items=tuple(item for item in (slots[place].item for place in places[:k]) if item is not None),
        slots=tuple(slots),
        problem=parsed.problem,
        detail=parsed.detail,
    )


def settle(matched: Iterable[Slot], *, among: Collection[ItemId] | None) -> tuple[list[Slot], list[int]]:
    """Mark what gives no place in a list: an item outside `among`, and one that was named before.

    Args:
        matched: Slots as matched to the catalogue.
        among: The candidates, None for the whole catalogue.

    Returns:
        The slots, and the places of those whose items make the list.
    """
    slots: list[Slot] = []
    places: list[int] = []
    seen: set[ItemId] = set()
    for place, slot in enumerate(matched):
        if slot.item is None:
            slots.append(slot)
        elif among is not None and slot.item not in among:
            slots.append(replace(slot, how="not asked"))
        elif slot.item in seen:
            slots.append(replace(slot, how="repeated"))
        else:
            seen.add(slot.item)
            places.append(place)
            slots.append(slot)
    return slots, places

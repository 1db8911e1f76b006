"""From a model's text to a list of catalogue items, with every decision kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from recaudit.adapters.language.parsing import parse_titles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from recaudit.adapters.language.titles import TitleIndex
    from recaudit.records import Answer, ItemId, Slot


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
        items=_listed(slots, places[:k]),
        slots=tuple(slots),
        problem=parsed.problem,
        detail=parsed.detail,
    )


def read_otherwise(
    answer: Answer, index: TitleIndex, *, k: int, among: Collection[ItemId] | None = None
) -> Answer:
    """The answer with its titles matched by another index of the catalogue; itself where that changes nothing.

    Titles that fit letter for letter or in normal form always read alike. An answer whose list is not made of its
    titles in their order, as an adapter may give that matches them itself, stays as it is. Scores are left out where an
    item comes in that has none.

    Args:
        answer: As it was read.
        index: Of `TitleIndex.matching`.
        k: Most items to take.
        among: The candidates, None for the whole catalogue.
    """
    asked = None if among is None else frozenset(among)
    before, places = settle(answer.slots, among=asked)
    if answer.items != _listed(before, places[:k]):
        return answer
    matched = (index.match(one.title, among=asked) if _is_open(one, index) else one for one in answer.slots)
    slots, places = settle(matched, among=asked)
    if [(one.item, one.how) for one in slots] == [(one.item, one.how) for one in answer.slots]:
        return answer
    items = _listed(slots, places[:k])
    scores = None
    if answer.scores is not None and set(items) <= set(answer.items):
        known = dict(zip(answer.items, answer.scores, strict=True))
        scores = tuple(known[item] for item in items)
    return replace(answer, items=items, scores=scores, slots=tuple(slots))


def _is_open(slot: Slot, index: TitleIndex) -> bool:
    """Whether a title may be matched otherwise, or how it was matched is no longer known."""
    if slot.how in {"repeated", "not asked"}:
        return True
    lowest = index.threshold if slot.how == "off-catalogue" else 0.0
    return lowest <= slot.similarity < 100


def _listed(slots: Sequence[Slot], places: Iterable[int]) -> tuple[ItemId, ...]:
    return tuple(item for place in places if (item := slots[place].item) is not None)


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

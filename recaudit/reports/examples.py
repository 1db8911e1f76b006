"""Pairs of answers side by side: what was asked with the changed words marked, and the lists aligned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from recaudit.reports.answers import match_words, reason_words
from recaudit.reports.language import N_, _, ngettext
from recaudit.reports.numbers import MINUS, show, show_limit
from recaudit.reports.sentences import title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recaudit.records import Example, ExampleKind, ExampleSide, Hypothesis, ShownItem, Slot

_KINDS: dict[ExampleKind, str] = {
    "largest": N_("among the largest losses"),
    "middle": N_("from the middle of all pairs"),
    "one list only": N_("only one of the two has a list"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A stretch of text that both sides share, or that only this side has."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of one list, with what became of it: "same place", "up 2", "down 1", "new" or "lost".

    Attributes:
        title: As a person reads it.
        symbol: The same as `change` in one sign.
        change: In words.
        known: Whether it is in the catalogue.
    """

    title: str
    symbol: str
    change: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """One of two answers."""

    arm: str
    asked: tuple[Words, ...]
    no_list: str
    request: str
    sent: str
    text: str
    slots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleView:
    """Two answers side by side.

    Attributes:
        title: System, unit and arms.
        claim: What the pair illustrates.
        why: Why this pair is shown.
        numbers: How alike the lists are, and how alike they would be for nothing.
        first: The reference.
        second: What is compared with it.
        rows: Place by place.
    """

    title: str
    claim: str
    why: str
    numbers: str
    first: SideView
    second: SideView
    rows: tuple[tuple[Entry | None, Entry | None], ...]


def example_views(
    examples: Iterable[Example], claims: Mapping[str, Hypothesis]
) -> dict[str, tuple[ExampleView, ...]]:
    """Lay examples out by probe.

    Args:
        examples: As the result holds them.
        claims: Id to hypothesis.
    """
    found: dict[str, list[ExampleView]] = {}
    for example in examples:
        claim = claims[example.claim]
        found.setdefault(claim.probe, []).append(_view(example, claim))
    return {probe: tuple(views) for probe, views in found.items()}


def _view(example: Example, claim: Hypothesis) -> ExampleView:
    first, second = marked(example.first.asked, example.second.asked)
    return ExampleView(
        title=_("{system}, {unit}: {first} against {second}").format(
            system=example.system, unit=example.unit, first=example.first.arm, second=example.second.arm
        ),
        claim=title_of(claim),
        why=_(_KINDS[example.kind]),
        numbers=_numbers(example, claim),
        first=_side(example.first, first),
        second=_side(example.second, second),
        rows=aligned(example.first.items, example.second.items),
    )


def _numbers(example: Example, claim: Hypothesis) -> str:
    if example.value is None:
        return ""
    value = f"{example.metric} {show(example.value)}"
    if example.floor is None:
        return value
    return _("{value}; for this unit {baseline} has {floor}").format(
        value=value, baseline=claim.baseline, floor=show(example.floor)
    )


def _side(side: ExampleSide, asked: tuple[Words, ...]) -> SideView:
    return SideView(
        arm=side.arm,
        asked=asked,
        no_list="" if side.problem is None else reason_words(side.problem),
        request=side.request,
        sent=side.sent,
        text=side.text,
        slots=tuple((slot.title, _decision(slot)) for slot in side.slots),
    )


def _decision(slot: Slot) -> str:
    message = (
        _("{match}: {item}")
        if slot.how in {"exact", "normalised"}
        else _("{match}, similarity {similarity}: {item}")
    )
    return message.format(
        match=match_words(slot.how),
        similarity=show_limit(round(slot.similarity, 1)),
        item=_("no item") if slot.item is None else _("item {number}").format(number=slot.item),
    )


def marked(first: str, second: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Mark the words in which two texts differ.

    >>> [words.text for words in marked("a keen fan", "a female fan")[1] if words.changed]
    ['female']
    """
    left, right = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (first, second))
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return (
        tuple(Words(text="".join(left[a:b]), changed=tag != "equal") for tag, a, b, _, _ in steps if b > a),
        tuple(Words(text="".join(right[c:d]), changed=tag != "equal") for tag, _, _, c, d in steps if d > c),
    )


def aligned(
    first: Sequence[ShownItem], second: Sequence[ShownItem]
) -> tuple[tuple[Entry | None, Entry | None], ...]:
    """Set two lists beside each other, and say of each item of either what became of it."""
    before = {item.key: place for place, item in enumerate(first)}
    after = {item.key: place for place, item in enumerate(second)}
    left = [_entry(item, "", "") if item.key in after else _entry(item, MINUS, _("lost")) for item in first]
    right = [_moved(item, before.get(item.key), place) for place, item in enumerate(second)]
    most = max(len(left), len(right))
    return tuple(
        (
            left[place] if place < len(left) else None,
            right[place] if place < len(right) else None,
        )
        for place in range(most)
    )


def _moved(item: ShownItem, before: int | None, now: int) -> Entry:
    if before is None:
        return _entry(item, "+", _("new"))
    if before == now:
        return _entry(item, "=", _("same place"))
    places = abs(before - now)
    if before > now:
        return _entry(item, "↑", ngettext("up {number}", "up {number}", places).format(number=places))
    return _entry(item, "↓", ngettext("down {number}", "down {number}", places).format(number=places))


def _entry(item: ShownItem, symbol: str, change: str) -> Entry:
    return Entry(title=item.title, symbol=symbol, change=change, known=item.known)

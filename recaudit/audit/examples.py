"""The pairs of answers that show best what a claim about arms means; few, and cut to a bounded size.

They illustrate a finding and prove nothing: they are chosen for their size. So that a reader can judge that, each claim
also shows a pair from the middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import pandas as pd

from recaudit.datasets import AuditData, normal_form
from recaudit.probes.similarity import named
from recaudit.records import (
    Answer,
    Example,
    ExampleKind,
    ExampleSide,
    Hypothesis,
    Measurements,
    Request,
    ShownItem,
)

PER_SYSTEM = 5
"""Most pairs of one system in one probe."""

PER_PROBE = 8
"""Most pairs of one probe over all systems."""

ALIKE = 1
"""Most pairs of one probe whose lists are the same, as one shows all there is to see in them."""

LONGEST_TEXT, LONGEST_TITLE, MOST_ITEMS = 1000, 150, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Everything that examples of one system are taken from."""

    system: str
    data: AuditData
    requests: Mapping[str, Request]
    answers: Mapping[str, Answer]


def examples_of(
    telling: Telling, claims: Sequence[Hypothesis], measurements: Measurements
) -> tuple[Example, ...]:
    """Choose pairs of one system in one probe.

    Each claim about the excess over a baseline arm (the first of its section) gives, by turns with the others: pairs
    of which only one has a list, the pairs with the largest loss, and last the middle pair; each of another unit.

    Args:
        telling: The evidence.
        claims: Of the probe, those that matter most first.
        measurements: Of the probe; rows about pairs have `against`.
    """
    rows = measurements.rows
    if "against" not in rows or not telling.answers:
        return ()
    pairs = rows[rows["against"].notna()]
    first: dict[str, Hypothesis] = {}
    for claim in claims:
        if claim.contrast == "excess" and (pairs["metric"] == claim.metric).any():
            first.setdefault(claim.section, claim)
    share = max(2, -(-PER_SYSTEM // max(len(first), 1)))
    chosen = [list(_of_claim(telling, claim, pairs, share)) for claim in first.values()]
    return tuple(example for turn in zip_longest(*chosen) for example in turn if example)[:PER_SYSTEM]


def fewest(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Keep at most `PER_PROBE` of one probe, taking turns between systems, and at most `ALIKE` that show no change."""
    by_system: dict[str, list[Example]] = {}
    for example in examples:
        by_system.setdefault(example.system, []).append(example)
    turns = [example for turn in zip_longest(*by_system.values()) for example in turn if example]
    alike = [example for example in turns if _same_list(example)]
    kept = [example for example in turns if not _same_list(example)][: PER_PROBE - len(alike[:ALIKE])]
    chosen = {id(example) for example in (*kept, *alike[:ALIKE])}
    return tuple(example for system in by_system for example in by_system[system] if id(example) in chosen)


def _same_list(example: Example) -> bool:
    first, second = example.first, example.second
    return first.problem == second.problem and first.items == second.items


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One row about two answers; `loss` is how far its similarity falls short of the baseline's for its unit."""

    unit: object
    value: float
    loss: float
    request: str
    against: str


def _of_claim(telling: Telling, claim: Hypothesis, pairs: pd.DataFrame, most: int) -> Iterator[Example]:
    own = pairs[pairs["metric"] == claim.metric]
    floors = own[own["arm"] == claim.baseline].groupby("unit", sort=False)["value"].mean()
    compared = own[own["arm"].isin(claim.arms)]
    compared = compared.assign(loss=compared["unit"].map(floors) - compared["value"])
    halves = _one_per_unit(row for row in _pairs(compared) if _one_has_no_list(telling, row))
    ranked = _one_per_unit(_pairs(compared.dropna(subset=["loss"]).sort_values("loss", ascending=False)))
    middle = ranked[len(ranked) // 2 : len(ranked) // 2 + 1] if len(ranked) > 2 else []
    choice: list[tuple[ExampleKind, _Pair]] = [("one list only", row) for row in halves[: most // 2]]
    choice += [("largest", row) for row in ranked if row.loss > 0]
    shown: dict[object, tuple[ExampleKind, _Pair]] = {}
    for kind, row in choice:
        if len(shown) < most - len(middle):
            shown.setdefault(row.unit, (kind, row))
    for row in middle:
        shown.setdefault(row.unit, ("middle", row))
    for kind, row in shown.values():
        yield _example(telling, claim, row, kind, floors)


def _pairs(rows: pd.DataFrame) -> Iterator[_Pair]:
    columns = (rows[name].tolist() for name in ("unit", "value", "loss", "request", "against"))
    for unit, value, loss, request, against in zip(*columns, strict=True):
        yield _Pair(unit=unit, value=value, loss=loss, request=request, against=against)


def _one_per_unit(rows: Iterable[_Pair]) -> list[_Pair]:
    kept: dict[object, _Pair] = {}
    for row in rows:
        kept.setdefault(row.unit, row)
    return list(kept.values())


def _one_has_no_list(telling: Telling, row: _Pair) -> bool:
    first, second = (telling.answers[name].problem for name in (row.against, row.request))
    return (first is None) != (second is None)


def _example(
    telling: Telling, claim: Hypothesis, row: _Pair, kind: ExampleKind, floors: pd.Series[float]
) -> Example:
    return Example(
        system=telling.system,
        claim=claim.id,
        metric=claim.metric,
        kind=kind,
        unit=cut(str(row.unit), LONGEST_TITLE),
        value=_number(row.value),
        floor=_number(float(floors.to_dict().get(row.unit, float("nan")))),
        first=_side(telling, row.against),
        second=_side(telling, row.request),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _side(telling: Telling, name: str) -> ExampleSide:
    request, answer = telling.requests[name], telling.answers[name]
    calls = answer.exchanges
    return ExampleSide(
        request=name,
        arm=request.arm,
        asked=cut(_asked(request, telling.data), LONGEST_TEXT),
        items=tuple(_items(answer, telling.data))[: min(MOST_ITEMS, request.k)],
        problem=answer.problem,
        sent=cut(calls[-1].prompt, LONGEST_TEXT) if calls else "",
        text=cut(calls[-1].text, LONGEST_TEXT) if calls else "",
        slots=tuple(
            replace(slot, title=cut(slot.title, LONGEST_TITLE)) for slot in answer.slots[:MOST_ITEMS]
        ),
    )


def _asked(request: Request, data: AuditData) -> str:
    if request.instruction is not None:
        return request.instruction
    parts = [f"discloses: {', '.join(f'{name} {value}' for name, value in request.profile) or 'nothing'}"]
    parts.append(f"history, newest last: {_titles(request.history[-10:], data) or 'none'}")
    if request.candidates is not None:
        parts.append(f"candidates in this order: {_titles(request.candidates[:MOST_ITEMS], data)}")
    return "\n".join(parts)


def _titles(items: Iterable[object], data: AuditData) -> str:
    return "; ".join(_title(item, data) for item in items)


def _title(item: object, data: AuditData) -> str:
    title = data.items["title"].get(item)
    return cut(title if isinstance(title, str) else str(item), LONGEST_TITLE)


def _items(answer: Answer, data: AuditData) -> Iterator[ShownItem]:
    written = [slot for slot in answer.slots if slot.how != "not asked"]
    unknown = {normal_form(slot.title).key: slot.title for slot in reversed(written) if slot.item is None}
    for key in named(answer):
        known = key in data.items.index
        yield ShownItem(
            key=str(key),
            title=_title(key, data) if known else cut(unknown[str(key)], LONGEST_TITLE),
            known=known,
        )


def cut(text: str, most: int) -> str:
    """Cut a long text, and end it with "…" then.

    >>> cut("abcdef", 4), cut("abcd", 4)
    ('abc…', 'abcd')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"

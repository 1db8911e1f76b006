"""From answers to rows: where the target lands, and what the order of the question does to the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.metrics import Truth, encode_lists, find_hits, parse_label
from recaudit.probes.lists import measurement_rows, rows_of_reached, shown_lists
from recaudit.probes.position.options import PositionOptions
from recaudit.probes.position.plan import PAIR, SHUFFLED_HISTORY, SWAPPED, arm_at
from recaudit.probes.probe import Answers
from recaudit.probes.similarity import Asked, Comparison, all_pairs, asked_by_arm, compared, similarity_rows
from recaudit.records import FAILED, NO_ANSWER, FloatArray, ItemId, Measurements, Request

TARGET_RANK, PROMPT_ORDER, COPIED = "target-rank", "prompt-order-tau", "copied"
SAME_WINNER, FIRST_WINS = "same-winner", "first-wins"
SAME_ORDER, OTHER_ORDER = "same order again", "another order"
ONE_ORDER, ALL_ORDERS = "one order", "all orders together"
HISTORY_IN_ORDER = "history in order"
PAIR_AGAIN = "pair asked again"
FEW_RANKED = "fewer than two candidates besides the target were ranked"


def measure(
    data: AuditData, options: PositionOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """Rows about orders, about the history and about pairs.

    A candidate that an answer leaves out ranks one below all candidates; so it is for an answer without a list, which
    is worth 0. A call that failed is undefined.
    """
    places = {arm_at(place): place for place in options.places}
    arms = [*places, SHUFFLED_HISTORY, PAIR, SWAPPED]
    asked = asked_by_arm(requests, answers, arms, "candidates")
    orders = {
        request: request.candidates[places[request.arm]]
        for group in asked.values()
        for request in group
        if request.arm in places and request.candidates
    }
    parts = [
        _rank_rows(data, options.metrics, orders, answers),
        _order_rows(data, orders, answers),
        similarity_rows(
            list(_comparisons(asked, list(places))), answers, options.similarity, options.candidates
        ),
        _history_rows(data, options.metrics, asked, orders, answers),
        _aggregated_rows(data, options.metrics, orders, answers),
        _pair_rows(asked, answers),
    ]
    return Measurements(rows=pd.concat([part for part in parts if len(part)], ignore_index=True))


def _rank_rows(
    data: AuditData, labels: Sequence[str], targets: Mapping[Request, ItemId], answers: Answers
) -> pd.DataFrame:
    asked = list(targets)
    ranks = np.array([_rank(answers[one.id].items, targets[one], one.k) for one in asked], dtype=np.float64)
    utility = _utility(data, labels, asked, targets, [answers[one.id].items for one in asked])
    return _rows(asked, answers, {TARGET_RANK: ranks, **utility})


def _rank(items: tuple[ItemId, ...], target: ItemId, k: int) -> int:
    return items.index(target) + 1 if target in items else k + 1


def _utility(
    data: AuditData,
    labels: Sequence[str],
    asked: Sequence[Request],
    targets: Mapping[Request, ItemId],
    lists: Sequence[Sequence[ItemId]],
) -> dict[str, FloatArray]:
    """Ranking metrics with the target as the only relevant item."""
    catalogue = data.items.index
    shown = encode_lists(lists, catalogue)
    codes = catalogue.get_indexer(pd.Index([targets[one] for one in asked]))
    truth = Truth.of([{code: 1.0} for code in codes.tolist()])
    hits = find_hits(shown, truth, candidates=np.array([one.k for one in asked]))
    return {text: parse_label(text).compute(hits) for text in labels}


def _order_rows(data: AuditData, targets: Mapping[Request, ItemId], answers: Answers) -> pd.DataFrame:
    """Whether the answer follows the prompt's order; the target, which is ranked for a reason, does not count."""
    asked = list(targets)
    prompts = encode_lists(
        [[item for item in one.candidates or () if item != targets[one]] for one in asked], data.items.index
    )
    longest = max((one.k for one in asked), default=1)
    tau = parse_label(f"kendall@{longest}").compute(prompts, shown_lists(data, asked, answers))
    copied = np.array([float(answers[one.id].items == one.candidates) for one in asked])
    return _rows(asked, answers, {PROMPT_ORDER: tau, COPIED: copied}, FEW_RANKED)


def _comparisons(asked: Asked, arms: Sequence[str]) -> Iterator[Comparison]:
    for unit in dict.fromkeys(unit for unit, _ in asked):
        orders = [asked.get((unit, arm), ()) for arm in arms]
        for group in orders:
            yield from compared(SAME_ORDER, combinations(group, 2))
        for one, other in combinations(orders, 2):
            yield from compared(OTHER_ORDER, all_pairs(one[:1], other[:1]))
        shuffled = asked.get((unit, SHUFFLED_HISTORY), ())
        same = [group for group in orders if len(group) > 1]
        for group in same:
            yield from compared(SHUFFLED_HISTORY, all_pairs(group, shuffled))


def _history_rows(
    data: AuditData,
    labels: Sequence[str],
    asked: Asked,
    targets: Mapping[Request, ItemId],
    answers: Answers,
) -> pd.DataFrame:
    """What the ranking is worth with the history in order and in random order, for the same order of candidates."""
    shuffled = {
        request.candidates: request
        for (_, arm), group in asked.items()
        if arm == SHUFFLED_HISTORY
        for request in group
    }
    paired: dict[Request, tuple[str, ItemId]] = {}
    for request, target in targets.items():
        twin = shuffled.get(request.candidates)
        if twin is not None and twin.unit == request.unit:
            paired[request] = (HISTORY_IN_ORDER, target)
            paired[twin] = (SHUFFLED_HISTORY, target)
    requests = list(paired)
    if not requests:
        return measurement_rows([], {}, {})
    values = _utility(
        data,
        labels,
        requests,
        {one: target for one, (_, target) in paired.items()},
        [answers[one.id].items for one in requests],
    )
    rows = _rows(requests, answers, values)
    return rows.assign(arm=[paired[one][0] for one in requests] * len(labels))


def _aggregated_rows(
    data: AuditData, labels: Sequence[str], targets: Mapping[Request, ItemId], answers: Answers
) -> pd.DataFrame:
    """What one order is worth, and what all orders are worth with their ranks summed (Borda)."""
    firsts = [one for one in targets if one.replicate == 0]
    by_unit: dict[object, list[Request]] = {}
    for one in firsts:
        by_unit.setdefault(one.unit, []).append(one)
    single = _rows(
        firsts,
        answers,
        _utility(data, labels, firsts, targets, [answers[one.id].items for one in firsts]),
    ).assign(arm=ONE_ORDER)
    leaders = [group[0] for group in by_unit.values()]
    lists = [_summed(group, answers) for group in by_unit.values()]
    failed = np.array(
        [any(answers[one.id].problem in FAILED for one in group) for group in by_unit.values()],
        dtype=np.bool_,
    )
    together = _utility(data, labels, leaders, targets, lists)
    values = {text: np.where(failed, np.nan, column) for text, column in together.items()}
    why = np.where(failed, NO_ANSWER, "").astype(object)
    combined = measurement_rows(leaders, values, dict.fromkeys(labels, why)).assign(arm=ALL_ORDERS)
    return pd.concat([single, combined], ignore_index=True)


def _summed(group: Sequence[Request], answers: Answers) -> list[ItemId]:
    """The candidates by the sum of their ranks; equal sums in random order, as any other would favour a place."""
    candidates = list(group[0].candidates or ())
    np.random.default_rng(group[0].seed).shuffle(candidates)
    totals = {
        item: sum(_rank(answers[one.id].items, item, one.k) for one in group if answers[one.id].items)
        for item in candidates
    }
    return sorted(candidates, key=lambda item: totals[item]) if any(totals.values()) else []


def _pair_rows(asked: Asked, answers: Answers) -> pd.DataFrame:
    """Whether the same item wins when a pair is asked again or swapped, and whether the first one wins."""
    parts = []
    ranked = [group[0] for (_, arm), group in asked.items() if arm in {PAIR, SWAPPED}]
    if ranked:
        first = np.array([_first_wins(one, answers) for one in ranked])
        parts.append(_rows(ranked, answers, {FIRST_WINS: first}, "no winner was named"))
    for arm, pairs in _pairs(asked):
        same = np.array([_same_winner(one, other, answers) for one, other in pairs])
        parts.append(
            _rows([other for _, other in pairs], answers, {SAME_WINNER: same}, "no winner was named").assign(
                arm=arm
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else measurement_rows([], {}, {})


def _pairs(asked: Asked) -> Iterator[tuple[str, list[tuple[Request, Request]]]]:
    again: list[tuple[Request, Request]] = []
    swapped: list[tuple[Request, Request]] = []
    for (unit, arm), group in asked.items():
        if arm == PAIR:
            again.extend(combinations(group, 2))
            swapped.extend(all_pairs(group, asked.get((unit, SWAPPED), ())))
    if again:
        yield PAIR_AGAIN, again
    if swapped:
        yield SWAPPED, swapped


def _first_wins(request: Request, answers: Answers) -> float:
    items = answers[request.id].items
    return float(items[0] == (request.candidates or ())[0]) if items else np.nan


def _same_winner(one: Request, other: Request, answers: Answers) -> float:
    first, second = answers[one.id].items, answers[other.id].items
    return float(first[0] == second[0]) if first and second else np.nan


def _rows(
    asked: Sequence[Request], answers: Answers, values: Mapping[str, FloatArray], undefined: str = ""
) -> pd.DataFrame:
    reasons = {
        label: np.where(np.isnan(column), undefined, "").astype(object) for label, column in values.items()
    }
    return rows_of_reached(asked, answers, values, reasons)

"""What happens to an answer in each arm: refusals, titles outside the catalogue, short lists, and its use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.metrics import encode_truth, find_hits, parse_label, undefined_reasons
from recaudit.probes.lists import measurement_rows, rows_of_reached, shown_lists
from recaudit.probes.probe import Answers
from recaudit.probes.similarity import named
from recaudit.records import Answer, AnswerProblem, Request, Resolved

Rate: TypeAlias = Callable[[Request, Answer], float]

REFUSED, MALFORMED, OFF_CATALOGUE, AMBIGUOUS = "refused", "malformed", "off-catalogue", "ambiguous"
REPEATED, NOT_ASKED, SEEN = "repeated", "not-asked", "already-seen"
LENGTH, USABLE = "length", "usable"
NO_TITLES, NO_ITEMS = "no title was named", "no item of the catalogue was listed"


def rate_rows(asked: Sequence[Request], answers: Answers, rates: Sequence[str]) -> pd.DataFrame:
    """Rates of every answer, 0 to 1.

    A call that failed says nothing about the system, and is undefined; so is a share of titles without a title.

    Args:
        asked: Answered requests.
        answers: By request.
        rates: Keys of `RATES`.
    """
    values = {
        name: np.array([RATES[name](request, answers[request.id]) for request in asked], dtype=np.float64)
        for name in rates
    }
    reasons = {
        name: np.where(np.isnan(column), NO_ITEMS if name == SEEN else NO_TITLES, "").astype(object)
        for name, column in values.items()
    }
    return rows_of_reached(asked, answers, values, reasons)


def _problem(problem: AnswerProblem) -> Rate:
    return lambda _, answer: float(answer.problem == problem)


def _slots(how: Resolved) -> Rate:
    """The share of the written titles that were matched so; a system that answers in ids writes none wrongly."""

    def share(_: Request, answer: Answer) -> float:
        if not answer.slots:
            return 0.0 if answer.items else np.nan
        return sum(slot.how == how for slot in answer.slots) / len(answer.slots)

    return share


def _length(request: Request, answer: Answer) -> float:
    return min(len(named(answer)), request.k) / request.k


def _seen(request: Request, answer: Answer) -> float:
    if not answer.items:
        return np.nan
    history = set(request.history)
    return sum(item in history for item in answer.items) / len(answer.items)


def _usable(request: Request, answer: Answer) -> float:
    history = set() if request.candidates is not None else set(request.history)
    return sum(item not in history for item in answer.items[: request.k]) / request.k


RATES: Mapping[str, Rate] = {
    REFUSED: _problem("refused"),
    MALFORMED: _problem("unparsed"),
    OFF_CATALOGUE: _slots("off-catalogue"),
    AMBIGUOUS: _slots("ambiguous"),
    REPEATED: _slots("repeated"),
    NOT_ASKED: _slots("not asked"),
    SEEN: _seen,
    LENGTH: _length,
    USABLE: _usable,
}
"""What can be wrong with an answer: declined; no list in it; the share of written titles that the catalogue does not
have, that fit several items, that were named before, or that were no candidates; the share of listed items that the
user knew; the share of the places asked for that are filled, and that are filled with catalogue items the user did not
know or with candidates."""


def utility_rows(
    data: AuditData, asked: Sequence[Request], answers: Answers, labels: Sequence[str]
) -> pd.DataFrame:
    """Ranking metrics of every answer on the user's held-out items; a user without any is undefined.

    Args:
        data: The held-out items.
        asked: Requests whose call did not fail.
        answers: By request.
        labels: Ranking metrics.
    """
    together: dict[tuple[str, int], list[Request]] = {}
    for request in asked:
        together.setdefault((request.arm, request.replicate), []).append(request)
    return pd.concat(
        [_utility_of(data, group, answers, labels) for group in together.values()], ignore_index=True
    )


def _utility_of(
    data: AuditData, asked: Sequence[Request], answers: Answers, labels: Sequence[str]
) -> pd.DataFrame:
    """The same for requests of different users."""
    truth = encode_truth(data.truth, pd.Index([request.user for request in asked]), data.items.index)
    hits = find_hits(shown_lists(data, asked, answers), truth)
    values, reasons = {}, {}
    for text in labels:
        label = parse_label(text)
        values[text] = label.compute(hits)
        reasons[text] = undefined_reasons(label.spec, hits, values[text])
    return measurement_rows(asked, values, reasons)

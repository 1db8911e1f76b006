"""What happens to an answer in each arm: refusals, titles outside the catalogue, short lists, and its use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.metrics import encode_truth, find_hits, parse_label, undefined_reasons
from recaudit.probes.lists import measurement_rows, shown_lists
from recaudit.probes.probe import Answers
from recaudit.probes.similarity import named
from recaudit.records import FAILED, Answer, FloatArray, Request

REFUSED, OFF_CATALOGUE, LENGTH = "refused", "off-catalogue", "length"
RATES = (REFUSED, OFF_CATALOGUE, LENGTH)
NO_ANSWER = "the call failed"
NO_TITLES = "no title was named"


def rate_rows(asked: Sequence[Request], answers: Answers) -> pd.DataFrame:
    """Three rates of every answer, 0 to 1.

    "refused" is 1 if the system declined; "off-catalogue" the share of named titles that the catalogue does not have,
    undefined without a title; "length" the share of the places asked for that are filled, 0 for a refusal. A call
    that failed says nothing about the arm, and is undefined.
    """
    given = [answers[request.id] for request in asked]
    failed = np.array([answer.problem in FAILED for answer in given], dtype=np.bool_)
    values: dict[str, FloatArray] = {
        REFUSED: np.array([float(answer.problem == "refused") for answer in given]),
        OFF_CATALOGUE: np.array([_off_catalogue(answer) for answer in given]),
        LENGTH: np.array(
            [
                min(len(named(answer)), request.k) / request.k
                for answer, request in zip(given, asked, strict=True)
            ]
        ),
    }
    reasons = {}
    for label, column in values.items():
        column[failed] = np.nan
        why = np.where(failed, NO_ANSWER, np.where(np.isnan(column), NO_TITLES, ""))
        reasons[label] = why.astype(object)
    return measurement_rows(asked, values, reasons)


def _off_catalogue(answer: Answer) -> float:
    if not answer.slots:
        return 0.0 if answer.items else np.nan
    return sum(slot.how == "off-catalogue" for slot in answer.slots) / len(answer.slots)


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

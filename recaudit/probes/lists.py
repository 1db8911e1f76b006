"""The arm that several probes share: one list over the whole catalogue for every user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.datasets import AuditData
from recaudit.metrics import Lists, encode_lists
from recaudit.probes.probe import Answers
from recaudit.records import FAILED, NO_ANSWER, FloatArray, Request

ARM = "list"


def plan_lists(data: AuditData, k: int, run_seed: int, *, replicate: int = 0) -> list[Request]:
    """One request per asked user for the best k items."""
    histories = data.histories()
    return [
        Request(
            unit=user,
            arm=ARM,
            replicate=replicate,
            user=user,
            history=histories.get(user, ()),
            k=k,
            run_seed=run_seed,
        )
        for user in data.asked.tolist()
    ]


def in_arm(requests: Sequence[Request], arm: str, answers: Answers) -> list[Request]:
    """The answered requests of one arm, repeats included."""
    return [request for request in requests if request.arm == arm and request.id in answers]


def first_in_arm(requests: Sequence[Request], arm: str, answers: Answers) -> list[Request]:
    """The answered requests of one arm without repeats."""
    return repeat_in_arm(requests, arm, answers, 0)


def repeat_in_arm(requests: Sequence[Request], arm: str, answers: Answers, replicate: int) -> list[Request]:
    """The answered requests of one arm the first time they were asked, the second, and so on."""
    return [request for request in in_arm(requests, arm, answers) if request.replicate == replicate]


def shown_lists(data: AuditData, asked: Sequence[Request], answers: Answers) -> Lists:
    """The answered lists as columns, one per request."""
    return encode_lists([answers[request.id].items for request in asked], data.items.index)


def rows_of_reached(
    asked: Sequence[Request],
    answers: Answers,
    values: Mapping[str, FloatArray],
    reasons: Mapping[str, NDArray[np.object_]],
) -> pd.DataFrame:
    """The same as `measurement_rows`, but a call that failed says nothing: its values are undefined."""
    failed = np.array([answers[one.id].problem in FAILED for one in asked], dtype=np.bool_)
    return measurement_rows(
        asked,
        {label: np.where(failed, np.nan, column) for label, column in values.items()},
        {label: np.where(failed, NO_ANSWER, why).astype(object) for label, why in reasons.items()},
    )


def measurement_rows(
    asked: Sequence[Request], values: Mapping[str, FloatArray], reasons: Mapping[str, NDArray[np.object_]]
) -> pd.DataFrame:
    """Lay measurements out as rows.

    Args:
        asked: n requests.
        values: Metric label to (n,) values.
        reasons: Metric label to (n,) reasons why a value is NaN, "" elsewhere.
    """
    base = pd.DataFrame(
        {
            "unit": [request.unit for request in asked],
            "arm": [request.arm for request in asked],
            "replicate": [request.replicate for request in asked],
            "request": [request.id for request in asked],
        }
    )
    parts = [
        base.assign(metric=label, value=value, reason=reasons[label].astype("str"))
        for label, value in values.items()
    ]
    columns = ["unit", "arm", "replicate", "metric", "value", "reason", "request"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

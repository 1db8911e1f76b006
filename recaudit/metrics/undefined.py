"""Why a metric has no value for a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.hits import Hits
from recaudit.metrics.rating import Scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.metrics.context import Shown
    from recaudit.metrics.spec import MetricSpec
    from recaudit.records import FloatArray

NO_TRUTH = "no relevant held-out item"
NO_LIST = "no list"
NO_HISTORY = "no history"
NO_PAIRS = "no predicted and actual value"


def undefined_reasons(
    spec: MetricSpec, data: Hits | Shown | Scored, values: FloatArray
) -> NDArray[np.object_]:
    """Say for each user why the value is NaN.

    Args:
        spec: The metric.
        data: What it was computed from.
        values: (n,) what it gave.

    Returns:
        (n,) text, "" where the value is defined.

    >>> from recaudit.metrics import Lists, Truth, find_hits, parse_label
    >>> hits = find_hits(Lists.of([[1], [2]]), Truth.of([{1: 1}, {}]))
    >>> label = parse_label("recall@1")
    >>> undefined_reasons(label.spec, hits, label.compute(hits))
    array(['', 'no relevant held-out item'], dtype=object)
    """
    reasons = np.full(values.size, "", dtype=object)
    missing = np.isnan(values)
    reasons[missing] = spec.undefined or "the value is not a number"
    if isinstance(data, Hits):
        reasons[missing & (data.relevant == 0)] = NO_TRUTH
    elif isinstance(data, Scored):
        reasons[missing & (np.bincount(data.user, minlength=data.n_users) == 0)] = NO_PAIRS
    else:
        reasons[missing & (data.history.lengths == 0)] = NO_HISTORY
        reasons[missing & (data.lists.lengths == 0)] = NO_LIST
    return reasons

"""How well predicted ratings or probabilities match what users gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recaudit.errors import DataError
from recaudit.metrics.division import ratio
from recaudit.metrics.spec import metric

if TYPE_CHECKING:
    from recaudit.metrics.columns import IntArray
    from recaudit.records import FloatArray


BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Predicted and actual values of user-item pairs.

    Attributes:
        user: (m,) position of the user of each pair, in any order.
        predicted: (m,) what the system said.
        actual: (m,) what the user gave.
        n_users: Number of users, those without pairs included.

    Raises:
        DataError: If a value is NaN or infinite.
    """

    user: IntArray
    predicted: FloatArray
    actual: FloatArray
    n_users: int

    def __post_init__(self) -> None:
        for what, values in (("predicted", self.predicted), ("actual", self.actual)):
            wrong = np.flatnonzero(~np.isfinite(values))
            if wrong.size:
                row = int(wrong[0])
                raise DataError(
                    f"{wrong.size} {what} value(s) are NaN or infinite, the first in row {row} for the user "
                    f"at position {self.user[row]}; leave such pairs out"
                )

    def pooled(self) -> Scored:
        """All pairs as those of one user, for a value over all pairs instead of a mean over users."""
        return Scored(
            user=np.zeros(self.user.size, np.int64), predicted=self.predicted, actual=self.actual, n_users=1
        )


@metric("rating", "rmse", better="lower", bounds=(0.0, np.inf), reference="Herlocker et al. 2004")
def rmse(scored: Scored) -> FloatArray:
    """Root of each user's mean squared error.

    The mean of these over users is not the RMSE over all pairs; `rmse(scored.pooled())` is.

    Returns:
        (n,) values from 0 in units of the rating, lower is better; NaN for a user without pairs.

    >>> pairs = {"user": np.array([0, 0]), "predicted": np.array([4.0, 2.0]), "actual": np.array([1.0, 2.0])}
    >>> rmse(Scored(**pairs, n_users=2)).round(4)
    array([2.1213,    nan])
    """
    return np.sqrt(_user_means(scored, (scored.predicted - scored.actual) ** 2))


@metric("rating", "mae", better="lower", bounds=(0.0, np.inf), reference="Herlocker et al. 2004")
def mae(scored: Scored) -> FloatArray:
    """Each user's mean absolute error.

    Returns:
        (n,) values from 0 in units of the rating, lower is better; NaN for a user without pairs.

    >>> pairs = {"user": np.array([0, 0]), "predicted": np.array([4.0, 2.0]), "actual": np.array([1.0, 2.0])}
    >>> mae(Scored(**pairs, n_users=1))
    array([1.5])
    """
    return _user_means(scored, np.abs(scored.predicted - scored.actual))


@metric("rating", "log_loss", better="lower", bounds=(0.0, np.inf), reference="Good 1952, Rational decisions")
def log_loss(scored: Scored) -> FloatArray:
    """Each user's mean of -ln of the probability given to what happened.

    Probabilities are kept 2.2e-16 away from 0 and 1, as scikit-learn does, so the value stays finite.

    Returns:
        (n,) nats from 0, lower is better; NaN for a user without pairs.

    Raises:
        DataError: If a prediction lies outside 0..1 or an actual value is neither 0 nor 1.

    >>> pairs = {"user": np.array([0, 0]), "predicted": np.array([0.5, 0.5]), "actual": np.array([1.0, 0.0])}
    >>> log_loss(Scored(**pairs, n_users=1)).round(4)
    array([0.6931])
    """
    if scored.predicted.size and not 0 <= scored.predicted.min() <= scored.predicted.max() <= 1:
        raise DataError(
            f"log_loss needs probabilities from 0 to 1, got {scored.predicted.min():g} to "
            f"{scored.predicted.max():g}; use rmse or mae for ratings"
        )
    positive = _is_positive(scored, "log_loss")
    tiny = np.finfo(np.float64).eps
    chance = np.clip(scored.predicted, tiny, 1 - tiny)
    return _user_means(scored, -np.log(np.where(positive, chance, 1 - chance)))


@metric(
    "rating",
    "rating_auc",
    reference="Hanley and McNeil 1982",
    undefined="the user's pairs are all positive or all negative",
)
def rating_auc(scored: Scored) -> FloatArray:
    """Each user's chance that a positive pair gets a higher score than a negative one; ties count half.

    The mean of these over users is not the AUC over all pairs; `rating_auc(scored.pooled())` is.

    Returns:
        (n,) values from 0 to 1, higher is better; NaN for a user whose pairs are not both positive and
        negative.

    Raises:
        DataError: If an actual value is neither 0 nor 1.

    >>> predicted, actual = np.array([0.9, 0.4, 0.4]), np.array([1.0, 1.0, 0.0])
    >>> rating_auc(Scored(user=np.zeros(3, int), predicted=predicted, actual=actual, n_users=1))
    array([0.75])
    """
    positive = _is_positive(scored, "rating_auc")
    order = np.lexsort((scored.predicted, scored.user))
    user, score = scored.user[order], scored.predicted[order]
    fresh = np.ones(user.size, np.bool_)
    fresh[1:] = (user[1:] != user[:-1]) | (score[1:] != score[:-1])
    tie = np.cumsum(fresh) - 1
    first = np.flatnonzero(fresh)
    middle = (first + np.append(first[1:], user.size) - 1) / 2
    pairs = np.bincount(user, minlength=scored.n_users)
    rank = middle[tie] - (np.cumsum(pairs) - pairs)[user] + 1
    positives = np.bincount(user, weights=positive[order], minlength=scored.n_users)
    rank_sum = np.bincount(user, weights=rank * positive[order], minlength=scored.n_users)
    won = rank_sum - positives * (positives + 1) / 2
    both = positives * (pairs - positives)
    return ratio(won, both)


def _user_means(scored: Scored, values: FloatArray) -> FloatArray:
    counts = np.bincount(scored.user, minlength=scored.n_users)
    sums = np.bincount(scored.user, weights=values, minlength=scored.n_users)
    return ratio(sums, counts)


def _is_positive(scored: Scored, name: str) -> BoolArray:
    wrong = scored.actual[(scored.actual != 0) & (scored.actual != 1)]
    if wrong.size:
        raise DataError(
            f"{name} needs actual values of 0 or 1, got {wrong[0]:g}; turn ratings into 0 and 1 first"
        )
    positive: BoolArray = scored.actual == 1
    return positive

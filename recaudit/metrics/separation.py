"""How well scores tell groups apart: the area under the ROC curve, within folds, of weighted users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.metrics.division import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.records import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedAuc:
    """Mean over groups of the chance that a member's score is above that of a user of another group.

    Only users of the same fold are compared, as scores of different folds come from different models. Each group
    counts the same, however large. Ties count half (Mann-Whitney).

    Attributes:
        scores: (n, g) the score of each user for each group.
        labels: (n,) the group of each user, 0 to g - 1.
        folds: (n,) the fold of each user.
    """

    scores: FloatArray
    labels: NDArray[np.intp]
    folds: NDArray[np.intp]

    def __call__(self, weights: FloatArray) -> FloatArray:
        """(..., n) weights of users, such as how often each was drawn, to (...) values from 0 to 1.

        NaN where a group has no pair.

        >>> made = FoldedAuc(scores=np.array([[3.0], [2.0], [1.0], [2.0]]), labels=np.array([0, 0, 1, 1]),
        ...                  folds=np.zeros(4, int))
        >>> made(np.ones(4))  # 3 is above both others, 2 above one and level with the other
        array(0.875)
        """
        groups = range(self.scores.shape[1])
        return np.asarray(np.mean([self._of_group(weights, group) for group in groups], axis=0))

    def _of_group(self, weights: FloatArray, group: int) -> FloatArray:
        wins: FloatArray = np.zeros(weights.shape[:-1])
        pairs: FloatArray = np.zeros(weights.shape[:-1])
        for fold in np.unique(self.folds):
            members = np.flatnonzero(self.folds == fold)
            order = members[np.argsort(self.scores[members, group], kind="stable")]
            values = self.scores[order, group]
            starts = np.flatnonzero(np.concatenate([[True], values[1:] > values[:-1]]))
            own = self.labels[order] == group
            drawn = weights[..., order]
            inside = np.add.reduceat(np.where(own, drawn, 0.0), starts, axis=-1)
            outside = np.add.reduceat(np.where(own, 0.0, drawn), starts, axis=-1)
            below = np.cumsum(outside, axis=-1) - outside
            wins += (inside * (below + outside / 2)).sum(axis=-1)
            pairs += inside.sum(axis=-1) * outside.sum(axis=-1)
        return ratio(wins, pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class AucDifference:
    """The AUC of one set of scores less that of another, for the same users."""

    first: FoldedAuc
    second: FoldedAuc

    def __call__(self, weights: FloatArray) -> FloatArray:
        """(..., n) weights of users to (...) differences."""
        return self.first(weights) - self.second(weights)

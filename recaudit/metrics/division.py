"""Division that gives NaN, not a warning, where there is nothing to divide by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.records import FloatArray


def ratio(numerator: NDArray[Any], denominator: NDArray[Any]) -> FloatArray:
    """Divide element by element; NaN where the denominator is not above 0.

    >>> ratio(np.array([1, 0]), np.array([4, 0]))
    array([0.25,  nan])
    """
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    result: FloatArray = np.full(shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result

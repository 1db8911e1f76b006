"""The words for intervals and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.reports.language import _
from recaudit.reports.numbers import decimal_places, show, show_limit

if TYPE_CHECKING:
    from recaudit.records import Estimate, Limit


def limit_words(limit: Limit | None) -> str:
    """Say what a limit asks, "" without one.

    >>> from recaudit.records import Limit
    >>> limit_words(Limit(high=0.05)), limit_words(Limit(low=0.8, high=1.25))
    ('at most 0.05', '0.8 to 1.25')
    """
    if limit is None:
        return ""
    if limit.low is not None and limit.high is not None:
        return range_words(show_limit(limit.low), show_limit(limit.high))
    if limit.low is not None:
        return _("at least {limit}").format(limit=show_limit(limit.low))
    return "" if limit.high is None else _("at most {limit}").format(limit=show_limit(limit.high))


def range_words(low: str, high: str) -> str:
    """Name two ends.

    >>> range_words("0.051", "0.117")
    '0.051 to 0.117'
    """
    return _("{low} to {high}").format(low=low, high=high)


def percent_words(share: float) -> str:
    """Write a level of confidence in percent.

    >>> percent_words(0.95), percent_words(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100 * share:.6g} %"


def confidence_words(confidence: float) -> str:
    """Name an interval by its confidence.

    >>> confidence_words(0.95)
    '95 % interval'
    """
    return _("{percent} interval").format(percent=percent_words(confidence))


def sure_words(confidence: float, ends: str) -> str:
    """Name an interval by its confidence, with its ends.

    >>> sure_words(0.95, "0.051 to 0.117")
    '95 % interval 0.051 to 0.117'
    """
    return _("{percent} interval {ends}").format(percent=percent_words(confidence), ends=ends)


def places_of(estimate: Estimate, limit: Limit | None) -> int:
    """Decimals for the numbers of an estimate, the same for the value and both ends."""
    borders = () if limit is None else (limit.low, limit.high)
    return decimal_places([estimate.value, estimate.low, estimate.high], against=borders)


def interval_words(estimate: Estimate, places: int) -> str:
    """Write an interval as "0.051 to 0.117", "" where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return range_words(show(estimate.low, places), show(estimate.high, places))

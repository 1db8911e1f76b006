"""What calls cost: tokens, money by the configuration's prices, and time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from recaudit.adapters.words import estimated_tokens
from recaudit.audit.config_tables import PriceTable
from recaudit.records import Answer, Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What all calls to one system took.

    Attributes:
        calls: Calls, retries not counted.
        retries: Tries beyond the first.
        tokens_in: Tokens sent, as the service counts them, None when it did not say for every call.
        tokens_out: Tokens written.
        cost: By the configuration's prices, None without prices.
        currency: Of the cost.
        seconds: Latency of one call: median, 95th and 99th percentile; empty without calls.
        request_seconds: The same of one request, which may take several calls after one another.
        throughput: Answers per second of asking, waiting and pauses between tries included; None where the time is
            not known, as for answers made elsewhere.
    """

    calls: int
    retries: int
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    currency: str
    seconds: tuple[float, ...]
    request_seconds: tuple[float, ...]
    throughput: float | None


def usage_of(answers: Collection[Answer], prices: PriceTable | None, *, asking: float | None) -> Usage:
    """Sum the calls behind answers.

    Args:
        answers: All of one system.
        prices: What its calls cost.
        asking: Seconds spent on asking, None where it is not known.
    """
    calls = [exchange for answer in answers for exchange in answer.exchanges]
    requests = [[call.seconds for call in answer.exchanges] for answer in answers if answer.exchanges]
    return Usage(
        calls=len(calls),
        retries=sum(call.attempts - 1 for call in calls),
        tokens_in=_total(call.tokens_in for call in calls),
        tokens_out=_total(call.tokens_out for call in calls),
        cost=None if prices is None else sum(cost_of(call, prices) for call in calls),
        currency="" if prices is None else prices.currency,
        seconds=_percentiles(call.seconds for call in calls),
        request_seconds=_percentiles(
            None if None in seconds else sum(second for second in seconds if second is not None)
            for seconds in requests
        ),
        throughput=len(answers) / asking if asking and answers else None,
    )


def _percentiles(seconds: Iterable[float | None]) -> tuple[float, ...]:
    known = [second for second in seconds if second is not None]
    return tuple(np.percentile(known, [50, 95, 99]).tolist()) if known else ()


def cost_of(call: Exchange, prices: PriceTable) -> float:
    """The price of one call; tokens that the service did not count are estimated from the text.

    >>> from recaudit.audit.config_tables import PriceTable
    >>> call = Exchange(prompt="x" * 40, text="", tokens_out=20)
    >>> cost_of(call, PriceTable(input=1.0, output=2.0, call=0.01))  # 10 and 20 tokens
    0.01005
    """
    sent = estimated_tokens(call.prompt) if call.tokens_in is None else call.tokens_in
    written = estimated_tokens(call.text) if call.tokens_out is None else call.tokens_out
    return price_of(sent, written, calls=1, prices=prices)


def price_of(tokens_in: float, tokens_out: float, *, calls: int, prices: PriceTable) -> float:
    """What so many tokens in so many calls cost."""
    return (tokens_in * prices.input + tokens_out * prices.output) / 1e6 + calls * prices.call


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)

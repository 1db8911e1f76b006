from __future__ import annotations

import pytest

from recaudit.audit.config_tables import PriceTable
from recaudit.audit.usage import usage_of
from recaudit.records import Answer, Exchange

PRICES = PriceTable(input=10.0, output=30.0, call=0.5, currency="EUR")


def answer(*calls: Exchange) -> Answer:
    return Answer(request="r", items=(), exchanges=calls)


def call(**changes: object) -> Exchange:
    fields = {
        "prompt": "p" * 8,
        "text": "t" * 4,
        "tokens_in": 100,
        "tokens_out": 10,
        "seconds": 1.0,
        **changes,
    }
    return Exchange(**fields)  # type: ignore[arg-type]


def test_calls_tokens_money_and_latency_are_summed() -> None:
    usage = usage_of(
        [answer(call(), call(seconds=3.0, attempts=3)), answer(), answer(call(seconds=2.0))],
        PRICES,
        asking=1.5,
    )
    assert (usage.calls, usage.retries, usage.tokens_in, usage.tokens_out) == (3, 2, 300, 30)
    assert usage.cost == pytest.approx(3 * 0.5 + (300 * 10 + 30 * 30) / 1e6)
    assert usage.currency == "EUR"
    assert usage.seconds == pytest.approx((2.0, 2.9, 2.98))
    assert usage.request_seconds == pytest.approx((3.0, 3.9, 3.98))  # 1 + 3 and 2
    assert usage.throughput == 2


def test_tokens_that_nobody_counted_are_unknown_and_still_cost() -> None:
    usage = usage_of([answer(call(tokens_in=None), call())], PRICES, asking=None)
    assert usage.tokens_in is None
    assert usage.tokens_out == 20
    assert usage.cost == pytest.approx(2 * 0.5 + ((2 + 100) * 10 + 20 * 30) / 1e6)


def test_a_system_without_calls_or_prices_costs_nothing_that_is_known() -> None:
    usage = usage_of([answer()], None, asking=None)
    assert (usage.calls, usage.tokens_in, usage.cost, usage.seconds, usage.throughput) == (
        0,
        0,
        None,
        (),
        None,
    )

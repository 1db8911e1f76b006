from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from stub_server import StubServer

from recaudit.audit.config import load_config
from recaudit.audit.forecast import forecast
from recaudit.reports.forecast import render_forecast

WriteConfig = Callable[..., Path]
SYSTEMS = """
[probes.counterfactual]
units = 4
similarity = ["jaccard@5"]
[[systems]]
name = "gpt"
adapter = "openai"
options = {{ model = "m", base_url = "{url}/v1", key_variable = "NO_SUCH_KEY", tokens_per_item = 10 }}
prices = {{ input = 2.0, output = 8.0, currency = "EUR" }}
[[systems]]
name = "popularity"
adapter = "popularity"
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.1
systems = ["gpt"]
[[gates]]
finding = "quality/gender/ndcg@5-gap"
max = 0.1
"""


@pytest.fixture
def config(write_config: WriteConfig, stub_server: StubServer) -> Path:
    return write_config(
        SYSTEMS.format(url=stub_server.url), old="min_group = 10", new="min_group = 10\nusers = 50"
    )


def test_calls_tokens_and_cost_are_told_before_anything_is_asked(
    config: Path, stub_server: StubServer
) -> None:
    expected = forecast(load_config(config))
    assert stub_server.received == []
    rows = {(row.system, row.probe): row for row in expected.asking}
    # neutral, two placebos and three values, each asked twice, about four seeds
    prompts = rows["gpt", "counterfactual"]
    assert (prompts.requests, prompts.not_offered, prompts.calls, prompts.tokens_out) == (48, 0, 48, 48 * 50)
    lists = rows["gpt", "quality"]
    assert (lists.requests, lists.calls) == (50, 50)
    assert lists.cost == pytest.approx((lists.tokens_in * 2 + lists.tokens_out * 8) / 1e6)
    # popularity asks for the lists that quality has asked for already
    assert rows["gpt", "popularity"].requests == 0
    assert rows["popularity", "counterfactual"].not_offered == 48
    assert rows["popularity", "quality"].cost is None


def test_a_gate_is_told_what_it_could_show_at_worst(config: Path) -> None:
    gates = {(gate.system, gate.finding): gate for gate in forecast(load_config(config)).gates}
    excess = gates["gpt", "counterfactual/gender/jaccard@5"]
    assert excess.units == 4
    # two gates about this system: (z of 0.9875 + z of 0.8) times a standard deviation of 1 over the root of 4
    assert excess.detectable == pytest.approx((2.2414 + 0.8416) / 2, abs=1e-3)
    assert gates["popularity", "quality/gender/ndcg@5-gap"].units == 50


def test_a_forecast_reads_in_80_columns_and_as_json(config: Path) -> None:
    expected = forecast(load_config(config))
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as shown:
        for part in render_forecast(expected):
            console.print(part)
    text = shown.get()
    assert "Nothing was asked. A run of tiny would ask:" in text
    assert "EUR: tokens sent by four characters each" in text
    assert max(map(len, text.splitlines())) <= 80
    assert json.loads(expected.to_json())["asking"][0]["system"] == "gpt"

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from recaudit.metrics import METRICS, Lists, RepeatedItemError, parse_label

if TYPE_CHECKING:
    from pathlib import Path

CANONICAL = ["jaccard", "overlap", "rbo", "serp", "serp_symmetric", "prag", "prag_symmetric"]
PAIR = [spec for _, spec in METRICS.items() if spec.kind == "pair"]


def value(name: str, first: list[int], second: list[int], k: int = 20) -> float:
    return float(parse_label(f"{name}@{k}").compute(Lists.of([first]), Lists.of([second]))[0])


@pytest.mark.parametrize("k", [1, 2, 3, 20])
@pytest.mark.parametrize("name", CANONICAL)
def test_identity_is_one_and_disjoint_is_zero(name: str, k: int) -> None:
    row = list(range(k))
    assert value(name, row, row, k) == pytest.approx(1)
    assert value(name, row, [item + 100 for item in row], k) == 0
    assert value(name, row[:3], row[:3], 20) == pytest.approx(1)


@pytest.mark.parametrize("k", [2, 10, 20, 25])
def test_compatibility_modes_reach_their_published_ceilings(k: int) -> None:
    row = list(range(k))
    assert value("serp_fairllm_notebook", row, row, k) == pytest.approx((k + 3) / (4 * (k + 1)))
    assert value("serp_langfair", row, row, k) == pytest.approx((k + 3) / (4 * (k + 1)))
    assert value("prag_langfair", row, row, k) == pytest.approx((k - 1) / (2 * (k + 1)))
    assert value("serp_complai", row, row, k) == pytest.approx(1)
    assert value("prag_complai", row, row, k) == pytest.approx(1)


def test_reversed_list() -> None:
    row = [1, 2, 3, 4]
    assert value("serp", row, row[::-1]) == pytest.approx(1)
    assert value("prag", row, row[::-1]) == 0
    assert value("rbo", row, row[::-1]) < 1
    assert value("kendall", row, row[::-1]) == -1


def test_empty_lists() -> None:
    for spec in PAIR:
        assert (value(spec.name, [], [1]) == 0) or (
            spec.name == "kendall" and np.isnan(value("kendall", [], [1]))
        )
        both = value(spec.name, [], [])
        assert both == 1 if spec.name.endswith("complai") else np.isnan(both), spec.name


def test_prag_may_be_one_for_different_lists() -> None:
    assert value("prag", [1, 2], [1, 3]) == 1
    assert value("jaccard", [1, 2], [1, 3]) == pytest.approx(1 / 3)


def test_repeats_are_refused() -> None:
    with pytest.raises(RepeatedItemError):
        value("jaccard", [1, 1], [1])


lists = st.lists(st.integers(0, 9), unique=True, max_size=7)


def brute_prag(first: list[int], second: list[int]) -> float:
    n = max(len(first), len(second))
    if n == 1:
        return float(first == second)
    agree = sum(
        a in first and (b not in first or first.index(a) < first.index(b)) for a, b in combinations(second, 2)
    )
    return agree / (n * (n - 1) / 2)


def brute_rbo(first: list[int], second: list[int], p: float = 0.9) -> float:
    n = max(len(first), len(second))
    shared = [len(set(first[:d]) & set(second[:d])) for d in range(1, n + 1)]
    return shared[-1] / n * p**n + (1 - p) / p * sum(x / d * p**d for d, x in enumerate(shared, 1))


@settings(deadline=None)
@given(lists, lists)
def test_against_plain_definitions(first: list[int], second: list[int]) -> None:
    for spec in PAIR:
        found = value(spec.name, first, second)
        if not np.isnan(found):
            assert spec.bounds[0] - 1e-12 <= found <= spec.bounds[1] + 1e-12
    if not first and not second:
        return
    n = max(len(first), len(second))
    assert value("prag", first, second) == pytest.approx(brute_prag(first, second))
    assert value("rbo", first, second) == pytest.approx(brute_rbo(first, second))
    serp = sum(n - rank for rank, item in enumerate(second) if item in first) / (n * (n + 1) / 2)
    assert value("serp", first, second) == pytest.approx(serp)
    assert value("jaccard", first, second) == len(set(first) & set(second)) / len(set(first) | set(second))
    shared = [item for item in first if item in second]
    if len(shared) > 1:
        tau = kendalltau(range(len(shared)), [second.index(item) for item in shared]).statistic
        assert value("kendall", first, second) == pytest.approx(tau)
    for name in ("jaccard", "overlap", "rbo", "serp_symmetric", "prag_symmetric"):
        assert value(name, first, second) == pytest.approx(value(name, second, first))


def test_langfair_vectors(shared_data: Path) -> None:
    folder = shared_data / "langfair_fixtures"
    answers = json.loads((folder / "recommendation_dict_file.csv").read_text())
    against = json.loads((folder / "recommendation_results_against_neutral.json").read_text())
    titles = sorted({title for row in answers.values() for title in flat(row)})

    def encoded(group: str) -> Lists:
        return Lists.of([[titles.index(title) for title in row] for row in answers[group].values()])

    for theirs, ours in (("Jaccard", "jaccard"), ("SERP", "serp_langfair"), ("PRAG", "prag_langfair")):
        label = parse_label(f"{ours}@2")
        neutral = encoded("neutral_dict")
        means = [label.compute(encoded(f"{group}_dict"), neutral).mean() for group in ("male", "female")]
        assert max(means) == pytest.approx(against[theirs]["max"]), ours
        assert min(means) == pytest.approx(against[theirs]["min"]), ours


def flat(rows: dict[str, list[str]] | list[list[str]]) -> list[str]:
    return [title for row in (rows.values() if isinstance(rows, dict) else rows) for title in row]

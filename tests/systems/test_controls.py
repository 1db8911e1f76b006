from __future__ import annotations

from collections import Counter

import pytest

from recaudit.datasets import AuditData
from recaudit.probes.lists import plan_lists
from recaudit.records import Recommender
from recaudit.systems.popularity import popularity
from recaudit.systems.random_items import random_items


@pytest.mark.parametrize("system", [popularity, random_items])
def test_controls_follow_the_contract_and_leave_the_history_out(tiny_data: AuditData, system) -> None:  # type: ignore[no-untyped-def]
    built = system(tiny_data)
    assert isinstance(built, Recommender)
    for request, answer in zip(
        requests := plan_lists(tiny_data, 10, 0), built.recommend(requests), strict=True
    ):
        assert answer.request == request.id
        assert len(answer.items) == 10
        assert not set(answer.items) & set(request.history)


def test_popularity_recommends_the_most_popular(tiny_data: AuditData) -> None:
    request = plan_lists(tiny_data, 40, 0)[0]
    [answer] = popularity(tiny_data).recommend([request])
    counts = Counter(tiny_data.interactions["item"].tolist())
    shown = [counts[item] for item in answer.items]
    assert shown == sorted(shown, reverse=True)


def test_random_covers_the_catalogue_and_repeats_only_with_the_same_seed(tiny_data: AuditData) -> None:
    built = random_items(tiny_data)
    first = [answer.items for answer in built.recommend(plan_lists(tiny_data, 10, 0))]
    assert [answer.items for answer in built.recommend(plan_lists(tiny_data, 10, 0))] == first
    assert [answer.items for answer in built.recommend(plan_lists(tiny_data, 10, 1))] != first
    assert len({item for items in first for item in items}) > 35

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.probes.lists import plan_lists
from recaudit.records import Recommender, Request
from recaudit.systems.language.generated_ids import GeneratedIds, Indexing, generated_ids

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

SMALL: dict[str, Any] = {"base": 6, "width": 32, "layers": 1, "steps": 120, "batch": 16, "history": 5}


@pytest.fixture(scope="module")
def system(tasteful: AuditData) -> GeneratedIds:
    built = generated_ids(tasteful, **SMALL)
    assert isinstance(built, GeneratedIds)
    return built


@pytest.mark.parametrize("indexing", ["sequential", "collaborative"])
def test_lists_are_of_the_catalogue_without_the_history_and_repeat(
    tasteful: AuditData, indexing: Indexing
) -> None:
    built = generated_ids(tasteful, indexing=indexing, **(SMALL | {"steps": 5}))
    assert isinstance(built, Recommender)
    assert built.card.quadrant == "tuned, no CRM"
    requests = plan_lists(tasteful, 10, 0)[:10]
    answers = list(built.recommend(requests))
    for request, answer in zip(requests, answers, strict=True):
        assert len(answer.items) == 10
        assert set(answer.items) <= set(tasteful.items.index) - set(request.history)
        assert answer.scores is not None
        assert list(answer.scores) == sorted(answer.scores, reverse=True)
    again = generated_ids(tasteful, indexing=indexing, **(SMALL | {"steps": 5}))
    assert [answer.items for answer in again.recommend(requests)] == [answer.items for answer in answers]


def test_wide_beams_and_candidates_give_the_same_order_and_chances_that_sum_to_less_than_one(
    tasteful: AuditData, system: GeneratedIds
) -> None:
    history = tuple(tasteful.histories()[0])
    rest = tuple(item for item in tasteful.items.index.tolist() if item not in history)
    base = {"unit": 0, "arm": "list", "user": 0, "history": history, "k": len(rest)}
    [listed] = replace(system, beams=100).recommend([Request(**base)])
    [scored] = system.recommend([Request(**base, candidates=rest)])
    assert listed.scores is not None
    assert scored.scores is not None
    assert set(listed.items) == set(scored.items)
    assert listed.scores == pytest.approx(scored.scores, abs=1e-4)
    assert sum(map(math.exp, scored.scores)) < 1


def test_training_learns_taste(tasteful: AuditData, system: GeneratedIds) -> None:
    untrained = generated_ids(tasteful, **(SMALL | {"steps": 1}))

    def share(built: Recommender) -> float:
        """Of the first five items, those of the genre that the user takes most."""
        requests = plan_lists(tasteful, 5, 0)
        shares = []
        for request, answer in zip(requests, built.recommend(requests), strict=True):
            favourite = np.bincount([int(item) % 3 for item in request.history]).argmax()
            shares.append(np.mean([int(item) % 3 == favourite for item in answer.items]))
        return float(np.mean(shares))

    assert share(system) > share(untrained) + 0.2


def test_the_order_of_the_history_matters(tasteful: AuditData, system: GeneratedIds) -> None:
    requests = plan_lists(tasteful, 5, 0)
    turned = [replace(request, history=request.history[::-1]) for request in requests]
    first = [answer.items for answer in system.recommend(requests)]
    assert first != [answer.items for answer in system.recommend(turned)]


def test_an_empty_history_is_answered(system: GeneratedIds) -> None:
    [answer] = system.recommend([Request(unit=0, arm="list", user=0, history=(), k=5)])
    assert len(answer.items) == 5


def test_bad_input_is_told(tasteful: AuditData) -> None:
    with pytest.raises(InputError, match="choose 'sequential' or 'collaborative'"):
        generated_ids(tasteful, indexing="random")  # type: ignore[arg-type]
    one = replace(tasteful, interactions=tasteful.interactions[tasteful.interactions["user"] == 0])
    with pytest.raises(InputError, match="1 of 1 users"):
        generated_ids(one)

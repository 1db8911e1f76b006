from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recaudit.adapters.language.recommender import LanguageRecommender
from recaudit.adapters.language.weights import smollm2
from recaudit.datasets import AuditData, split_last
from recaudit.datasets.movielens import movielens_100k
from recaudit.errors import InputError, PrerequisiteError
from recaudit.records import Request
from recaudit.systems.language.examples import questions, training_histories
from recaudit.systems.language.yes_no import yes_no

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")
pytest.importorskip("peft", reason="needs the extra 'local'")


@pytest.fixture
def options(tiny_llama: Path) -> dict[str, Any]:
    return {"weights": str(tiny_llama), "layers": 2, "examples": 12, "batch": 4, "learning_rate": 0.01}


def requests_of(data: AuditData, users: int) -> list[Request]:
    """Each user's last item beside four others that the user has not had."""
    rng = np.random.default_rng(1)
    histories = data.histories()
    found = []
    for user in list(histories)[:users]:
        *before, last = histories[user]
        others = [item for item in data.items.index.tolist() if item not in histories[user]]
        candidates = (last, *rng.choice(others, 4, replace=False).tolist())
        found.append(
            Request(unit=user, arm="list", user=user, history=tuple(before), candidates=candidates, k=5)
        )
    return found


def test_half_of_the_prompts_are_about_last_items_the_others_about_items_not_had(tasteful: AuditData) -> None:
    histories = training_histories(tasteful, "yes-no")
    asked = questions(histories, 40, np.random.default_rng(0))
    assert sum(liked for _, _, liked in asked) == 20
    by_history = {tuple(codes[:-1].tolist()): set(codes.tolist()) for codes in histories.codes}
    for before, item, liked in asked:
        whole = by_history[tuple(before)]
        assert (item in whole - set(before)) == liked
        assert liked == (item in whole)


def test_quadrants_and_offers(tasteful: AuditData, options: dict[str, Any]) -> None:
    frozen, tuned = yes_no(tasteful, tuned=False, **options), yes_no(tasteful, **options)
    assert (frozen.card.quadrant, tuned.card.quadrant) == ("frozen, no CRM", "tuned, no CRM")
    assert "candidates" in tuned.offers
    assert "lists" not in tuned.offers
    requests = requests_of(tasteful, 3)
    before, after = (list(built.recommend(requests)) for built in (frozen, tuned))
    assert [answer.scores for answer in before] != [answer.scores for answer in after]


def test_a_seed_repeats_and_another_does_not(
    tasteful: AuditData, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = requests_of(tasteful, 3)

    def scores(place: str, seed: int) -> list[Any]:
        monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / place))
        built = yes_no(tasteful, seed=seed, **options)
        return [answer.scores for answer in built.recommend(requests)]

    first = scores("one", 0)
    assert scores("one", 0) == first
    assert scores("two", 0) == first
    assert scores("three", 1) != first


def test_the_card_says_how_it_was_tuned(tasteful: AuditData, options: dict[str, Any]) -> None:
    built = yes_no(tasteful, **(options | {"examples": 4}))
    assert isinstance(built, LanguageRecommender)
    assert built.card.settings["tuning: examples"] == "4"
    assert built.card.settings["task"] == "pointwise"


def test_bad_input_is_told(
    tasteful: AuditData, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="layers = 9; the model has 2"):
        yes_no(tasteful, **(options | {"layers": 9}))
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(PrerequisiteError, match=r"needs the package peft.*recaudit\[local\]"):
        yes_no(tasteful, **options)


@pytest.mark.slow
@pytest.mark.llm
def test_real_weights_are_tuned(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECAUDIT_CACHE")
    try:
        weights = str(smollm2())
    except PrerequisiteError as error:
        pytest.skip(str(error))
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path))
    data = split_last(movielens_100k(shared_data / "movielens-100k"), 5)
    requests = requests_of(data, 2)
    frozen = yes_no(data, tuned=False, weights=weights)
    tuned = yes_no(data, weights=weights, examples=8, layers=2, batch=4)
    assert tuned.card.llm_parameters == frozen.card.llm_parameters
    before, after = (list(built.recommend(requests)) for built in (frozen, tuned))
    assert [answer.scores for answer in after] != [answer.scores for answer in before]
    for answer in after:
        assert answer.problem is None
        assert len(answer.items) == 5

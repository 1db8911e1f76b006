from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit.datasets import AuditData, split_last
from recaudit.datasets.movielens import movielens_100k
from recaudit.errors import InputError, PrerequisiteError
from recaudit.probes.lists import plan_lists
from recaudit.records import Recommender, Request
from recaudit.systems import minilm as minilm_code
from recaudit.systems.language.bi_encoder import bi_encoder

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")


@pytest.fixture
def options(tiny_bert: Path) -> dict[str, Any]:
    return {"weights": str(tiny_bert), "steps": 60, "batch": 16, "learning_rate": 1e-2, "temperature": 0.1}


def test_tuning_brings_held_out_items_forward(
    tasteful: AuditData,
    options: dict[str, Any],
    rank_of_held_out: Callable[[Recommender, AuditData], float],
) -> None:
    frozen = bi_encoder(tasteful, tuned=False, **options)
    tuned = bi_encoder(tasteful, **options)
    assert frozen.card.quadrant == "frozen, no CRM"
    assert tuned.card.quadrant == "tuned, no CRM"
    assert rank_of_held_out(tuned, tasteful) < rank_of_held_out(frozen, tasteful) - 2


def test_a_seed_repeats_and_the_order_of_the_history_matters(
    tasteful: AuditData, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = plan_lists(tasteful, 10, 0)[:10]
    turned = [replace(request, history=request.history[::-1]) for request in requests]
    first = bi_encoder(tasteful, **options)
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path))
    again = bi_encoder(tasteful, **options)
    scores = [answer.scores for answer in first.recommend(requests)]
    assert [answer.scores for answer in again.recommend(requests)] == scores
    assert [answer.scores for answer in first.recommend(turned)] != scores


def test_candidates_and_an_empty_history_are_answered(tasteful: AuditData, options: dict[str, Any]) -> None:
    built = bi_encoder(tasteful, tuned=False, **options)
    request = Request(unit=0, arm="list", user=0, history=(), candidates=(4, 2, 9), k=3)
    [answer] = built.recommend([request])
    assert set(answer.items) == {4, 2, 9}


def test_bad_input_is_told(
    tasteful: AuditData, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    untitled = tasteful.items.assign(title=tasteful.items["title"].where(tasteful.items.index != 7))
    with pytest.raises(
        InputError, match=r"1 of 60 items of .* have no title, such as 7; the system 'bi-encoder'"
    ):
        bi_encoder(replace(tasteful, items=untitled), **options)
    with pytest.raises(InputError, match="no model at nowhere"):
        bi_encoder(tasteful, weights="nowhere")
    with pytest.raises(InputError, match="has 2 layers; tune 1 to 2 of them, not 5"):
        bi_encoder(tasteful, **options, layers=5)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(PrerequisiteError, match=r"recaudit\[local\]"):
        bi_encoder(tasteful, **options)


@pytest.mark.slow
@pytest.mark.llm
def test_real_weights_know_films_by_their_text(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECAUDIT_CACHE")
    try:
        minilm_code.minilm()
    except PrerequisiteError as error:
        pytest.skip(str(error))
    data = split_last(movielens_100k(shared_data / "movielens-100k"), 5)
    few = replace(data, items=data.items.iloc[:250], interactions=_of(data, 250), truth=data.truth.iloc[:0])
    built = bi_encoder(few, tuned=False)
    titles = few.items["title"]
    trek = titles[titles.str.startswith("Star Trek")].index.tolist()
    [answer] = built.recommend([Request(unit=1, arm="list", user=1, history=(trek[0],), k=5)])
    assert set(trek[1:]) & set(answer.items)


def _of(data: AuditData, items: int) -> Any:
    return data.interactions[data.interactions["item"].isin(data.items.index[:items])]

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Recommender
from recaudit.systems.popularity import popularity
from recaudit.systems.sequential.text_ranker import tuned_text_ranker

if TYPE_CHECKING:
    from conftest import Ask

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")
pytest.importorskip("transformers", reason="needs transformers: pip install 'recaudit[local]'")

SMALL: dict[str, Any] = {"epochs": 15, "steps": 10, "items_per_step": 12, "negatives": 10}


@pytest.fixture(scope="module")
def system(ring: AuditData, tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECAUDIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        return tuned_text_ranker(ring, weights=tiny_encoder, **SMALL)


def test_learns_what_comes_next(
    ring: AuditData, system: Recommender, hits: Callable[[Recommender], float]
) -> None:
    assert hits(system) > 2 * hits(popularity(ring))


def test_is_tuned_and_conventional_models_take_part(system: Recommender, tiny_encoder: str) -> None:
    assert system.card.quadrant == "tuned, with CRM"
    assert system.card.llm == Path(tiny_encoder).name
    assert float(system.card.settings["weight of text"]) > 0


def test_ranks_candidates_by_history(system: Recommender, ask: Ask) -> None:
    request = ask(0, k=5, candidates=(7, 3, 11))
    [answer, other] = system.recommend([request, replace(request, history=(5, 6))])
    assert sorted(answer.items) == [3, 7, 11]
    assert answer.scores != other.scores


def test_a_seed_repeats(
    ring: AuditData, tiny_encoder: str, ask: Ask, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scores(folder: str) -> tuple[float, ...] | None:
        monkeypatch.setenv("RECAUDIT_CACHE", str(own_cache / folder))
        few = {**SMALL, "epochs": 1, "steps": 1}
        [answer] = tuned_text_ranker(ring, weights=tiny_encoder, **few).recommend([ask(0)])
        return answer.scores

    assert scores("a") == scores("b")


def test_histories_that_cannot_be_shortened_are_refused(ring: AuditData, tiny_encoder: str) -> None:
    with pytest.raises(InputError, match="no user has more than 20 interactions"):
        tuned_text_ranker(ring, weights=tiny_encoder, held_back=20)


def test_a_ranker_needs_negatives(ring: AuditData, tiny_encoder: str) -> None:
    with pytest.raises(InputError, match="negatives is 0; give 1 or more"):
        tuned_text_ranker(ring, weights=tiny_encoder, negatives=0)

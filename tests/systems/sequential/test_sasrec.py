from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError, PrerequisiteError
from recaudit.records import Recommender
from recaudit.systems.popularity import popularity
from recaudit.systems.sequential.sasrec import sasrec

if TYPE_CHECKING:
    from conftest import Ask

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")

SMALL: dict[str, Any] = {
    "dimensions": 16,
    "layers": 1,
    "history": 8,
    "learning_rate": 0.02,
    "epochs": 30,
    "dropout": 0.0,
}


@pytest.fixture(scope="module")
def system(ring: AuditData, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECAUDIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        return sasrec(ring, **SMALL)


def test_learns_what_comes_next(
    ring: AuditData, system: Recommender, hits: Callable[[Recommender], float]
) -> None:
    assert hits(system) > 0.8
    assert hits(popularity(ring)) < 0.3


def test_is_conventional(system: Recommender) -> None:
    assert system.card.quadrant == "conventional"
    assert system.offers == {"lists", "candidates"}


def test_ranks_candidates_alone(system: Recommender, ask: Ask) -> None:
    request = ask(0, k=5, candidates=(7, 3, 11))
    [answer] = system.recommend([request])
    assert sorted(answer.items) == [3, 7, 11]
    assert answer.scores is not None
    assert list(answer.scores) == sorted(answer.scores, reverse=True)


def test_the_order_of_the_history_matters(system: Recommender, ask: Ask) -> None:
    request = ask(0)
    turned = replace(request, history=request.history[::-1])
    [first, second] = system.recommend([request, turned])
    assert first.items != second.items


def test_only_the_newest_items_are_seen(system: Recommender, ask: Ask) -> None:
    request = replace(ask(0, candidates=tuple(range(24))), history=(1, 2, 3, 4, 5, 6, 7, 8))
    longer = replace(request, history=(20, 21, *request.history))
    [first, second] = system.recommend([request, longer])
    assert first.scores == second.scores


def test_an_empty_history_is_answered(system: Recommender, ask: Ask) -> None:
    [answer] = system.recommend([replace(ask(0), history=())])
    assert len(answer.items) == 3


def test_a_seed_repeats_and_another_differs(
    ring: AuditData, ask: Ask, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scores(folder: str, seed: int) -> tuple[float, ...] | None:
        monkeypatch.setenv("RECAUDIT_CACHE", str(own_cache / folder))
        [answer] = sasrec(ring, **{**SMALL, "epochs": 2}, seed=seed).recommend([ask(0)])
        return answer.scores

    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    assert scores("a", 0) == scores("b", 0)
    assert scores("a", 1) != scores("a", 0)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


def test_held_out_truth_is_not_seen(ring: AuditData, ask: Ask) -> None:
    emptied = replace(ring, truth=ring.truth.iloc[:0])
    few = {**SMALL, "epochs": 1}
    [[first], [second]] = [sasrec(data, **few).recommend([ask(0)]) for data in (ring, emptied)]
    assert first.scores == second.scores


def test_one_user_with_one_interaction_is_enough(ring: AuditData, ask: Ask) -> None:
    alone = replace(ring, interactions=ring.interactions.iloc[:1])
    [answer] = sasrec(alone, **{**SMALL, "epochs": 1}).recommend([ask(0)])
    assert len(answer.items) == 3


def test_bad_input_is_refused(ring: AuditData) -> None:
    with pytest.raises(InputError, match="no training interactions"):
        sasrec(replace(ring, interactions=ring.interactions.iloc[:0]))
    with pytest.raises(InputError, match="3 heads cannot share 16 dimensions"):
        sasrec(ring, dimensions=16, heads=3)
    with pytest.raises(InputError, match="history is 0; give 1 or more"):
        sasrec(ring, history=0)
    with pytest.raises(InputError, match="dropout is 1; give a share from 0 to below 1"):
        sasrec(ring, dropout=1.0)


def test_training_that_was_damaged_is_repeated(ring: AuditData, ask: Ask, own_cache: Path) -> None:
    few = {**SMALL, "epochs": 1}
    [first] = sasrec(ring, **few).recommend([ask(0)])
    [folder] = (own_cache / "systems").iterdir()
    (folder / "network.npz").write_bytes(b"damaged")
    [second] = sasrec(ring, **few).recommend([ask(0)])
    assert first.scores == second.scores


def test_says_how_to_get_torch(ring: AuditData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(PrerequisiteError, match=r"'sasrec' needs the package torch.*recaudit\[local\]"):
        sasrec(ring)

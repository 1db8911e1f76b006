from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.datasets import AuditData
from recaudit.errors import InputError, UnknownNameError
from recaudit.records import Recommender
from recaudit.systems.popularity import popularity
from recaudit.systems.sequential import text_tuning
from recaudit.systems.sequential.text_tuning import Tune
from recaudit.systems.sequential.tuned_text import tuned_text_sasrec

if TYPE_CHECKING:
    from conftest import Ask

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")
pytest.importorskip("transformers", reason="needs transformers: pip install 'recaudit[local]'")

SMALL: dict[str, Any] = {
    "dimensions": 16, "layers": 1, "history": 8, "learning_rate": 0.02, "epochs": 20, "dropout": 0.0,
    "steps": 30, "items_per_step": 12, "encoder_rate": 0.001,
}  # fmt: skip
WAYS: list[Tune] = ["layers", "full"]


@pytest.mark.parametrize("tune", WAYS)
def test_learns_what_comes_next(
    tune: Tune, ring: AuditData, tiny_encoder: str, hits: Callable[[Recommender], float]
) -> None:
    system = tuned_text_sasrec(ring, tune=tune, weights=tiny_encoder, **SMALL)
    assert hits(system) > 2 * hits(popularity(ring))
    assert system.card.quadrant == "tuned, with CRM"
    assert system.card.llm == Path(tiny_encoder).name
    assert system.card.settings["tune"] == tune


@pytest.mark.parametrize("tune", WAYS)
def test_ranks_candidates_and_repeats_with_a_seed(
    tune: Tune, ring: AuditData, tiny_encoder: str, ask: Ask, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(0, k=5, candidates=(7, 3, 11))

    def answer(folder: str, **options: float) -> tuple[float, ...] | None:
        monkeypatch.setenv("RECAUDIT_CACHE", str(own_cache / folder))
        chosen = {**SMALL, "epochs": 1, "steps": 3, **options}
        [answer] = tuned_text_sasrec(ring, tune=tune, weights=tiny_encoder, **chosen).recommend([request])
        assert sorted(answer.items) == [3, 7, 11]
        return answer.scores

    assert answer("a") == answer("b")
    assert answer("a", seed=1) != answer("a")
    assert answer("a", encoder_rate=0.0) != answer("a")  # what the encoder learns reaches the scores


def test_tuning_all_weights_takes_fewer_steps_unless_told(
    ring: AuditData, tiny_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_tuning, "tune", lambda *_, **__: None)

    def sizes(**options: Any) -> tuple[str, str]:
        chosen = {"epochs": 0, "epochs_after": 0, **options}
        settings = tuned_text_sasrec(ring, weights=tiny_encoder, **chosen).card.settings
        return settings["steps"], settings["items_per_step"]

    assert sizes(tune="layers") == ("200", "64")
    assert sizes(tune="full") == ("150", "16")
    assert sizes(tune="full", steps=3, items_per_step=5) == ("3", "5")


def test_more_layers_than_there_are_cannot_be_tuned(ring: AuditData, tiny_encoder: str) -> None:
    with pytest.raises(InputError, match="has 2 layers; tune 1 to 2 of them, not 3"):
        tuned_text_sasrec(ring, weights=tiny_encoder, tuned_layers=3)


def test_unknown_ways_are_refused(ring: AuditData) -> None:
    with pytest.raises(UnknownNameError, match="known: full, layers"):
        tuned_text_sasrec(ring, tune="head")  # type: ignore[arg-type]


def test_a_step_must_read_something(ring: AuditData, tiny_encoder: str) -> None:
    with pytest.raises(InputError, match="items_per_step is 0; give 1 or more"):
        tuned_text_sasrec(ring, weights=tiny_encoder, items_per_step=0)

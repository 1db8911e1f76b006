"""A conventional ranker of which one feature is the score of a tuned reader of texts."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Recommender, Request
from recaudit.systems import click_ranker, ranking_features
from recaudit.systems.kept import kept
from recaudit.systems.sequential import text_tuning, tuned_text
from recaudit.systems.sequential.training import check_sizes
from recaudit.systems.sequential.tuned_text import tuned_text_sasrec

NAME = "tuned-text-ranker"
CODE = (*tuned_text.CODE, tuned_text, ranking_features, click_ranker)
COEFFICIENTS = "coefficients.npy"


def tuned_text_ranker(
    data: AuditData,
    *,
    tune: text_tuning.Tune = "layers",
    tuned_layers: int = 1,
    steps: int | None = None,
    items_per_step: int | None = None,
    weights: str | None = None,
    epochs: int = 6,
    epochs_after: int = 3,
    held_back: int = 2,
    negatives: int = 50,
    seed: int = 0,
) -> Recommender:
    """Click prediction by logistic regression over popularity, item neighbours and the score of a tuned text reader.

    The idea of language models as feature encoders of a click-through model (arXiv 2306.05817, section 3.2), small.
    The last `held_back` interactions of each user are held back while the features are made; the ranker learns to
    tell them from items that the user has not had. The score of the text reader is that of `tuned_text_sasrec`,
    trained without what is held back; popularity and neighbours are counted anew with it afterwards.

    Args:
        data: What to train on; every item needs a title. Held-out truth is not seen.
        tune: "layers" for the last layers of the encoder, "full" for all its weights.
        tuned_layers: How many layers are the last ones (layers).
        steps: Steps in which the encoder learns; 200 without it, 150 if all its weights are tuned.
        items_per_step: Texts that are read again in each step; 64 without it, 16 if all weights are tuned.
        weights: A folder made by `save_pretrained`; all-MiniLM-L6-v2 without it, fetched once (84 MB).
        epochs: Passes over the data before the encoder learns.
        epochs_after: Passes over the data after it has learnt.
        held_back: Last interactions of each user that the ranker learns from.
        negatives: Random items for each of them.
        seed: One thread, so that a seed repeats exactly.

    Raises:
        PrerequisiteError: If torch or transformers is not installed, or the weights cannot be fetched.
        InputError: If no user has more than `held_back` interactions, an item has no title, or options do not fit.
    """
    check_sizes(held_back=held_back, negatives=negatives)
    before = click_ranker.without_the_last(data, held_back)
    reader = tuned_text_sasrec(
        before,
        tune=tune,
        tuned_layers=tuned_layers,
        steps=steps,
        items_per_step=items_per_step,
        weights=weights,
        epochs=epochs,
        epochs_after=epochs_after,
        seed=seed,
    )

    def train(folder: Path) -> None:
        features = ranking_features.ranking_features(before, reader.score)
        np.save(folder / COEFFICIENTS, click_ranker.fitted(before, features, negatives, seed))

    sizes = {"held_back": held_back, "negatives": negatives, "seed": seed}
    options = {**sizes, "reader": dict(reader.card.settings), "version": reader.card.version}
    folder = kept(NAME, data, options, (*CODE, sys.modules[__name__]), train)
    coefficients: FloatArray = np.load(folder / COEFFICIENTS)
    features = ranking_features.ranking_features(data, reader.score)

    def score(request: Request) -> FloatArray:
        scores: FloatArray = features.of(request) @ coefficients
        return scores

    card = replace(
        reader.card,
        reads=None,
        name=f"{NAME} ({tune})",
        description="Logistic regression over popularity, item neighbours and the score of a tuned reader of texts.",
        settings={
            **reader.card.settings,
            **{name: str(size) for name, size in sizes.items()},
            **click_ranker.shown(coefficients),
        },
    )
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)

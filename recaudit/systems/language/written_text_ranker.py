"""A conventional ranker of which one feature comes from what a language model wrote about the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import FloatArray, Recommender, Request
from recaudit.systems import click_ranker
from recaudit.systems.item_texts import item_titles
from recaudit.systems.language.backend import language_model
from recaudit.systems.language.written_texts import written_texts
from recaudit.systems.ranking_features import ranking_features

NAME = "written-text-ranker"

MOST_COMMON = 0.5
"""Words in more than this share of the texts say nothing about an item."""


def written_text_ranker(
    data: AuditData,
    *,
    adapter: str = "local",
    options: Mapping[str, Any] | None = None,
    tokens: int = 40,
    held_back: int = 2,
    negatives: int = 50,
    seed: int = 0,
) -> Recommender:
    """Logistic regression over popularity, item neighbours and the words that a language model wrote about items.

    The idea of features written by a language model for a conventional one (KAR, arXiv 2306.10933; GENRE, arXiv
    2305.06566), small: the model says in a sentence what each item is about, once; the words of those sentences,
    weighted by how rare they are (TF-IDF), say how alike an item and a history are. No language model runs when lists
    are asked for. Quadrant: frozen, with CRM.

    Args:
        data: What to train on; every item needs a title. Held-out truth is not seen.
        adapter: The language model: "local", "openai" or "transformers". Each item takes one call, the first time.
        options: Its options, without the task.
        tokens: Most tokens of a sentence.
        held_back: Last interactions of each user that the ranker learns from.
        negatives: Random items for each of them.
        seed: Of the negatives.

    Raises:
        PrerequisiteError: If the language model needs a package that is not installed.
        SystemFailureError: If the language model answers no call.
        InputError: If the adapter is no language model, an item has no title, or nobody has enough interactions.
    """
    for name, size in {"tokens": tokens, "held_back": held_back, "negatives": negatives}.items():
        if size < 1:
            raise InputError(f"{name} is {size}; give 1 or more")
    titles = item_titles(data, NAME)
    before = click_ranker.without_the_last(data, held_back)
    language = language_model(data, adapter, {**(options or {}), "task": "generate"})
    written = written_texts(language, titles, tokens=tokens)
    alike = likeness(written.texts, data.items.index)
    coefficients = click_ranker.fitted(before, ranking_features(before, alike), negatives, seed)
    features = ranking_features(data, alike)

    def score(request: Request) -> FloatArray:
        scores: FloatArray = features.of(request) @ coefficients
        return scores

    card = replace(
        language.card,
        reads=None,
        name=f"{NAME} ({language.card.name})",
        crm_at_inference=True,
        description="Logistic regression over popularity, item neighbours and words that a language model wrote about "
        "the items.",
        settings={
            **language.model.settings,
            "prompt": written.prompt,
            "tokens": str(tokens),
            "items without a text": str(written.failed),
            "held_back": str(held_back),
            "negatives": str(negatives),
            "seed": str(seed),
            **click_ranker.shown(coefficients),
        },
    )
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)


def likeness(texts: Sequence[str], catalogue: pd.Index[Any]) -> Any:
    """How alike each item's text is to those of a history: the mean cosine of TF-IDF vectors.

    Args:
        texts: One per item, in the order of the catalogue; an empty one is like none.
        catalogue: Item ids.

    Returns:
        A function of a request that gives (n_items,) values from 0 to 1.

    Raises:
        InputError: If no word is in two texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        vectors = TfidfVectorizer(min_df=2, max_df=MOST_COMMON, sublinear_tf=True).fit_transform(texts)
    except ValueError as error:
        raise InputError(
            f"no word is in two of the {len(texts):,} texts that were written about the items; "
            "try another model or more tokens"
        ) from error

    def of(request: Request) -> FloatArray:
        codes = catalogue.get_indexer(pd.Index(request.history))
        codes = codes[codes >= 0]
        if not len(codes):
            return np.zeros(len(texts))
        profile = np.asarray(vectors[codes].mean(axis=0)).ravel()
        return np.asarray(vectors @ profile, dtype=np.float64)

    return of

"""Matrix factorisation and neighbourhood models of the package `implicit`, trained on the training split."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from recaudit.adapters.scoring import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.errors import InputError, PrerequisiteError
from recaudit.records import FloatArray, Recommender, Request, SystemCard

ModelName: TypeAlias = Literal["als", "bpr", "item-knn"]

RowScorer: TypeAlias = Callable[[int], FloatArray]
"""Maps a user's row to (n_items,) scores; an item scored -inf is never recommended."""

_DESCRIPTIONS: dict[str, str] = {
    "als": "Weighted matrix factorisation by alternating least squares (implicit).",
    "bpr": "Matrix factorisation with Bayesian personalised ranking (implicit).",
    "item-knn": "Item-based nearest neighbours with cosine similarity (implicit).",
}


def implicit_model(
    data: AuditData,
    *,
    model: ModelName,
    factors: int = 64,
    iterations: int = 15,
    regularization: float = 0.01,
    learning_rate: float = 0.05,
    neighbours: int = 50,
    seed: int = 0,
) -> Recommender:
    """ALS, BPR or item-kNN; every training interaction counts as one, whatever its rating.

    Args:
        data: What to train on; held-out truth is not seen.
        model: "als", "bpr" or "item-knn".
        factors: Latent dimensions (als, bpr).
        iterations: Passes over the data (als, bpr).
        regularization: L2 penalty (als, bpr).
        learning_rate: Step size (bpr).
        neighbours: Similar items kept per item (item-knn).
        seed: Of the initial factors and of sampling; one thread, so that a seed repeats exactly.
    """
    if model not in _DESCRIPTIONS:
        raise InputError(f"implicit has no model '{model}' here; choose from {', '.join(_DESCRIPTIONS)}")
    matrix = _interaction_matrix(data)
    if model == "item-knn":
        score_row = _neighbourhood_scorer(matrix, neighbours)
    else:
        settings = {"factors": factors, "iterations": iterations, "regularization": regularization}
        if model == "bpr":
            settings["learning_rate"] = learning_rate
        score_row = _factor_scorer(matrix, model, {**settings, "random_state": seed, "num_threads": 1})
    rows = {user: row for row, user in enumerate(data.users.index.tolist())}

    def score(request: Request) -> FloatArray:
        return score_row(rows[request.user])

    card = SystemCard(name=model, version=_implicit_version(), description=_DESCRIPTIONS[model])
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)


def _interaction_matrix(data: AuditData) -> csr_matrix[Any]:
    rows = data.users.index.get_indexer(pd.Index(data.interactions["user"]))
    columns = data.items.index.get_indexer(pd.Index(data.interactions["item"]))
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_matrix((ones, (rows, columns)), shape=(len(data.users), len(data.items)))


def _factor_scorer(matrix: csr_matrix[Any], model: str, settings: dict[str, Any]) -> RowScorer:
    _require_implicit()
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.cpu.bpr import BayesianPersonalizedRanking
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        fitted = (AlternatingLeastSquares if model == "als" else BayesianPersonalizedRanking)(**settings)
        fitted.fit(matrix, show_progress=False)
    users, items = fitted.user_factors, fitted.item_factors
    return lambda row: np.asarray(items @ users[row], dtype=np.float64)


def _neighbourhood_scorer(matrix: csr_matrix[Any], neighbours: int) -> RowScorer:
    _require_implicit()
    from implicit.nearest_neighbours import CosineRecommender
    from implicit.utils import ParameterWarning

    fitted = CosineRecommender(K=neighbours, num_threads=1)
    with warnings.catch_warnings():
        # implicit warns about the format of its own intermediate matrix
        warnings.simplefilter("ignore", ParameterWarning)
        fitted.fit(matrix, show_progress=False)
    similarity = fitted.similarity.T.tocsr()

    def score(row: int) -> FloatArray:
        summed = np.asarray((matrix[row] @ similarity).todense(), dtype=np.float64).ravel()
        return np.where(summed > 0, summed, -np.inf)

    return score


def _require_implicit() -> None:
    try:
        import implicit  # noqa: F401
    except ModuleNotFoundError as error:
        raise PrerequisiteError(
            "the adapter 'implicit' needs the package implicit, which is not installed; "
            "run: pip install 'recaudit[classic]'"
        ) from error


def _implicit_version() -> str:
    from importlib.metadata import version

    return f"implicit {version('implicit')}"

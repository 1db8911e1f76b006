from __future__ import annotations

from typing import Literal

import pytest

from recaudit.adapters.implicit_models import implicit_model
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.probes.lists import plan_lists

pytest.importorskip("implicit", reason="needs the extra 'classic'")


@pytest.mark.parametrize("model", ["als", "bpr", "item-knn"])
def test_models_answer_and_repeat_exactly_for_a_seed(
    tiny_data: AuditData, model: Literal["als", "bpr", "item-knn"]
) -> None:
    requests = plan_lists(tiny_data, 5, 0)
    answers = [list(implicit_model(tiny_data, model=model, factors=8).recommend(requests)) for _ in range(2)]
    assert answers[0] == answers[1]
    for request, answer in zip(requests, answers[0], strict=True):
        assert 0 < len(answer.items) <= 5
        assert not set(answer.items) & set(request.history)


def test_item_knn_equals_summed_cosine_similarity(tiny_data: AuditData) -> None:
    import numpy as np

    matrix = np.zeros((80, 40))
    rows = tiny_data.users.index.get_indexer(tiny_data.interactions["user"])
    matrix[rows, tiny_data.interactions["item"]] = 1
    norms = np.linalg.norm(matrix, axis=0)
    norms[norms == 0] = 1
    similarity = (matrix.T @ matrix) / np.outer(norms, norms)
    scores = matrix[0] @ similarity
    scores[matrix[0] > 0] = -1
    [answer] = implicit_model(tiny_data, model="item-knn", neighbours=40).recommend(
        plan_lists(tiny_data, 5, 0)[:1]
    )
    assert answer.scores == pytest.approx(np.sort(scores)[::-1][:5])


def test_an_unknown_model_is_refused_with_the_known_ones(tiny_data: AuditData) -> None:
    with pytest.raises(InputError, match="choose from als, bpr, item-knn"):
        implicit_model(tiny_data, model="svd")  # type: ignore[arg-type]

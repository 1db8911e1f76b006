from __future__ import annotations

import numpy as np
import pandas as pd

from recaudit.adapters import CatalogueScorer
from recaudit.records import Answer, Request, SystemCard

CATALOGUE = pd.Index(["a", "b", "c", "d"])


def answer(scores: list[float], **changes: object) -> Answer:
    content = {"unit": 1, "user": 1, "arm": "list", "history": (), "k": 3, **changes}
    request = Request(**content)  # type: ignore[arg-type]
    system = CatalogueScorer(card=SystemCard(name="s"), catalogue=CATALOGUE, score=lambda _: np.array(scores))
    [given] = system.recommend([request])
    assert given.request == request.id
    return given


def test_the_best_come_first_with_their_scores() -> None:
    given = answer([0.1, 0.9, 0.5, 0.7])
    assert given.items == ("b", "d", "c")
    assert given.scores == (0.9, 0.7, 0.5)


def test_ties_keep_catalogue_order() -> None:
    assert answer([1, 1, 1, 1]).items == ("a", "b", "c")


def test_ties_among_candidates_do_not_follow_the_order_of_the_question() -> None:
    assert answer([1, 1, 1, 1], candidates=("d", "b", "c")).items == ("b", "c", "d")


def test_the_history_is_left_out_of_a_list_over_the_catalogue() -> None:
    assert answer([4, 3, 2, 1], history=("a", "c")).items == ("b", "d")


def test_candidates_are_ranked_even_if_they_are_in_the_history() -> None:
    assert answer([4, 3, 2, 1], history=("a",), candidates=("c", "a")).items == ("a", "c")


def test_an_item_scored_minus_infinity_is_never_recommended() -> None:
    assert answer([-np.inf, 0, -np.inf, -1]).items == ("b", "d")

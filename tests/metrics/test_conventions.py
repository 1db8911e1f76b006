"""One test for each choice on which ranking libraries differ; values worked by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pandas as pd
import pytest
import pytrec_eval

from recaudit.errors import DataError
from recaudit.metrics import Evaluation, evaluate


def one(items: list[int], held: dict[int, float] | list[int], label: str) -> float:
    return evaluate({"u": items}, {"u": held}, [label]).mean[label]


def scored(scores: list[float], items: list[int], held: list[int], **options: str) -> Evaluation:
    rows = pd.DataFrame({"user": 1, "item": items, "score": scores})
    return evaluate(rows, {1: held}, ["mrr@9", "recall@9", "ndcg@9"], **options)


def test_ndcg_discount_is_one_over_log2_of_rank_plus_one() -> None:
    assert one([9, 1], [1], "ndcg@5") == pytest.approx(1 / log2(3))
    assert one([9, 8, 1], [1], "ndcg@5") == pytest.approx(1 / log2(4))
    assert one([9, 1], [1], "ndcg_lenskit@5") == pytest.approx(1.0)


def test_gain_is_linear_and_exponential_by_name() -> None:
    assert one([1, 2], {1: 1, 2: 3}, "ndcg@5") == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))
    assert one([1, 2], {1: 1, 2: 3}, "ndcg_exp@5") == pytest.approx((1 + 7 / log2(3)) / (7 + 1 / log2(3)))


def test_ideal_dcg_is_over_min_of_k_and_relevant() -> None:
    assert one([1], [1], "ndcg@10") == 1
    assert one([1, 2], [1, 2, 3, 4], "ndcg@2") == 1


def test_grade_zero_is_not_relevant() -> None:
    for label in ("ndcg@2", "recall@2", "map@2", "mrr@2", "hit@2", "precision@1"):
        assert one([1, 2], {1: 1, 2: 0, 3: 0}, label) == 1, label
        assert one([2, 3], {1: 1, 2: 0, 3: 0}, label) == 0, label


def test_recall_is_over_all_relevant_and_capped_by_name() -> None:
    assert one([1, 2], [1, 2, 3, 4], "recall@2") == 0.5
    assert one([1, 2], [1, 2, 3, 4], "capped_recall@2") == 1


def test_precision_of_a_short_list_divides_by_k() -> None:
    assert one([1, 9], [1], "precision@10") == 0.1


def test_average_precision_is_over_all_relevant_and_capped_by_name() -> None:
    assert one([1, 9], [1, 2, 3, 4], "map@2") == 0.25
    assert one([1, 9], [1, 2, 3, 4], "map_capped@2") == 0.5


def test_reciprocal_rank_is_cut_at_k() -> None:
    assert one([8, 9, 1], [1], "mrr@2") == 0
    assert one([8, 9, 1], [1], "mrr@3") == pytest.approx(1 / 3)


def test_hit_is_zero_or_one() -> None:
    assert one([1, 2, 3], [1, 2, 3], "hit@3") == 1
    assert one([9], [1], "hit@3") == 0


def test_user_without_truth_is_left_out_and_counted() -> None:
    found = evaluate({1: [1], 2: [1]}, {1: [1]}, ["recall@1", "map@1"])
    assert found.mean == {"recall@1": 1, "map@1": 1}
    assert (found.counts.users, found.counts.users_without_truth) == (1, 1)
    assert np.isnan(found.per_user.loc[2]).all()


def test_user_without_a_list_scores_zero_and_is_counted() -> None:
    found = evaluate({1: [1]}, {1: [1], 2: [1]}, ["ndcg@1", "recall@1", "mrr@1"])
    assert set(found.mean.values()) == {0.5}
    assert (found.counts.users, found.counts.users_without_list) == (2, 1)


def test_repeated_item_is_an_error_and_the_first_place_counts_by_option() -> None:
    with pytest.raises(DataError, match=r"in 1 of 3 row\(s\): user 1 holds item 5 twice, in rows 0 and 1"):
        evaluate({1: [5, 5, 6]}, {1: [5, 6]}, ["ndcg@3"])
    found = evaluate({1: [5, 5, 6]}, {1: [5, 6]}, ["ndcg@3", "recall@3"], on_duplicate="first")
    assert found.mean == {"ndcg@3": 1, "recall@3": 1}
    assert found.counts.repeats_removed == 1


def test_ties_keep_the_order_of_the_list_are_counted_and_go_by_id_by_option() -> None:
    found = scored([0.5, 0.5, 0.5], [7, 9, 8], [9])
    assert (found.mean["mrr@9"], found.counts.ties) == (0.5, 2)
    found = scored([0.5, 0.5, 0.5], [7, 9, 8], [9], ties="id")
    assert (found.mean["mrr@9"], found.counts.ties) == (1, 2)


def test_ties_by_id_are_those_of_trec_eval() -> None:
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        [(f"u{u}", f"i{i}", float(rng.integers(0, 4))) for u in range(30) for i in rng.permutation(40)[:20]],
        columns=["user", "item", "score"],
    ).sample(frac=1, random_state=1)
    truth = {f"u{u}": {f"i{i}": 1 for i in rng.permutation(40)[:6].tolist()} for u in range(30)}
    run = {user: dict(zip(part["item"], part["score"], strict=True)) for user, part in rows.groupby("user")}
    theirs = pytrec_eval.RelevanceEvaluator(truth, {"ndcg_cut.10", "map_cut.10"}).evaluate(run)
    ours = evaluate(rows, truth, ["ndcg@10", "map@10"], ties="id").per_user
    for user, values in theirs.items():
        assert ours.loc[user].tolist() == pytest.approx(
            [values["ndcg_cut_10"], values["map_cut_10"]], abs=1e-9
        )


def test_rank_wins_over_score_and_score_over_the_order_of_the_rows() -> None:
    rows = pd.DataFrame({"user": 1, "item": [5, 6], "score": [0.1, 0.9]})
    assert evaluate(rows, {1: [6]}, ["mrr@9"]).mean["mrr@9"] == 1
    assert evaluate(rows.assign(rank=[1, 2]), {1: [6]}, ["mrr@9"]).mean["mrr@9"] == 0.5


def test_zero_and_negative_scores_do_not_matter() -> None:
    positive = scored([3.0, 2.0, 1.0], [1, 2, 3], [2, 3]).mean
    assert scored([0.0, -1.0, -2.0], [1, 2, 3], [2, 3]).mean == positive
    assert positive["recall@9"] == 1


def test_nan_score_is_an_error_that_names_the_first_user() -> None:
    with pytest.raises(DataError, match="for user 1 in row 1"):
        scored([3.0, np.nan, np.nan], [1, 2, 3], [2])


def test_labels_carry_k_and_ranks_start_at_one() -> None:
    found = evaluate({1: [1, 2]}, {1: [1]}, ["mrr@1", "ndcg@1", "ndcg@2"])
    assert list(found.per_user.columns) == ["mrr@1", "ndcg@1", "ndcg@2"]
    assert found.mean["mrr@1"] == 1


def test_two_users_together_are_the_mean_of_each_alone_and_a_repeated_user_leaves_the_mean() -> None:
    lists, held = {1: [1, 2], 2: [9, 4]}, {1: {2: 2, 3: 1}, 2: {4: 1}}
    labels = ["ndcg@5", "map@5", "recall@5", "r_precision"]
    together = evaluate(lists, held, labels).mean
    alone = [evaluate({u: lists[u]}, {u: held[u]}, labels).mean for u in (1, 2)]
    thrice = evaluate(
        {u + 10 * copy: lists[u] for u in (1, 2) for copy in range(3)},
        {u + 10 * copy: held[u] for u in (1, 2) for copy in range(3)},
        labels,
    ).mean
    for label in labels:
        assert together[label] == pytest.approx((alone[0][label] + alone[1][label]) / 2)
        assert thrice[label] == pytest.approx(together[label])


def test_relevant_items_never_recommended_count_in_denominators() -> None:
    assert one([1], [1, 50, 51, 52], "recall@9") == 0.25
    assert one([1], [1, 50, 51, 52], "map@9") == 0.25

from __future__ import annotations

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from recaudit.errors import DataError, InputError
from recaudit.metrics import METRICS, Hits, Lists, Truth, find_hits, parse_label

RANKING = [spec for _, spec in METRICS.items() if spec.kind == "ranking"]


def label_of(name: str, k: int):
    return parse_label(f"{name}@{k}" if METRICS.get(name).takes_k else name)


def random_data(seed: int, users: int = 60, items: int = 40, length: int = 15) -> tuple[Lists, Truth]:
    rng = np.random.default_rng(seed)
    lists = [rng.permutation(items)[: rng.integers(0, length + 1)].tolist() for _ in range(users)]
    truth = [
        {int(item): float(rng.integers(0, 5)) for item in rng.permutation(items)[: rng.integers(0, 12)]}
        for _ in range(users)
    ]
    return Lists.of(lists), Truth.of(truth)


@pytest.mark.parametrize("k", [1, 3, 10, 100])
def test_trec_agrees(k: int) -> None:
    lists, truth = random_data(k)
    run, qrel = {}, {}
    for user in range(lists.n_users):
        held = slice(truth.offsets[user], truth.offsets[user + 1])
        listed = lists.items[lists.offsets[user] : lists.offsets[user + 1]]
        grades = zip(truth.items[held], truth.grades[held], strict=True)
        qrel[str(user)] = {str(item): int(grade) for item, grade in grades}
        run[str(user)] = {str(item): 1000.0 - place for place, item in enumerate(listed)}
    measures = {f"ndcg_cut.{k}", f"recall.{k}", f"P.{k}", f"map_cut.{k}", f"success.{k}", "Rprec"}
    theirs = pytrec_eval.RelevanceEvaluator(qrel, measures).evaluate(run)
    hits = find_hits(lists, truth)
    names = {"ndcg": f"ndcg_cut_{k}", "recall": f"recall_{k}", "precision": f"P_{k}", "map": f"map_cut_{k}"}
    names |= {"hit": f"success_{k}", "r_precision": "Rprec"}
    judged = [user for user in range(lists.n_users) if hits.relevant[user] and hits.length[user]]
    assert len(judged) > 30
    for name, trec in names.items():
        ours = label_of(name, k).compute(hits)
        expected = [theirs[str(user)][trec] for user in judged]
        np.testing.assert_allclose(ours[judged], expected, atol=1e-9, err_msg=name)


def test_scikit_learn_agrees_on_full_lists() -> None:
    rng = np.random.default_rng(1)
    grades = rng.integers(0, 4, (30, 25)).astype(float)
    grades[:, 0], grades[:, 1] = 1, 0
    scores = rng.random((30, 25))
    lists = Lists.of(np.argsort(-scores, axis=1).tolist())
    hits = find_hits(lists, Truth.of([dict(enumerate(row)) for row in grades]), candidates=25)
    np.testing.assert_allclose(
        parse_label("ndcg@7").compute(hits),
        [ndcg_score([g], [s], k=7) for g, s in zip(grades, scores, strict=True)],
        atol=1e-9,
    )
    np.testing.assert_allclose(
        parse_label("auc").compute(hits),
        [roc_auc_score(g > 0, s) for g, s in zip(grades, scores, strict=True)],
        atol=1e-9,
    )


def test_auc_treats_unlisted_items_as_tied_at_the_bottom() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(30)
    relevant = rng.random(30) < 0.3
    order = np.argsort(-scores)[:8]
    hits = find_hits(
        Lists.of([order.tolist()]),
        Truth.of([dict.fromkeys(np.flatnonzero(relevant).tolist(), 1.0)]),
        candidates=30,
    )
    cut = np.where(np.isin(np.arange(30), order), scores, -1.0)
    assert parse_label("auc").compute(hits)[0] == pytest.approx(roc_auc_score(relevant, cut), abs=1e-12)


def test_auc_needs_a_possible_number_of_candidates() -> None:
    lists, truth = Lists.of([[1, 2]]), Truth.of([{3: 1}])
    with pytest.raises(InputError, match="candidates"):
        parse_label("auc").compute(find_hits(lists, truth))
    with pytest.raises(DataError, match="position 0 has 2 candidates"):
        parse_label("auc").compute(find_hits(lists, truth, candidates=2))
    every = find_hits(Lists.of([[1]]), Truth.of([{1: 1}]), candidates=1)
    assert np.isnan(parse_label("auc").compute(every)).all()


def brute_err(ranked: list[float], highest: float) -> float:
    reading, total = 1.0, 0.0
    for rank, grade in enumerate(ranked, 1):
        satisfied = (2**grade - 1) / 2**highest
        total += reading * satisfied / rank
        reading *= 1 - satisfied
    return total


def test_err_agrees_with_the_textbook_loop() -> None:
    lists, truth = random_data(5)
    ours = parse_label("err@10").compute(find_hits(lists, truth))
    highest = truth.grades.max()
    for user in range(lists.n_users):
        held = slice(truth.offsets[user], truth.offsets[user + 1])
        grade = dict(zip(truth.items[held].tolist(), truth.grades[held].tolist(), strict=True))
        listed = lists.items[lists.offsets[user] : lists.offsets[user + 1]][:10].tolist()
        if any(value > 0 for value in grade.values()):
            assert ours[user] == pytest.approx(brute_err([grade.get(item, 0.0) for item in listed], highest))
        else:
            assert np.isnan(ours[user])


def test_ideal_list_over_min_of_k_and_relevant_scores_one_for_any_k() -> None:
    grades = {item: float(item % 4 + 1) for item in range(9)}
    best = sorted(grades, key=grades.__getitem__, reverse=True)
    hits = find_hits(Lists.of([best]), Truth.of([grades]))
    for k in range(1, 15):
        for name in ("ndcg", "ndcg_exp", "ndcg_lenskit", "capped_recall", "map_capped"):
            assert label_of(name, k).compute(hits)[0] == pytest.approx(1.0), (name, k)


rows = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=8), min_size=1, max_size=6)
held = st.dictionaries(st.integers(0, 12), st.sampled_from([0.0, 1.0, 2.0, 3.0]), max_size=6)


def made(lists: list[list[int]], truth: list[dict[int, float]]) -> Hits:
    padded = (truth + [{} for _ in lists])[: len(lists)]
    return find_hits(Lists.of(lists), Truth.of(padded), candidates=13, highest_grade=3.0)


@settings(deadline=None)
@given(rows, st.lists(held, max_size=6), st.integers(1, 12))
def test_values_stay_within_declared_bounds(lists: list, truth: list, k: int) -> None:
    hits = made(lists, truth)
    for spec in RANKING:
        values = label_of(spec.name, k).compute(hits)
        assert values.shape == (len(lists),)
        defined = values[~np.isnan(values)]
        assert (defined >= spec.bounds[0] - 1e-12).all(), spec.name
        assert (defined <= spec.bounds[1] + 1e-12).all(), spec.name


@settings(deadline=None)
@given(rows, st.lists(held, max_size=6), st.integers(1, 12))
def test_each_user_is_measured_alone(lists: list, truth: list, k: int) -> None:
    hits = made(lists, truth)
    padded = (truth + [{} for _ in lists])[: len(lists)]
    for spec in RANKING:
        together = label_of(spec.name, k).compute(hits)
        alone = [
            label_of(spec.name, k).compute(made([a], [b]))[0] for a, b in zip(lists, padded, strict=True)
        ]
        np.testing.assert_allclose(together, alone, atol=1e-12, err_msg=spec.name)


@settings(deadline=None)
@given(rows, st.lists(held, max_size=6), st.integers(1, 12))
def test_recall_hit_mrr_never_fall_as_k_grows_and_stay_after_the_list_ends(
    lists: list, truth: list, k: int
) -> None:
    hits = made(lists, truth)
    longest = max(1, *(len(row) for row in lists))
    for name in ("recall", "hit", "mrr", "map", "dcg", "rbp", "err"):
        small, large = label_of(name, k).compute(hits), label_of(name, k + 1).compute(hits)
        assert (np.nan_to_num(large - small) >= -1e-12).all(), name
        ends, beyond = label_of(name, longest).compute(hits), label_of(name, longest + 5).compute(hits)
        np.testing.assert_allclose(ends, beyond, err_msg=name)


def test_no_relevant_item_is_nan_and_no_list_is_zero() -> None:
    hits = find_hits(Lists.of([[1], [], []]), Truth.of([{1: 0}, {1: 1}, {}]), candidates=5)
    for spec in RANKING:
        values = label_of(spec.name, 3).compute(hits)
        assert np.isnan(values[[0, 2]]).all(), spec.name
        assert values[1] == (0.5 if spec.name == "auc" else 0.0), spec.name

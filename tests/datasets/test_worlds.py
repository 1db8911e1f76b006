from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import AuditData, planted_lists, split_given, world
from recaudit.errors import InputError, UnknownNameError

K = 10


@pytest.fixture(scope="module")
def made() -> AuditData:
    return world(users=2000, items=150, history=12, held_out=4, rng=11)


def relevance(data: AuditData, lists: dict[Any, tuple[Any, ...]]) -> np.ndarray:
    """(users, k) whether the place holds a held-out item."""
    truth = data.truth.groupby("user")["item"].agg(set).to_dict()
    return np.array([[item in truth[user] for item in lists[user]] for user in data.users.index])


def assert_mean(values: np.ndarray, expected: float) -> None:
    error = values.std() / np.sqrt(len(values))
    assert abs(values.mean() - expected) < 4.5 * error + 1e-12


def test_sizes_are_as_asked(made: AuditData) -> None:
    assert made.users["group"].value_counts().to_dict() == {"M": 1400, "F": 600}
    assert made.interactions["user"].value_counts().eq(12).all()
    assert made.truth["user"].value_counts().eq(4).all()
    assert made.truth["grade"].eq(1).all()
    assert made.items["groups"].map(len).eq(1).all()
    assert split_given(made).truth.equals(made.truth)


def test_a_world_repeats_with_its_seed() -> None:
    options = {"users": 20, "items": 40}
    assert world(**options, rng=1).digest == world(**options, rng=np.random.default_rng(1)).digest
    assert world(**options, rng=1).digest != world(**options, rng=2).digest


def test_without_held_out_items_a_world_is_unsplit() -> None:
    data = world(users=5, items=40, held_out=0, rng=1)
    assert data.truth.empty
    assert data.split == ""


def test_popularity_follows_the_exponent() -> None:
    flat = world(users=1000, items=100, popularity=0, taste=1, rng=3).interactions["item"].value_counts()
    steep = world(users=1000, items=100, popularity=1, taste=1, rng=3).interactions["item"].value_counts()
    assert flat.max() < 1.5 * flat.min()
    assert steep.max() > 8 * steep.min()


def test_taste_decides_how_often_the_favourite_genre_is_chosen() -> None:
    data = world(users=3000, items=500, genres=5, history=2, held_out=0, popularity=0, taste=6, rng=4)
    genre = data.interactions["item"].to_numpy() % 5
    pairs = pd.Series(genre).groupby(data.interactions["user"].to_numpy()).nunique().eq(1)
    favourite = 6 / (6 + 4)
    same_genre = favourite**2 + 4 * ((1 - favourite) / 4) ** 2
    assert abs(pairs.mean() - same_genre) < 0.03


def test_groups_behave_alike(made: AuditData) -> None:
    counts = made.interactions["item"].value_counts()
    popularity = made.interactions["item"].map(counts).groupby(made.interactions["user"]).mean()
    group = made.users["group"]
    women, men = popularity[group == "F"], popularity[group == "M"]
    error = np.sqrt(women.var() / len(women) + men.var() / len(men))
    assert abs(women.mean() - men.mean()) < 4 * error


def test_history_and_truth_have_the_same_distribution(made: AuditData) -> None:
    counts = pd.concat([made.interactions["item"], made.truth["item"]]).value_counts()
    trained = made.interactions["item"].map(counts).groupby(made.interactions["user"]).mean()
    held = made.truth["item"].map(counts).groupby(made.truth["user"]).mean()
    difference = (trained - held).to_numpy()
    assert_mean(difference, 0)


@pytest.mark.parametrize("quality", [{"F": 0.25, "M": 0.6}, {"F": 0.5, "M": 0.5}, {"F": 0.0, "M": 1.0}])
def test_expected_values_are_as_documented(made: AuditData, quality: dict[str, float]) -> None:
    relevant = relevance(made, planted_lists(made, K, quality, rng=5))
    discount = 1 / np.log2(np.arange(2, K + 2))
    t = 4
    for group, q in quality.items():
        own = relevant[(made.users["group"] == group).to_numpy()]
        hits = own.sum(axis=1)
        assert_mean(hits / t, q)
        assert_mean(hits / K, q * t / K)
        assert_mean((hits > 0).astype(float), 1 - (1 - q) ** t)
        assert_mean(own @ discount / discount[:t].sum(), q * t * discount.mean() / discount[:t].sum())


@pytest.mark.parametrize("popularity", [-1.0, 0.0, 2.0])
def test_lists_hold_k_different_items_that_the_user_has_not_had(made: AuditData, popularity: float) -> None:
    lists = planted_lists(made, K, {"F": 0.5, "M": 0.5}, popularity=popularity, rng=6)
    assert list(lists) == made.users.index.tolist()
    histories = made.histories()
    for user, items in lists.items():
        assert len(set(items)) == K
        assert not set(items) & set(histories[user])
        assert made.items.index.isin(items).sum() == K


def test_popularity_of_fillers_rises_with_the_exponent(made: AuditData) -> None:
    counts = made.interactions["item"].value_counts().reindex(made.items.index, fill_value=0)

    def mean_popularity(exponent: float) -> float:
        lists = planted_lists(made, K, {"F": 0.0, "M": 0.0}, popularity=exponent, rng=7)
        return float(np.mean([counts[list(items)].mean() for items in list(lists.values())[:300]]))

    unpopular, plain, popular = (mean_popularity(exponent) for exponent in (-2, 0, 2))
    assert unpopular < 0.7 * plain < plain < 0.7 * popular


def test_uniform_fillers_are_uniform_over_what_is_left() -> None:
    data = world(users=3000, items=20, history=5, held_out=5, popularity=0, taste=1, rng=8)
    lists = planted_lists(data, 5, {"F": 0.0, "M": 0.0}, rng=9)
    shown = pd.Series([item for items in lists.values() for item in items]).value_counts()
    assert len(shown) == 20
    assert abs(shown - 750).max() < 5 * np.sqrt(3000 * 0.25 * 0.75)


def test_lists_repeat_with_their_seed(made: AuditData) -> None:
    quality = {"F": 0.5, "M": 0.5}
    assert planted_lists(made, K, quality, rng=1) == planted_lists(made, K, quality, rng=1)
    assert planted_lists(made, K, quality, rng=1) != planted_lists(made, K, quality, rng=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": {"A": 0.5, "B": 0.6}}, "must be positive and sum to 1"),
        ({"groups": {"A": 1.5, "B": -0.5}}, "must be positive and sum to 1"),
        ({"items": 10}, "10 items cannot give 15 \\+ 5 different ones"),
        ({"users": 0}, "at least one user"),
    ],
)
def test_impossible_worlds_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        world(**options, rng=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quality": {"F": 0.5}}, "group 'M' of 'group' needs a quality between 0 and 1"),
        ({"quality": {"F": 0.5, "M": 1.5}}, "group 'M'"),
        ({"k": 3}, "has 4 relevant items, more than k = 3; raise k"),
        ({"k": 140}, "fewer than k = 140 items that user 0 has not had"),
    ],
)
def test_impossible_lists_are_refused(made: AuditData, options: dict[str, Any], message: str) -> None:
    arguments = {"k": K, "quality": {"F": 0.5, "M": 0.5}, "rng": 0, **options}
    with pytest.raises(InputError, match=message):
        planted_lists(made, **arguments)


def test_an_unknown_attribute_is_refused(made: AuditData) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'group'"):
        planted_lists(made, K, {"F": 1}, attribute="groups", rng=0)

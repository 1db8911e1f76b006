from __future__ import annotations

import numpy as np
import pytest

from recaudit.metrics import Lists, Samples, Truth, parse_label, place_weights


def samples(lists: list[list[list[int]]], truth: list[dict[int, float]], n_items: int = 20) -> Samples:
    return Samples(
        lists=[Lists.of(one) for one in lists],
        truth=Truth.of(truth),
        candidates=np.full(len(truth), n_items),
        n_items=n_items,
    )


def value(label: str, made: Samples) -> float:
    return float(parse_label(label).compute(made)[0])


def test_one_list_gives_the_deterministic_form_by_hand() -> None:
    made = samples([[[0, 1]]], [{0: 1.0, 5: 1.0}])
    w1, w2 = 1.0, 1 / np.log2(3)
    unit = w1**2 + w2**2
    should = (w1 + w2) / 2  # two wanted items share the two places that count; the others get nothing
    assert value("eed@2", made) == pytest.approx(1.0)
    assert value("eer@2", made) == pytest.approx(2 * w1 * should / unit)
    assert value("eel@2", made) == pytest.approx((unit - 2 * w1 * should + 2 * should**2) / unit)
    # the same as the squared distance between what items get and should get
    got = np.zeros(20)
    got[:2] = w1, w2
    target = np.zeros(20)
    target[[0, 5]] = should
    assert value("eel@2", made) == pytest.approx(((got - target) ** 2).sum() / unit)


def test_items_that_are_not_wanted_share_what_is_left() -> None:
    made = samples([[[3, 0]]], [{0: 1.0}])
    w = place_weights(2, "log")
    got, target = np.zeros(20), np.full(20, w[1] / 19)
    got[[3, 0]] = w
    target[0] = w[0]
    assert value("eel@2", made) == pytest.approx(((got - target) ** 2).sum() / (w**2).sum())


def test_repeats_of_one_list_change_nothing() -> None:
    once, thrice = samples([[[0, 1]]], [{0: 1.0}]), samples([[[0, 1]]] * 3, [{0: 1.0}])
    for label in ("eed@2", "eer@2", "eel@2"):
        assert value(label, once) == pytest.approx(value(label, thrice))


@pytest.mark.parametrize("count", [2, 5])
def test_products_of_different_samples_are_unbiased(count: int) -> None:
    """Over all items at random every item is expected at the same exposure, whatever the number of samples."""
    rng = np.random.default_rng(count)
    w = place_weights(3, "log")
    expected = 20 * (w.sum() / 20) ** 2 / (w**2).sum()
    draws = [[rng.permutation(20)[:3].tolist() for _ in range(4000)] for _ in range(count)]
    truth = [{0: 1.0, 1: 1.0}] * 4000
    found = parse_label("eed@3").compute(samples(draws, truth))
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / np.sqrt(4000))
    loss = parse_label("eel@3").compute(samples(draws, truth))
    spread = np.full(20, w.sum() / 20)
    target = np.full(20, w[2] / 18)
    target[:2] = (w[0] + w[1]) / 2
    true_loss = ((spread - target) ** 2).sum() / (w**2).sum()
    assert loss.mean() == pytest.approx(true_loss, abs=4 * loss.std() / np.sqrt(4000))


def test_a_missing_repeat_or_no_truth_is_undefined() -> None:
    assert np.isnan(value("eed@2", samples([[[0]], [[]]], [{0: 1.0}])))
    assert np.isnan(value("eer@2", samples([[[0]]], [{}])))
    assert np.isnan(value("eel@2", samples([[[0]]], [{0: 0.0}])))
    assert not np.isnan(value("eed@2", samples([[[0]]], [{}])))

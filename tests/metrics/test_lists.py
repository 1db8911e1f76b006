from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.errors import InputError
from recaudit.metrics import METRICS, Lists, Shown, Truth, make_catalogue, parse_label, undefined_reasons

LIST = [spec for _, spec in METRICS.items() if spec.kind == "list"]
GROUPS = [["a"], ["a", "b"], ["c"], [], ["b"], ["c", "a"], [], ["d"]]
rows = st.lists(st.integers(0, 7), unique=True, max_size=6)


def shown(lists: list, history: list, truth: list) -> Shown:
    known = Lists.of(history)
    return Shown(
        lists=Lists.of(lists),
        history=known,
        catalogue=make_catalogue(known, 8, groups=GROUPS),
        truth=Truth.of([dict.fromkeys(row, 1.0) for row in truth]),
    )


users = st.lists(st.tuples(rows, rows, rows), min_size=2, max_size=6)


@settings(deadline=None)
@given(users, st.integers(1, 8))
def test_values_stay_within_bounds_and_nan_has_a_reason(data: list, k: int) -> None:
    seen = shown(*map(list, zip(*data, strict=True)))
    for spec in LIST:
        values = parse_label(f"{spec.name}@{k}").compute(seen)
        defined = values[~np.isnan(values)]
        assert (defined >= spec.bounds[0] - 1e-12).all(), spec.name
        assert (defined <= spec.bounds[1] + 1e-12).all(), spec.name
        reasons = undefined_reasons(spec, seen, values)
        assert [reason != "" for reason in reasons] == np.isnan(values).tolist()


@settings(deadline=None)
@given(users, st.permutations(range(8)))
def test_renaming_items_changes_nothing(data: list, names: list[int]) -> None:
    lists, history, truth = map(list, zip(*data, strict=True))
    seen = shown(lists, history, truth)
    groups = [GROUPS[names.index(code)] for code in range(8)]

    def renamed(part: list) -> list:
        return [[names[code] for code in row] for row in part]

    known = Lists.of(renamed(history))
    other = Shown(
        lists=Lists.of(renamed(lists)),
        history=known,
        catalogue=make_catalogue(known, 8, groups=groups),
        truth=Truth.of([dict.fromkeys(row, 1.0) for row in renamed(truth)]),
    )
    for spec in LIST:
        if spec.name != "serendipity":
            label = parse_label(f"{spec.name}@4")
            np.testing.assert_allclose(
                label.compute(seen), label.compute(other), atol=1e-12, err_msg=spec.name
            )


def test_what_is_missing_is_said() -> None:
    seen = Shown(lists=Lists.of([[0]]), history=Lists.of([[0]]), catalogue=make_catalogue(Lists.of([[0]]), 1))
    with pytest.raises(InputError, match="item groups"):
        parse_label("group_miscalibration@5").compute(seen)
    with pytest.raises(InputError, match="held-out"):
        parse_label("popular_first@5").compute(seen)
    with pytest.raises(InputError, match="held-out"):
        parse_label("serendipity@5").compute(seen)


def test_reasons_tell_causes_apart() -> None:
    seen = shown([[], [0], [3], [0]], [[0], [], [0], [1]], [[], [], [], []])
    label = parse_label("group_miscalibration@3")
    reasons = undefined_reasons(label.spec, seen, label.compute(seen)).tolist()
    assert reasons == ["no list", "no history", label.spec.undefined, ""]

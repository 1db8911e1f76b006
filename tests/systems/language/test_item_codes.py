from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.errors import InputError
from recaudit.systems.language.item_codes import Code, collaborative_codes, sequential_codes

histories = st.lists(
    st.lists(st.integers(0, 29), min_size=1, max_size=8, unique=True).map(np.array), min_size=2, max_size=12
)


def assert_spellable(codes: list[Code], base: int) -> None:
    assert len(codes) == 30
    assert len(set(codes)) == 30
    assert {symbol for code in codes for symbol in code} <= set(range(base))
    beginnings = {code[:place] for code in codes for place in range(len(code))}
    assert not beginnings & set(codes)


@given(histories, st.integers(2, 7))
def test_no_sequential_code_begins_another(found: list[np.ndarray], base: int) -> None:
    assert_spellable(sequential_codes(found, 30, base), base)


@settings(deadline=None, max_examples=20)
@given(histories, st.integers(2, 7), st.integers(0, 3))
def test_no_collaborative_code_begins_another(found: list[np.ndarray], base: int, seed: int) -> None:
    codes = collaborative_codes(found, 30, base, seed=seed)
    assert_spellable(codes, base)
    assert codes == collaborative_codes(found, 30, base, seed=seed)


def test_items_of_the_same_histories_share_their_first_symbol() -> None:
    rng = np.random.default_rng(1)
    found = [group * 10 + rng.choice(10, 6, replace=False) for group in (0, 1, 2) for _ in range(10)]
    assert len(set(np.concatenate(found).tolist())) == 30
    codes = collaborative_codes(found, 30, 3, seed=0)
    first = [{code[0] for code in codes[start : start + 10]} for start in (0, 10, 20)]
    assert [len(symbols) for symbols in first] == [1, 1, 1]
    assert len(set.union(*first)) == 3


def test_too_many_items_are_refused() -> None:
    with pytest.raises(InputError, match="20,000"):
        collaborative_codes([np.array([0, 1])], 20_000, 10, seed=0)

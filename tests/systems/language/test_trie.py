from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recaudit.records import FloatArray
from recaudit.systems.language.item_codes import Code
from recaudit.systems.language.trie import beam_search, trie_of

CODES: list[Code] = [(0, 0), (0, 1), (1,), (2, 0), (2, 1), (2, 2)]


def logs(beginnings: list[Code]) -> FloatArray:
    """The likeliest first symbol is 2, the likeliest second one is 0, so 2, 0 is likeliest of all."""
    table = {0: [0.2, 0.3, 0.5], 1: [0.6, 0.3, 0.1]}
    return np.log([table[len(code)] for code in beginnings])


def probability(code: Code) -> float:
    return math.exp(sum(float(logs([code[:place]])[0, symbol]) for place, symbol in enumerate(code)))


def test_all_beams_give_the_exact_order() -> None:
    found = beam_search(trie_of(CODES), logs, beams=10, k=6, without=())
    exact = sorted(range(6), key=lambda item: (-probability(CODES[item]), CODES[item]))
    assert [item for item, _ in found] == exact
    for item, value in found:
        assert math.isclose(math.exp(value), probability(CODES[item]))


def test_one_beam_follows_the_likeliest_symbol() -> None:
    assert [item for item, _ in beam_search(trie_of(CODES), logs, beams=1, k=1, without=())] == [3]


@given(st.sets(st.integers(0, 5)), st.integers(1, 6), st.integers(1, 6))
def test_what_is_left_out_never_comes_and_k_items_come_when_there_are_so_many(
    without: set[int], beams: int, k: int
) -> None:
    found = [item for item, _ in beam_search(trie_of(CODES), logs, beams=beams, k=k, without=without)]
    assert len(set(found)) == len(found)
    assert not set(found) & without
    assert len(found) <= k
    if k >= 6 - len(without):
        assert len(found) == 6 - len(without)

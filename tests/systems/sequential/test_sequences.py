from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from recaudit.datasets import audit_data
from recaudit.systems.sequential.sequences import NO_ITEM, item_sequences, windows


def test_each_users_items_come_oldest_first() -> None:
    rows = pd.DataFrame({"user": ["a", "b", "a"], "item": ["z", "x", "y"], "time": [30, 20, 10]})
    found = {tuple(sequence.tolist()) for sequence in item_sequences(audit_data(rows))}
    assert found == {(1, 2), (0,)}  # the catalogue is x, y, z


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_windows_hold_every_item_once_and_in_order(sizes: list[int], length: int, seed: int) -> None:
    first, sequences = 0, []
    for size in sizes:
        sequences.append(np.arange(first, first + size))
        first += size
    rows = windows(sequences, length, np.random.default_rng(seed))
    assert rows.shape[1] == length
    kept = rows[rows != NO_ITEM]
    assert sorted(kept.tolist()) == list(range(first))
    for row in rows:
        items = row[row != NO_ITEM]
        assert (row[: len(items)] == items).all()
        assert (np.diff(items) == 1).all()


def test_cuts_differ_from_call_to_call() -> None:
    rng = np.random.default_rng(0)
    cuts = {tuple(sorted(windows([np.arange(40)], 10, rng)[:, 0].tolist())) for _ in range(20)}
    assert len(cuts) > 3

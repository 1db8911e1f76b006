from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.errors import DataError
from recaudit.metrics import Lists, encode_lists, encode_rows, encode_truth


def test_rows_come_back_in_the_order_of_the_users_wanted() -> None:
    rows = pd.DataFrame(
        {"user": ["b", "a", "b", "z"], "item": [30, 10, 10, 20], "grade": [2.0, 1.0, 0.0, 1.0]}
    )
    users, items = pd.Index(["a", "nobody", "b"]), pd.Index([10, 20, 30])
    lists = encode_rows(rows, users, items)
    assert lists.offsets.tolist() == [0, 1, 1, 3]
    assert lists.items.tolist() == [0, 2, 0]
    truth = encode_truth(rows, users, items)
    assert truth.grades.tolist() == [1.0, 2.0, 0.0]
    assert truth.relevant.tolist() == [1, 0, 1]


def test_an_item_outside_the_catalogue_is_named() -> None:
    with pytest.raises(DataError, match=r"1 item id\(s\) are not in the catalogue, the first is 'zz'"):
        encode_lists([["a", "zz"]], pd.Index(["a"]))


def test_empty_lists_encode() -> None:
    assert encode_lists([[], []], pd.Index(["a"])).lengths.tolist() == [0, 0]
    assert encode_lists([[1]], pd.Index([1])).items.tolist() == [0]


def test_first_k_of_mixed_lengths() -> None:
    cut = Lists.of([[1, 2, 3], [], [4], [5, 6]]).first(2)
    assert cut.offsets.tolist() == [0, 2, 2, 3, 5]
    assert cut.items.tolist() == [1, 2, 4, 5, 6]
    np.testing.assert_array_equal(cut.ranks, [1, 2, 1, 1, 2])
    np.testing.assert_array_equal(cut.users, [0, 0, 2, 3, 3])

from __future__ import annotations

import numpy as np
import pytest

from recaudit.records import digest_of


def test_a_digest_does_not_depend_on_key_order_or_number_width() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": np.int32(2), "a": np.int64(1)})


def test_what_cannot_be_written_down_cannot_be_digested() -> None:
    with pytest.raises(TypeError, match="cannot digest a set"):
        digest_of({1})

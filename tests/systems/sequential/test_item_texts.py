from __future__ import annotations

import pandas as pd
import pytest

from recaudit.datasets import audit_data
from recaudit.errors import InputError
from recaudit.systems.sequential.item_texts import item_texts

ROWS = pd.DataFrame({"user": ["a", "b"], "item": [1, 2]})


def test_a_text_is_the_title_with_the_groups() -> None:
    items = pd.DataFrame({"item": [1, 2], "title": ["Heat (1995)", " Blue "], "groups": ["Action|Crime", ""]})
    assert item_texts(audit_data(ROWS, items=items)) == ["Heat (1995). Action, Crime", "Blue"]


def test_items_without_a_title_are_refused_by_number_and_example() -> None:
    items = pd.DataFrame({"item": [1, 2, 3, 4], "title": ["Heat", None, "", "300"]})
    with pytest.raises(InputError, match=r"2 of 4 items of shop have no title, such as 2;"):
        item_texts(audit_data(ROWS, items=items, name="shop"))
    with pytest.raises(InputError, match="2 of 2 items"):
        item_texts(audit_data(ROWS))

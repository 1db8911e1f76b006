from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from recaudit.datasets import audit_data
from recaudit.errors import InputError
from recaudit.systems.item_texts import item_texts, item_titles

ROWS = pd.DataFrame({"user": ["a", "b"], "item": [1, 2]})


def test_a_text_is_the_title_with_the_groups() -> None:
    items = pd.DataFrame({"item": [1, 2], "title": ["Heat (1995)", " Blue "], "groups": ["Action|Crime", ""]})
    data = audit_data(ROWS, items=items)
    assert item_titles(data, "reader") == ["Heat (1995)", "Blue"]
    assert item_texts(data, "reader") == ["Heat (1995). Action, Crime", "Blue"]


def test_items_without_a_title_are_refused_by_number_and_example() -> None:
    items = pd.DataFrame({"item": [1, 2, 3, 4], "title": ["Heat", None, "", "300"]})
    told = r"2 of 4 items of shop have no title, such as 2; the system 'reader' reads the title of every item"
    with pytest.raises(InputError, match=told):
        item_texts(audit_data(ROWS, items=items, name="shop"), "reader")
    with pytest.raises(InputError, match="2 of 2 items"):
        item_titles(audit_data(ROWS), "reader")


def test_an_unknown_title_is_no_title() -> None:
    data = audit_data(ROWS, items=pd.DataFrame({"item": [1, 2], "title": ["Heat", "Blue"]}), name="shop")
    cut = replace(data, items=data.items.assign(title=data.items["title"].where(data.items.index != 2)))
    with pytest.raises(InputError, match="1 of 2 items of shop have no title, such as 2"):
        item_titles(cut, "reader")

"""Sorting items into groups: their own groups, decades, bands of popularity, or any other column of the items."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.errors import InputError, UnknownNameError
from recaudit.metrics import Lists, make_catalogue

OWN, YEAR, POPULARITY = "groups", "year", "popularity"


def item_groups(data: AuditData, grouping: str) -> list[tuple[str, ...]]:
    """The names of each item's groups, in the order of the catalogue; none where nothing is known.

    Args:
        data: The items.
        grouping: "groups" for the items' own groups, of which an item may have several; "year" for decades;
            "popularity" for head, middle and tail, the head and the tail each holding about a fifth of the training
            interactions; or a column of the items such as "provider".

    Raises:
        InputError: If the items have no such column, or fewer than two groups.
    """
    if grouping == OWN:
        found = [tuple(names) for names in data.items["groups"].tolist()]
    elif grouping == YEAR:
        decades = np.floor(data.items["year"].to_numpy(dtype=np.float64) / 10) * 10
        found = [() if np.isnan(decade) else (f"{decade:.0f}s",) for decade in decades]
    elif grouping == POPULARITY:
        found = _bands(data)
    elif grouping in data.item_attributes:
        found = [() if name != name else (str(name),) for name in data.items[grouping].tolist()]  # noqa: PLR0124 - NaN
    else:
        raise UnknownNameError.among(
            "grouping of items:", grouping, [OWN, YEAR, POPULARITY, *data.item_attributes]
        )
    names = {name for groups in found for name in groups}
    if len(names) < 2:
        seen = f"only '{names.pop()}'" if names else "none"
        raise InputError(
            f"grouping '{grouping}' needs two groups of items, and the items have {seen}; leave it out or give the "
            "items' groups"
        )
    return found


def _bands(data: AuditData) -> list[tuple[str, ...]]:
    codes = data.items.index.get_indexer(pd.Index(data.interactions["item"]))
    catalogue = make_catalogue(Lists.of([codes.tolist()]), len(data.items))
    bands = np.select([catalogue.head, catalogue.tail], ["head", "tail"], "middle")
    return [(str(band),) for band in bands]

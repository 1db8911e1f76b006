"""What a system that reads texts is told about an item."""

from __future__ import annotations

import pandas as pd

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import ItemId


def item_titles(data: AuditData, system: str) -> list[str]:
    """The title of every item, in the order of the catalogue.

    Raises:
        InputError: If an item has none; the message names the system, how many items, and one of them.
    """
    ids = data.items.index.tolist()
    titles = ["" if pd.isna(title) else str(title).strip() for title in data.items["title"].tolist()]
    bare = [item for item, title in zip(ids, titles, strict=True) if not title or _is_number_of(title, item)]
    if bare:
        raise InputError(
            f"{len(bare):,} of {len(titles):,} items of {data.name} have no title, such as {bare[0]!r}; "
            f"the system '{system}' reads the title of every item"
        )
    return titles


def item_texts(data: AuditData, system: str) -> list[str]:
    """The title and the groups of every item, in the order of the catalogue, such as "Heat (1995). Action, Crime".

    Raises:
        InputError: If an item has no title.
    """
    titles, groups = item_titles(data, system), data.items["groups"].tolist()
    return [f"{title}. {', '.join(own)}" if own else title for title, own in zip(titles, groups, strict=True)]


def _is_number_of(title: str, item: ItemId) -> bool:
    """Whether the title is only the id, which stands in for a missing title."""
    return title == str(item) and title.isdigit()

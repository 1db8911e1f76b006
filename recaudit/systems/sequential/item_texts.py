"""What a text encoder reads about an item."""

from __future__ import annotations

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import ItemId


def item_texts(data: AuditData) -> list[str]:
    """The title and the groups of every item, in the order of the catalogue, such as "Heat (1995). Action, Crime".

    Raises:
        InputError: If an item has no title; the message says how many, and names one.
    """
    ids = data.items.index.tolist()
    titles = [str(title).strip() for title in data.items["title"].tolist()]
    bare = [item for item, title in zip(ids, titles, strict=True) if not title or _is_number_of(title, item)]
    if bare:
        raise InputError(
            f"{len(bare):,} of {len(titles):,} items of {data.name} have no title, such as {bare[0]!r}; "
            "a system that reads texts needs one for every item"
        )
    groups = data.items["groups"].tolist()
    return [f"{title}. {', '.join(own)}" if own else title for title, own in zip(titles, groups, strict=True)]


def _is_number_of(title: str, item: ItemId) -> bool:
    """Whether the title is only the id, which stands in for a missing title."""
    return title == str(item) and title.isdigit()

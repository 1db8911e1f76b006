"""What an audit runs on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recaudit.errors import DataError, UnknownNameError
from recaudit.records import ItemId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditData:
    """Users with attributes, items, training interactions and held-out truth; made by `audit_data`.

    Attributes:
        name: For reports.
        users: Unique index `user`; one text column per attribute, NaN where it is unknown.
        items: Unique index `item`; columns `title` (text), `groups` (tuples of text, such as genres) and `year`
            (float, NaN where it is unknown).
        interactions: Training rows, each user's oldest first; columns `user`, `item` and optionally `rating` and
            `time` (seconds).
        truth: Held-out rows; columns `user`, `item`, `grade` (0 = not relevant) and optionally `rating`.
        split: How the truth was held out, in words; "" before splitting.
        source: Where the data came from.
        licence: Their terms, in short.
    """

    name: str
    users: pd.DataFrame
    items: pd.DataFrame
    interactions: pd.DataFrame
    truth: pd.DataFrame
    split: str = ""
    source: str = ""
    licence: str = ""

    @property
    def attributes(self) -> list[str]:
        """Names of the user attributes."""
        return [str(name) for name in self.users.columns]

    @property
    def digest(self) -> str:
        """SHA-256 of the content, the same whatever the width of the number types."""
        total = hashlib.sha256()
        for frame in (self.users, self.items, self.interactions, self.truth):
            plain = frame.reset_index() if frame.index.name else frame
            for name in sorted(map(str, plain.columns)):
                total.update(name.encode())
                total.update(pd.util.hash_array(plain[name].map(_text).to_numpy(dtype=object)).tobytes())
        return total.hexdigest()

    def groups_of(self, attribute: str) -> pd.Series[str]:
        """Each user's group.

        Returns:
            Index user; NaN where the attribute is unknown.

        Raises:
            UnknownNameError: If the data have no such attribute.
            DataError: If it is unknown for every user.
        """
        if attribute not in self.users.columns:
            raise UnknownNameError.among("user attribute", attribute, self.attributes)
        groups = self.users[attribute]
        if groups.isna().all():
            raise DataError(
                f"attribute '{attribute}' of {self.name} is missing for all {len(groups):,} users; fill it or leave it out"
            )
        return groups

    def histories(self) -> dict[UserId, tuple[ItemId, ...]]:
        """Each user's training items, oldest first; users without any are absent."""
        items = self.interactions["item"].tolist()
        rows: dict[UserId, list[ItemId]] = {}
        for user, item in zip(self.interactions["user"].tolist(), items, strict=True):
            rows.setdefault(user, []).append(item)
        return {user: tuple(history) for user, history in rows.items()}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else f"{float(value):.12g}"

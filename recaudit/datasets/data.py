"""What an audit runs on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    from recaudit.records import ItemId, UserId


ITEM_COLUMNS = ("item", "title", "groups", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditData:
    """Users with attributes, items, training interactions and held-out truth; made by `audit_data`.

    Attributes:
        name: For reports.
        users: Unique index `user`; one text column per attribute, NaN where it is unknown.
        items: Unique index `item`; columns `title` (text), `groups` (tuples of text, such as genres), `year` (float,
            NaN where it is unknown), and one text column per further attribute, NaN where it is unknown.
        interactions: Training rows, each user's oldest first; columns `user`, `item` and optionally `rating`
            (float, NaN where there is none) and `time` (float, seconds since 1970).
        truth: Held-out rows; columns `user`, `item`, `grade` (float, 0 = not relevant) and optionally `rating`.
        split: How the truth was held out, in words; "" before splitting.
        source: Where the data came from.
        licence: Their terms, in short.
        sample: The users that are asked about, in the order of `users`; all of them if None. Everybody's
            interactions stay.
    """

    name: str
    users: pd.DataFrame
    items: pd.DataFrame
    interactions: pd.DataFrame
    truth: pd.DataFrame
    split: str = ""
    source: str = ""
    licence: str = ""
    sample: pd.Index[Any] | None = None

    @property
    def asked(self) -> pd.Index[Any]:
        """The users that are asked about."""
        return self.users.index if self.sample is None else self.sample

    @property
    def attributes(self) -> list[str]:
        """Names of the user attributes."""
        return [str(name) for name in self.users.columns]

    @property
    def item_attributes(self) -> list[str]:
        """Names of the further attributes of items, such as provider."""
        return [str(name) for name in self.items.columns if name not in ITEM_COLUMNS]

    @property
    def digest(self) -> str:
        """SHA-256 of the four tables, computed at each call; names, split words and licence do not enter.

        The width of number types and the order of columns change nothing; ids 1 and "1" do.
        """
        total = hashlib.sha256()
        for frame in (self.users.reset_index(), self.items.reset_index(), self.interactions, self.truth):
            for name in sorted(map(str, frame.columns)):
                content = _column_bytes(frame[name])
                total.update(f"{name}:{len(content)}:".encode())
                total.update(content)
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
                f"attribute '{attribute}' of {self.name} is missing for all {len(groups):,} users; "
                "fill it or leave it out"
            )
        return groups

    def histories(self) -> dict[UserId, tuple[ItemId, ...]]:
        """Each user's training items, oldest first; users without any are absent."""
        items = self.interactions["item"].tolist()
        rows: dict[UserId, list[ItemId]] = {}
        for user, item in zip(self.interactions["user"].tolist(), items, strict=True):
            rows.setdefault(user, []).append(item)
        return {user: tuple(history) for user, history in rows.items()}


def _column_bytes(column: pd.Series[Any]) -> bytes:
    if pd.api.types.is_integer_dtype(column):
        return column.to_numpy(dtype="<i8").tobytes()
    if pd.api.types.is_float_dtype(column):
        numbers = column.to_numpy(dtype="<f8") + 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).tobytes()
    values = column.astype(object).where(column.notna(), None).tolist()
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()

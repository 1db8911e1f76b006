"""A file of recommendations as a recommender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData, read_frame
from recaudit.errors import DataError, did_you_mean
from recaudit.records import Answer, Capability, ItemId, Recommender, Request, SystemCard, UserId

Ranked = tuple[tuple[ItemId, ...], tuple[float, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecommender:
    """Answers from recorded lists; a user who is not in the table has no list, which is counted."""

    card: SystemCard
    offers: frozenset[Capability]
    lists: dict[UserId, Ranked]

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Look each request's user up."""
        return (self._answer(request) for request in requests)

    def _answer(self, request: Request) -> Answer:
        items, scores = self.lists.get(request.user, ((), None))
        if request.candidates is None:
            kept = slice(0, request.k)
            return Answer(
                request=request.id, items=items[kept], scores=None if scores is None else scores[kept]
            )
        wanted = set(request.candidates)
        positions = [position for position, item in enumerate(items) if item in wanted]
        return Answer(
            request=request.id,
            items=tuple(items[position] for position in positions),
            scores=None if scores is None else tuple(scores[position] for position in positions),
        )


def table(
    data: AuditData,
    *,
    path: str,
    user: str = "user",
    item: str = "item",
    rank: str | None = None,
    score: str | None = None,
    ratings: bool = False,
    version: str = "",
    description: str = "",
) -> Recommender:
    """Recommendations from a CSV, TSV or parquet file with one row per user and item.

    An explicit rank wins over a score, a score over the order of the rows; tied scores keep the order of the rows.

    Args:
        data: What the audit runs on; every user and item of the file must be in it.
        path: The file.
        user: Column of user ids.
        item: Column of item ids.
        rank: Column of ranks, 1 = best; taken by itself if the file has a column "rank".
        score: Column of scores, higher = better; taken by itself if the file has a column "score".
        ratings: Whether the scores are predicted ratings on the scale of the data.
        version: Whatever tells two releases apart.
        description: One sentence for the report.

    Raises:
        DataError: If the file cannot be used as it is; the message names an example.
    """
    source = Path(path)
    required = tuple(name for name in (user, item, rank, score) if name is not None)
    frame = read_frame(source, required=required, what="recommendations", ids=(user, item))
    rank = rank or ("rank" if "rank" in frame.columns else None)
    score = score or ("score" if "score" in frame.columns else None)
    if ratings and score is None:
        raise DataError(
            f"{source} has no column of predicted ratings; its columns are {', '.join(map(str, frame.columns))}; "
            'name one with score = "..."'
        )
    _check_ids(frame[user], data.users.index, source=source, what="user")
    _check_ids(frame[item], data.items.index, source=source, what="item")
    _check_no_repeats(frame, user, item, source)
    for column in (rank, score):
        if column is not None:
            _check_finite(frame, column, user, source)
    _check_overlap(frame[user], data, source)
    offers: set[Capability] = {"lists", "ratings"} if ratings else {"lists"}
    card = SystemCard(
        name=source.stem,
        version=version,
        description=description or f"Recorded recommendations of {source.name}.",
    )
    return TableRecommender(card=card, offers=frozenset(offers), lists=_lists(frame, user, item, rank, score))


def _lists(
    frame: pd.DataFrame, user: str, item: str, rank: str | None, score: str | None
) -> dict[UserId, Ranked]:
    if rank is not None:
        frame = frame.sort_values(rank, kind="stable")
    elif score is not None:
        frame = frame.sort_values(score, ascending=False, kind="stable")
    lists: dict[UserId, Ranked] = {}
    for key, rows in frame.groupby(user, sort=False):
        scores = None if score is None else tuple(rows[score].astype(float).tolist())
        lists[key] = (tuple(rows[item].tolist()), scores)  # type: ignore[index] # one key column: a scalar
    return lists


def _check_ids(
    ids: pd.Series[int] | pd.Series[str], known: pd.Index[int], *, source: Path, what: str
) -> None:
    unknown = ids[~ids.isin(known)].unique().tolist()
    if unknown:
        shown, existing = ", ".join(map(repr, unknown[:3])), ", ".join(map(repr, known[:3].tolist()))
        near = did_you_mean(str(unknown[0]), map(str, known[:5000]))
        raise DataError(
            f"{source}: {len(unknown)} {what} ids are not in the data, such as {shown}; "
            f"the data have {existing}{near}; use the data's ids or leave these rows out"
        )


def _check_no_repeats(frame: pd.DataFrame, user: str, item: str, source: Path) -> None:
    repeated = frame.duplicated([user, item])
    if repeated.any():
        row = int(np.flatnonzero(repeated)[0])
        raise DataError(
            f"{source}: {int(repeated.sum())} rows repeat an item in a user's list, the first is row {row + 1} "
            f"(user {_shown(frame[user], row)}, item {_shown(frame[item], row)}); a list may hold an item once"
        )


def _check_finite(frame: pd.DataFrame, column: str, user: str, source: Path) -> None:
    numbers = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64)
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{source}: {int(bad.sum())} values of '{column}' are not finite numbers, the first is "
            f"{_shown(frame[column], row)} in row {row + 1} (user {_shown(frame[user], row)}); correct or drop them"
        )


def _shown(column: pd.Series[Any], row: int) -> str:
    return repr(column.iloc[[row]].tolist()[0])


def _check_overlap(users: pd.Series[int], data: AuditData, source: Path) -> None:
    with_truth = data.truth["user"]
    if len(with_truth) and not users.isin(with_truth).any():
        raise DataError(
            f"{source}: no user has both recommendations and held-out items; the file has users "
            f"{', '.join(map(repr, users.unique()[:3].tolist()))}, the held-out items belong to "
            f"{', '.join(map(repr, with_truth.unique()[:3].tolist()))}"
        )

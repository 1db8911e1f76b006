"""Which interactions are held out as truth; they are moved, never copied."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from recaudit.datasets.data import AuditData
from recaudit.errors import DataError, InputError

SplitMethod = Literal["last", "random", "given"]


def apply_split(
    data: AuditData,
    *,
    method: SplitMethod,
    n: int = 5,
    relevant_from: float | None = None,
    seed: int = 0,
) -> AuditData:
    """Hold truth out by one of the methods.

    Args:
        data: The data.
        method: "last", "random" or "given".
        n: Held-out interactions per user ("last", "random").
        relevant_from: A held-out rating from here on is relevant; without it every held-out row is, or its own
            grade holds.
        seed: Of "random".

    Raises:
        InputError: If the data do not have what the method needs.
    """
    if method == "given":
        return split_given(data, relevant_from=relevant_from)
    if len(data.truth):
        raise InputError(f'the data come with held-out truth; write method = "given" instead of "{method}"')
    if method == "last":
        return split_last(data, n, relevant_from=relevant_from)
    return split_random(data, n, relevant_from=relevant_from, rng=seed)


def split_last(data: AuditData, n: int, *, relevant_from: float | None = None) -> AuditData:
    """Hold out the last n interactions of each user, by time or, without times, by row order.

    Interactions at the same time keep their row order. A user with n interactions or fewer keeps all of them in
    training and has no truth.
    """
    order = "by time" if "time" in data.interactions else "in row order, as there are no times"
    users = data.interactions["user"]
    from_the_end = data.interactions.groupby(users).cumcount(ascending=False)
    return _hold_out(data, from_the_end.to_numpy(), n, f"last {n} interactions of each user {order}", relevant_from)


def split_random(
    data: AuditData, n: int, *, relevant_from: float | None = None, rng: int | np.random.Generator
) -> AuditData:
    """Hold out n random interactions of each user; one with n or fewer keeps all of them in training."""
    shuffled = np.random.default_rng(rng).permutation(len(data.interactions))
    users = data.interactions["user"].iloc[shuffled]
    position = np.empty(len(shuffled), dtype=np.int64)
    position[shuffled] = users.groupby(users).cumcount().to_numpy()
    return _hold_out(data, position, n, f"{n} random interactions of each user", relevant_from)


def split_given(data: AuditData, *, relevant_from: float | None = None) -> AuditData:
    """Take the truth that came with the data."""
    if data.truth.empty:
        raise InputError('split method "given" needs a truth table, and there is none; name one with truth = "..."')
    return replace(data, truth=_graded(data.truth, relevant_from), split=_words("given", relevant_from))


def _hold_out(
    data: AuditData, position: np.ndarray, n: int, words: str, relevant_from: float | None
) -> AuditData:
    rows = data.interactions
    count = rows.groupby("user")["item"].transform("size").to_numpy()
    held = (position < n) & (count > n)
    if not held.any():
        raise DataError(
            f"no user has more than {n} interactions, so none can be held out; hold out fewer with [data.split] n"
        )
    truth = rows.loc[held].drop(columns="time", errors="ignore").reset_index(drop=True)
    return replace(
        data,
        interactions=rows.loc[~held].reset_index(drop=True),
        truth=_graded(truth, relevant_from),
        split=_words(words, relevant_from),
    )


def _graded(truth: pd.DataFrame, relevant_from: float | None) -> pd.DataFrame:
    if relevant_from is None:
        return truth if "grade" in truth else truth.assign(grade=1.0)
    if "rating" not in truth:
        raise InputError("relevant_from needs held-out ratings, and the data have none; leave it out")
    return truth.assign(grade=(truth["rating"] >= relevant_from).astype(np.float64))


def _words(method: str, relevant_from: float | None) -> str:
    return method if relevant_from is None else f"{method}; relevant from rating {relevant_from:g}"

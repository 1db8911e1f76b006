"""Which interactions are held out as truth; they are moved, never copied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from recaudit.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from recaudit.datasets.data import AuditData

SplitMethod: TypeAlias = Literal["last", "random", "given"]


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
        relevant_from: A held-out rating from here on is relevant; without it every held-out row is, or its
            own grade holds.
        seed: Of "random".

    Raises:
        InputError: If the data do not have what the method needs.
    """
    if method not in get_args(SplitMethod):
        raise UnknownNameError.among("split method", method, get_args(SplitMethod))
    if method == "given":
        return split_given(data, relevant_from=relevant_from)
    if method == "last":
        return split_last(data, n, relevant_from=relevant_from)
    return split_random(data, n, relevant_from=relevant_from, rng=seed)


def split_last(data: AuditData, n: int, *, relevant_from: float | None = None) -> AuditData:
    """Hold out the last n interactions of each user, by time or, without times, by row order.

    Interactions at the same time keep their row order. A user with n interactions or fewer keeps all of them
    in training and has no truth.

    Raises:
        InputError: If n is below 1, no user has more than n interactions, or truth is there already.
    """
    order = "by time" if "time" in data.interactions else "by row order, as there are no times"
    from_the_end = data.interactions.groupby("user")["item"].cumcount(ascending=False).to_numpy()
    words = f"last {n} interactions of each user {order}"
    return _hold_out(data, from_the_end, n, words, relevant_from)


def split_random(
    data: AuditData, n: int, *, relevant_from: float | None = None, rng: int | np.random.Generator
) -> AuditData:
    """Hold out n random interactions of each user; one with n or fewer keeps all of them in training.

    Raises:
        InputError: If n is below 1, no user has more than n interactions, or truth is there already.
    """
    shuffled = np.random.default_rng(rng).permutation(len(data.interactions))
    position = np.empty(len(shuffled), dtype=np.int64)
    position[shuffled] = data.interactions.iloc[shuffled].groupby("user")["item"].cumcount()
    return _hold_out(data, position, n, f"{n} random interactions of each user", relevant_from)


def split_given(data: AuditData, *, relevant_from: float | None = None) -> AuditData:
    """Take the truth that came with the data.

    Raises:
        InputError: If there is none.
    """
    if data.truth.empty:
        raise InputError(
            'split method "given" needs a truth table, and there is none; name one with truth = "...", '
            'or hold out with method "last" or "random"'
        )
    return _with_truth(data, data.interactions, data.truth, "as given with the data", relevant_from)


def _hold_out(
    data: AuditData, position: NDArray[np.integer], n: int, words: str, relevant_from: float | None
) -> AuditData:
    if len(data.truth):
        raise InputError(
            'the data come with held-out truth; use split method "given", or leave the truth out'
        )
    if n < 1:
        raise InputError(f"n = {n} interactions cannot be held out; give 1 or more")
    rows = data.interactions
    sizes = rows.groupby("user")["item"].transform("size")
    held = (position < n) & (sizes.to_numpy() > n)
    if not held.any():
        raise InputError(
            f"no user has more than {n} interactions (the most is {sizes.max()}), so holding out {n} would leave "
            "nothing to train on; lower n"
        )
    truth = rows.loc[held].drop(columns="time", errors="ignore").reset_index(drop=True).assign(grade=1.0)
    return _with_truth(data, rows.loc[~held].reset_index(drop=True), truth, words, relevant_from)


def _with_truth(
    data: AuditData, rows: pd.DataFrame, truth: pd.DataFrame, words: str, relevant_from: float | None
) -> AuditData:
    if relevant_from is not None:
        truth, relevance = _graded(truth, relevant_from)
        words = f"{words}; {relevance}"
    return replace(data, interactions=rows, truth=truth, split=words)


def _graded(truth: pd.DataFrame, relevant_from: float) -> tuple[pd.DataFrame, str]:
    if "rating" not in truth or truth["rating"].isna().all():
        raise InputError("relevant_from needs held-out ratings, and the data have none; leave it out")
    relevant = truth["rating"] >= relevant_from
    if not relevant.any():
        raise InputError(
            f"no held-out rating reaches relevant_from = {relevant_from:g}, the highest is "
            f"{truth['rating'].max():g}; lower it"
        )
    words = f"relevant from rating {relevant_from:g}"
    unrated = int(truth["rating"].isna().sum())
    if unrated:
        words = f"{words}, {unrated:,} held-out rows without a rating count as not relevant"
    return truth.assign(grade=relevant.astype(np.float64)), words

"""Asking the audited system: the only module that touches it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recaudit.errors import SystemFailureError
from recaudit.records import Answer, Recommender, Request

BATCH = 256
"""Requests handed over at once; progress moves and evidence is stored after each batch."""


def ask(system: Recommender, requests: Sequence[Request], catalogue: pd.Index[int]) -> Iterator[list[Answer]]:
    """Ask in batches and check every answer against the contract.

    Args:
        system: The audited system.
        requests: What to ask; requests it does not offer to answer are the caller's to leave out.
        catalogue: All item ids.

    Yields:
        One batch of answers, in the order of its requests.

    Raises:
        SystemFailureError: If the system raises, leaves a request unanswered, answers twice, or gives a list that
            is not made of at most k different catalogue items with finite scores.
    """
    for start in range(0, len(requests), BATCH):
        batch = requests[start : start + BATCH]
        try:
            answers = list(system.recommend(batch))
        except Exception as error:
            raise SystemFailureError(f"it raised {type(error).__name__}: {error}") from error
        yield _checked(batch, answers, catalogue)


def _checked(batch: Sequence[Request], answers: Sequence[Answer], catalogue: pd.Index[int]) -> list[Answer]:
    if len(answers) != len(batch):
        raise SystemFailureError(
            f"it gave {len(answers)} answers to {len(batch)} requests; an adapter answers every request once"
        )
    by_request: Mapping[str, Answer] = {answer.request: answer for answer in answers}
    unanswered = [request for request in batch if request.id not in by_request]
    if unanswered:
        raise SystemFailureError(
            f"{len(unanswered)} requests have no answer, the first is for user {unanswered[0].user!r}; "
            "set Answer.request to the id of its request"
        )
    for request in batch:
        _check(request, by_request[request.id], catalogue)
    return [_plain(by_request[request.id]) for request in batch]


def _plain(answer: Answer) -> Answer:
    """The same answer without numpy scalars, so that it can be stored."""
    items = tuple(item.item() if isinstance(item, np.generic) else item for item in answer.items)
    scores = None if answer.scores is None else tuple(float(score) for score in answer.scores)
    return replace(answer, items=items, scores=scores)


def _check(request: Request, answer: Answer, catalogue: pd.Index[int]) -> None:
    who = f"the list for user {request.user!r}"
    if len(answer.items) > request.k:
        raise SystemFailureError(f"{who} has {len(answer.items)} items where {request.k} were asked for")
    if len(set(answer.items)) != len(answer.items):
        repeated = next(item for item in answer.items if answer.items.count(item) > 1)
        raise SystemFailureError(f"{who} holds the item {repeated!r} more than once")
    known = catalogue if request.candidates is None else set(request.candidates)
    for item in answer.items:
        if item not in known:
            where = "the catalogue" if request.candidates is None else "the candidates"
            raise SystemFailureError(f"{who} holds the item {item!r}, which is not in {where}")
    if answer.scores is not None:
        if len(answer.scores) != len(answer.items):
            raise SystemFailureError(f"{who} has {len(answer.items)} items and {len(answer.scores)} scores")
        if not all(math.isfinite(score) for score in answer.scores):
            raise SystemFailureError(f"{who} has a score that is not a finite number")

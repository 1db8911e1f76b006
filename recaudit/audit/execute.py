"""Asking the audited system: the only module that touches it."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recaudit.errors import SystemFailureError
from recaudit.records import FAILED, Answer, ItemId, Recommender, Request

MOST_FAILURES = 20
"""Failed calls in a row after which a system counts as down, and is not asked on."""


def ask(system: Recommender, requests: Sequence[Request], catalogue: pd.Index[int]) -> Generator[Answer]:
    """Ask everything and check every answer against the contract.

    Args:
        system: The audited system.
        requests: What to ask; requests it does not offer to answer are the caller's to leave out.
        catalogue: All item ids.

    Yields:
        Each answer as soon as the system gives it, in its order.

    Raises:
        SystemFailureError: If the system raises, fails many times in a row, leaves a request unanswered, answers
            twice, or gives a list that is not made of at most k different catalogue items with finite scores.
    """
    waiting = {request.id: request for request in requests}
    in_a_row = 0
    given = _given(system, requests)
    try:
        for answer in given:
            request = waiting.pop(answer.request, None)
            if request is None:
                raise SystemFailureError(
                    f"it gave a second answer to a request, or one to none of the {len(requests)} requests; set "
                    "Answer.request to the id of its request and answer it once"
                )
            check_answer(request, answer, catalogue)
            yield _plain(answer)
            in_a_row = in_a_row + 1 if answer.problem in FAILED else 0
            if in_a_row == MOST_FAILURES:
                raise SystemFailureError(
                    f"{in_a_row} calls in a row failed, the last one because {answer.detail or answer.problem}; "
                    "mend it and go on with --resume"
                )
    finally:
        given.close()
    if waiting:
        unanswered = next(iter(waiting.values()))
        raise SystemFailureError(
            f"{len(waiting)} of {len(requests)} requests have no answer, the first is for user "
            f"{unanswered.user!r}; an adapter answers every request once"
        )


def _given(system: Recommender, requests: Sequence[Request]) -> Generator[Answer]:
    try:
        yield from system.recommend(requests)
    except SystemFailureError:
        raise
    except Exception as error:
        raise SystemFailureError(f"it raised {type(error).__name__}: {error}") from error


def _plain(answer: Answer) -> Answer:
    """The same answer without numpy scalars, so that it can be stored."""
    scores = None if answer.scores is None else tuple(float(score) for score in answer.scores)
    slots = tuple(replace(slot, item=None if slot.item is None else _id(slot.item)) for slot in answer.slots)
    return replace(answer, items=tuple(map(_id, answer.items)), scores=scores, slots=slots)


def _id(item: ItemId) -> ItemId:
    return item.item() if isinstance(item, np.generic) else item


def check_answer(request: Request, answer: Answer, catalogue: pd.Index[int]) -> None:
    """Check one answer against the contract.

    Raises:
        SystemFailureError: If the list is not made of at most k different catalogue items with finite scores.
    """
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

"""Few-shot prompts: questions about other users whose answer is known, with that answer, before the real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recaudit.adapters.language.model import Call, Message
from recaudit.adapters.language.tasks import TASKS, Setting, Task
from recaudit.datasets import AuditData, first_users
from recaudit.errors import InputError
from recaudit.records import ItemId, Request

CANDIDATES = 5
"""Items in a question about candidates."""

LISTED = 3
"""Titles in an answer without candidates."""

SEED = 0


def worked_examples(data: AuditData, task: Task, setting: Setting, count: int) -> tuple[Message, ...]:
    """Questions and right answers, made of training interactions.

    Each is about one user of the training data: the newest items are what was wanted, the ones before are the history,
    and other candidates are drawn by popularity from what the user did not have. With candidates, the wanted item is in
    every other question the first one, so that "Yes" and "No" alternate.

    Args:
        data: What to take examples from; held-out truth is not seen.
        task: How the model is asked.
        setting: What prompts are made from.
        count: How many.

    Returns:
        A user's message and an assistant's for each example.

    Raises:
        InputError: If the task takes no examples, or too few users have enough interactions.
    """
    if task.say is None:
        able = ", ".join(sorted(name for name, one in TASKS.items() if one.say is not None))
        raise InputError(f"the task '{task.name}' takes no examples; set shots = 0, or use one of {able}")
    free = "lists" in task.offers
    last = LISTED if free else 1
    histories = {user: items for user, items in data.histories().items() if len(items) > last}
    if len(histories) < count:
        raise InputError(
            f"shots = {count}, and {len(histories)} users have more than {last} training interactions; "
            "give fewer shots"
        )
    rng = np.random.default_rng(SEED)
    popularity = data.interactions["item"].value_counts()
    messages: list[Message] = []
    for number, user in enumerate(first_users(list(histories), count, SEED)):
        before, wanted = histories[user][:-last], histories[user][-last:]
        question = Request(unit=user, arm="example", user=user, history=before, k=last)
        if not free:
            candidates = _candidates(popularity, histories[user], number, rng)
            question = replace(question, candidates=candidates, k=len(candidates), needs="candidates")
        asked = task.calls(question, setting)[0].messages[-1]
        messages += [asked, Message(role="assistant", content=task.say(question, setting, wanted))]
    return tuple(messages)


def with_examples(call: Call, examples: Sequence[Message]) -> Call:
    """Put examples between the system message and the question."""
    opening = 1 if call.messages[0].role == "system" else 0
    return replace(call, messages=(*call.messages[:opening], *examples, *call.messages[opening:]))


def _candidates(
    popularity: pd.Series[int], history: Sequence[ItemId], number: int, rng: np.random.Generator
) -> tuple[ItemId, ...]:
    """The last item of the history among popular ones; first in even numbers, anywhere later in odd ones."""
    counts = popularity.drop(list(set(history)), errors="ignore")
    others = counts.index.to_numpy()
    drawn = rng.choice(
        others, min(CANDIDATES - 1, len(others)), replace=False, p=counts.to_numpy() / counts.sum()
    )
    found = drawn.tolist()
    found.insert(0 if number % 2 == 0 else int(rng.integers(1, len(found) + 1)), history[-1])
    return tuple(found)

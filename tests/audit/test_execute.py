from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import pytest

from recaudit.adapters.functions import FunctionRecommender
from recaudit.audit.execute import MOST_FAILURES, ask
from recaudit.errors import SystemFailureError
from recaudit.records import Answer, Request, SystemCard

CATALOGUE = pd.Index([1, 2, 3, 4])


def requests(count: int, **changes: object) -> list[Request]:
    content = {"arm": "list", "history": (), "k": 2, **changes}
    return [Request(unit=user, user=user, **content) for user in range(count)]  # type: ignore[arg-type]


def system(answer: Callable[[Request], Answer]) -> FunctionRecommender:
    return FunctionRecommender(card=SystemCard(name="s"), offers=frozenset({"lists"}), answer=answer)


class Scripted:
    card = SystemCard(name="s")
    offers = frozenset({"lists"})

    def __init__(self, script: Callable[[Sequence[Request]], Iterable[Answer]]) -> None:
        self.recommend = script


def test_answers_come_as_the_system_gives_them_and_no_sooner() -> None:
    asked = requests(3)
    given: list[int] = []

    def script(batch: Sequence[Request]) -> Iterable[Answer]:
        for place, request in enumerate(reversed(batch)):
            given.append(place)
            yield Answer(request=request.id, items=(1,))

    answers = ask(Scripted(script), asked, CATALOGUE)  # type: ignore[arg-type]
    assert next(answers).request == asked[2].id
    assert given == [0]
    assert [answer.request for answer in answers] == [asked[1].id, asked[0].id]


def test_stopping_early_stops_the_system() -> None:
    stopped: list[bool] = []

    def script(batch: Sequence[Request]) -> Iterable[Answer]:
        try:
            for request in batch:
                yield Answer(request=request.id, items=(1,))
        finally:
            stopped.append(True)

    answers = ask(Scripted(script), requests(3), CATALOGUE)  # type: ignore[arg-type]
    next(answers)
    answers.close()
    assert stopped == [True]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda r: Answer(request=r.id, items=(1, 2, 3)), "has 3 items where 2 were asked for"),
        (lambda r: Answer(request=r.id, items=(1, 1)), "holds the item 1 more than once"),
        (lambda r: Answer(request=r.id, items=(1, 9)), "holds the item 9, which is not in the catalogue"),
        (lambda r: Answer(request=r.id, items=(1, 2), scores=(1.0,)), "has 2 items and 1 scores"),
        (
            lambda r: Answer(request=r.id, items=(1,), scores=(float("nan"),)),
            "score that is not a finite number",
        ),
        (lambda _: Answer(request="other", items=(1,)), "or one to none of the 1 requests"),
        (lambda _: 1 / 0, "it raised ZeroDivisionError"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_a_failure(
    answer: Callable[[Request], Answer], message: str
) -> None:
    with pytest.raises(SystemFailureError, match=message):
        list(ask(system(answer), requests(1), CATALOGUE))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            lambda batch: [Answer(request=batch[0].id, items=())],
            "1 of 2 requests have no answer, the first is for user 1",
        ),
        (lambda batch: [Answer(request=batch[0].id, items=())] * 2, "gave a second answer to a request"),
    ],
)
def test_a_wrong_number_of_answers_is_a_failure(
    script: Callable[[Sequence[Request]], Iterable[Answer]], message: str
) -> None:
    with pytest.raises(SystemFailureError, match=message):
        list(ask(Scripted(script), requests(2), CATALOGUE))  # type: ignore[arg-type]


def test_a_system_that_fails_many_times_in_a_row_counts_as_down() -> None:
    down = system(lambda r: Answer(request=r.id, items=(), problem="error", detail="it said 500"))
    given: list[Answer] = []
    with pytest.raises(SystemFailureError, match=f"{MOST_FAILURES} calls in a row failed, .* it said 500"):
        given.extend(ask(down, requests(MOST_FAILURES + 5), CATALOGUE))

    def shaky(request: Request) -> Answer:
        problem = "timeout" if request.user % 2 else None  # type: ignore[operator]
        return Answer(request=request.id, items=(), problem=problem)  # type: ignore[arg-type]

    assert len(list(ask(system(shaky), requests(3 * MOST_FAILURES), CATALOGUE))) == 3 * MOST_FAILURES


def test_candidates_bound_the_list() -> None:
    asked = requests(1, candidates=(1, 2))
    with pytest.raises(SystemFailureError, match="item 3, which is not in the candidates"):
        list(ask(system(lambda r: Answer(request=r.id, items=(3,))), asked, CATALOGUE))


def test_numpy_ids_and_scores_are_stored_as_plain_numbers() -> None:
    answer = Answer(
        request=requests(1)[0].id, items=(np.int64(2), np.int64(1)), scores=(np.float32(2), np.float32(1))
    )  # type: ignore[arg-type]
    [given] = list(ask(system(lambda _: answer), requests(1), CATALOGUE))
    assert given == answer
    assert [type(item) for item in given.items] == [int, int]
    assert [type(score) for score in given.scores or ()] == [float, float]

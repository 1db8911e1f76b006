from __future__ import annotations

from collections.abc import Sequence

import pytest

from recaudit import recommender
from recaudit.adapters import from_function, from_ranker, from_scorer
from recaudit.adapters.functions import from_config
from recaudit.datasets import AuditData
from recaudit.errors import UnknownNameError
from recaudit.probes.lists import plan_lists
from recaudit.records import Answer, ItemId, Recommender, Request, SystemCard, UserId

CARD = SystemCard(name="mine")


def first_answer(system: Recommender, data: AuditData, k: int = 3) -> tuple[Request, Answer]:
    request = plan_lists(data, k, 0)[0]
    [answer] = system.recommend([request])
    return request, answer


def by_number(user: UserId, items: Sequence[ItemId]) -> list[float]:
    return [float(item) for item in items]


def backwards(user: UserId, candidates: Sequence[ItemId]) -> list[ItemId]:
    return sorted(candidates, reverse=True)


def best(request: Request) -> list[ItemId]:
    """The same two items for everybody."""
    return [1, 2]


def test_a_function_gives_its_items(tiny_data: AuditData) -> None:
    _, answer = first_answer(from_function(best, card=CARD), tiny_data)
    assert answer.items == (1, 2)


@pytest.mark.parametrize("system", ["score", "rank"])
def test_a_scorer_and_a_ranker_order_the_catalogue_without_the_history(
    tiny_data: AuditData, system: str
) -> None:
    built = (
        from_scorer(by_number, tiny_data, card=CARD)
        if system == "score"
        else from_ranker(backwards, tiny_data, card=CARD)
    )
    request, answer = first_answer(built, tiny_data)
    unseen = [item for item in range(39, -1, -1) if item not in request.history]
    assert list(answer.items) == unseen[:3]
    assert "candidates" in built.offers


def test_candidates_are_ranked_alone(tiny_data: AuditData) -> None:
    request = Request(unit="u00", user="u00", arm="x", history=(), candidates=(3, 9, 5), k=2)
    [answer] = from_scorer(by_number, tiny_data, card=CARD).recommend([request])
    assert answer.items == (9, 5)


def test_a_scorer_that_gives_too_few_scores_is_refused(tiny_data: AuditData) -> None:
    with pytest.raises(ValueError, match="give one per item"):
        first_answer(from_scorer(lambda *_: [1.0], tiny_data, card=CARD), tiny_data)


def test_the_decorator_makes_a_factory(tiny_data: AuditData) -> None:
    factory = recommender(name="two items", version="3")(best)
    system = factory(tiny_data)
    assert (system.card.name, system.card.version) == ("two items", "3")
    assert first_answer(system, tiny_data)[1].items == (1, 2)
    assert factory.__doc__ == best.__doc__


@pytest.mark.parametrize(
    ("kind", "name"), [("recommend", "sort_key"), ("score", "sort_key"), ("rank", "sort_key")]
)
def test_a_function_named_in_the_configuration(
    tiny_data: AuditData, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import operator

    chosen = {"recommend": best, "score": by_number, "rank": backwards}[kind]
    monkeypatch.setattr(operator, name, chosen, raising=False)
    system = from_config(tiny_data, function=f"operator:{name}", kind=kind)  # type: ignore[arg-type]
    assert system.card.name == "operator:sort_key"
    assert first_answer(system, tiny_data)[1].items


def test_a_function_may_say_that_it_reads_profiles(tiny_data: AuditData) -> None:
    @recommender(name="by profile", offers=("lists", "profiles"))
    def by_profile(request: Request) -> list[int]:
        return [1, 2] if dict(request.profile).get("gender") == "F" else [3]

    system = by_profile(tiny_data)
    assert system.offers == {"lists", "profiles"}
    woman = Request(unit=1, arm="a", user=1, history=(), k=2, needs="profiles", profile=(("gender", "F"),))
    [answer] = system.recommend([woman])
    assert answer.items == (1, 2)
    with pytest.raises(UnknownNameError, match="unknown capability 'profile', did you mean 'profiles'"):
        from_config(tiny_data, function="math:floor", offers=["profile"])

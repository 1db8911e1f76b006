from __future__ import annotations

import pytest

from recaudit.records import Request, SystemCard


def request(**changes: object) -> Request:
    content = {"unit": 1, "arm": "list", "user": 1, "history": (5, 6), "k": 10, **changes}
    return Request(**content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": 2},
        {"arm": "x"},
        {"replicate": 1},
        {"user": 2},
        {"history": (5,)},
        {"k": 9},
        {"candidates": (7,)},
        {"profile": (("gender", "F"),)},
        {"instruction": "Name ten films."},
    ],
)
def test_the_id_of_a_request_depends_on_its_content(changes: dict[str, object]) -> None:
    assert request(**changes).id != request().id
    assert request().id == request().id


def test_a_replicate_is_another_request_with_another_seed() -> None:
    assert request(replicate=1).seed != request(replicate=0).seed


def test_the_run_seed_changes_the_seed_and_not_the_id() -> None:
    assert request(run_seed=1).id == request(run_seed=2).id
    assert request(run_seed=1).seed != request(run_seed=2).seed


@pytest.mark.parametrize(
    ("llm", "tuned", "crm", "quadrant"),
    [
        (None, False, True, "conventional"),
        ("m", True, True, "tuned, with CRM"),
        ("m", False, True, "frozen, with CRM"),
        ("m", False, False, "frozen, no CRM"),
        ("m", True, False, "tuned, no CRM"),
    ],
)
def test_the_quadrant_is_derived(llm: str | None, tuned: bool, crm: bool, quadrant: str) -> None:
    assert SystemCard(name="s", llm=llm, tuned=tuned, crm_at_inference=crm).quadrant == quadrant

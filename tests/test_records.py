from __future__ import annotations

import numpy as np
import pytest

from recaudit.records import Request, SystemCard, digest_of


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


def test_a_digest_does_not_depend_on_key_order_or_number_width() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": np.int32(2), "a": np.int64(1)})


def test_what_cannot_be_written_down_cannot_be_digested() -> None:
    with pytest.raises(TypeError, match="cannot digest a set"):
        digest_of({1})

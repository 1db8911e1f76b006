from __future__ import annotations

import pandas as pd
import pytest

from recaudit.adapters.language.reading import read_list
from recaudit.adapters.language.titles import TitleIndex, index_titles


@pytest.fixture(scope="module")
def index() -> TitleIndex:
    titles = [
        "Heat (1995)",
        "Alien (1979)",
        "Sabrina (1954)",
        "Sabrina (1995)",
        "Psycho (1960)",
        "Stalker (1979)",
    ]
    return index_titles(
        pd.DataFrame({"title": titles}, index=["heat", "alien", "sab54", "sab95", "psycho", "stalker"])
    )


def test_every_title_is_kept_with_what_became_of_it(index: TitleIndex) -> None:
    text = "1. Heat (1995)\n2. alien\n3. Sabrina\n4. HEAT\n5. The Matrix\n6. Pssycho (1960)\n7. Heatt"
    reading = read_list(text, index, k=10)
    assert reading.items == ("heat", "alien")
    assert [(slot.title, slot.item, slot.how) for slot in reading.slots] == [
        ("Heat (1995)", "heat", "exact"),
        ("alien", "alien", "normalised"),
        ("Sabrina", None, "ambiguous"),
        ("HEAT", "heat", "repeated"),
        ("The Matrix", None, "off-catalogue"),
        ("Pssycho (1960)", None, "off-catalogue"),
        ("Heatt", None, "off-catalogue"),
    ]
    assert (reading.problem, reading.detail) == (None, "")


def test_items_are_cut_to_k_and_slots_are_not(index: TitleIndex) -> None:
    reading = read_list("- The Matrix\n- Heat\n- Heat\n- Alien\n- Psycho", index, k=2)
    assert reading.items == ("heat", "alien")
    assert [slot.how for slot in reading.slots] == [
        "off-catalogue", "normalised", "repeated", "normalised", "normalised",
    ]  # fmt: skip


def test_items_outside_the_candidates_are_not_asked(index: TitleIndex) -> None:
    reading = read_list("1. Heat\n2. Alien\n3. Heat\n4. Sabrina", index, k=4, among=["alien", "sab95"])
    assert reading.items == ("alien", "sab95")
    assert [(slot.item, slot.how) for slot in reading.slots] == [
        ("heat", "not asked"),
        ("alien", "normalised"),
        ("heat", "not asked"),
        ("sab95", "normalised"),
    ]


def test_two_names_of_one_item_are_a_repeat(index: TitleIndex) -> None:
    assert read_list("Heat\nHeat (1995)", index, k=5).items == ("heat",)


def test_a_list_of_unknown_titles_is_empty_and_no_problem(index: TitleIndex) -> None:
    reading = read_list("1. Vertigo\n2. Rear Window", index, k=5)
    assert (reading.items, len(reading.slots), reading.problem) == ((), 2, None)


@pytest.mark.parametrize(
    ("text", "problem"), [("I'm sorry, I can't help with that.", "refused"), ("", "unparsed")]
)
def test_problems_are_passed_on(index: TitleIndex, text: str, problem: str) -> None:
    reading = read_list(text, index, k=5)
    assert (reading.items, reading.slots, reading.problem) == ((), (), problem)
    assert reading.detail


def test_a_megabyte_of_near_misses_is_read(index: TitleIndex) -> None:
    reading = read_list("\n".join(f"- Stalkers of Heat {n}" for n in range(40_000)), index, k=10)
    assert reading.items == ()
    assert len(reading.slots) == 1_000
    assert "were not read" in reading.detail

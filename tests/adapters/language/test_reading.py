from __future__ import annotations

import pandas as pd
import pytest

from recaudit.adapters.language.reading import read_list, read_otherwise
from recaudit.adapters.language.titles import NOT_FUZZY, TitleIndex, index_titles
from recaudit.records import Answer, Slot


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


@pytest.fixture(scope="module")
def gardens() -> TitleIndex:
    titles = ["Garden of Lanterns", "Silver Meridian", "Crimson Harbour", "Heat"]
    return index_titles(pd.DataFrame({"title": titles}, index=["garden", "silver", "crimson", "heat"]))


def answered(text: str, index: TitleIndex, *, k: int = 5, among: list[str] | None = None) -> Answer:
    reading = read_list(text, index, k=k, among=among)
    return Answer(request="r", items=reading.items, slots=reading.slots)


def test_an_answer_read_again_is_as_if_it_had_been_read_so(gardens: TitleIndex) -> None:
    text = "1. Silver Meridan\n2. Silver Meridian\n3. Garden of Lantern\n4. heat\n5. Crimson Harbour"
    for other in (
        gardens.matching(threshold=NOT_FUZZY),
        gardens.matching(threshold=80, spelling=False),
        gardens.matching(threshold=98),
    ):
        for among in (None, ["garden", "silver", "heat"]):
            before = answered(text, gardens, k=3, among=among)
            again = read_otherwise(before, other, k=3, among=among)
            wanted = answered(text, other, k=3, among=among)
            assert again.items == wanted.items
            assert [(one.item, one.how) for one in again.slots] == [
                (one.item, one.how) for one in wanted.slots
            ]


def test_a_place_that_falls_vacant_is_taken_by_what_came_after(gardens: TitleIndex) -> None:
    before = answered("1. Silver Meridan\n2. Heat\n3. Silver Meridian", gardens, k=2)
    assert before.items == ("silver", "heat")
    after = read_otherwise(before, gardens.matching(threshold=NOT_FUZZY), k=2)
    assert after.items == ("heat", "silver")
    assert [slot.how for slot in after.slots] == ["off-catalogue", "exact", "exact"]


def test_an_answer_that_reads_alike_is_the_answer_itself(gardens: TitleIndex) -> None:
    before = answered("1. Silver meridian\n2. Heat\n3. Nothing like it\n4. Heat", gardens)
    assert read_otherwise(before, gardens.matching(threshold=NOT_FUZZY), k=5) is before
    assert read_otherwise(before, gardens.matching(threshold=80, spelling=False), k=5) is before


def test_a_list_that_is_not_made_of_the_titles_stays(gardens: TitleIndex) -> None:
    slot = Slot(title="Silver Meridan", item="silver", how="fuzzy", similarity=96.0)
    own = Answer(request="r", items=("garden",), slots=(slot,))
    assert read_otherwise(own, gardens.matching(threshold=NOT_FUZZY), k=5) is own


def test_scores_stay_with_their_items_where_each_has_one(gardens: TitleIndex) -> None:
    before = answered("1. Silver Meridan\n2. Garden of Lantern\n3. Heat", gardens)
    scored = Answer(request="r", items=before.items, slots=before.slots, scores=(0.9, 0.4))
    assert scored.items == ("silver", "heat")
    assert read_otherwise(scored, gardens.matching(threshold=NOT_FUZZY), k=5).scores == (0.4,)
    loosely = read_otherwise(scored, gardens.matching(threshold=80, spelling=False), k=5)
    assert (loosely.items, loosely.scores) == (("silver", "garden", "heat"), None)

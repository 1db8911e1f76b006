from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from recaudit.adapters.language.titles import NOT_FUZZY, TitleIndex, index_titles
from recaudit.errors import DataError

LABELLED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("labelled_answers.toml").read_text(encoding="utf-8")
)


def index_of(*titles: str, years: list[float] | None = None) -> TitleIndex:
    """Items 1, 2, ... of these titles."""
    frame = pd.DataFrame({"title": titles}, index=pd.RangeIndex(1, len(titles) + 1, name="item"))
    return index_titles(frame if years is None else frame.assign(year=years))


@pytest.fixture(scope="module")
def invented() -> TitleIndex:
    catalogue = LABELLED["catalogue"]
    return index_titles(pd.DataFrame({"title": list(catalogue.values())}, index=list(catalogue)))


FILMS = index_of(
    "Silence of the Lambs, The (1991)",  # 1
    "Sabrina (1954)",  # 2
    "Sabrina (1995)",  # 3
    "Chasing Amy (1997)",  # 4
    "Chasing Amy (1997)",  # 5
    "Cité des enfants perdus, La (City of Lost Children, The) (1995)",  # 6
    "Iron Meridian (1984)",  # 7
    "Iron Meridian II (1987)",  # 8
    "Iron Meridian III: The Long Dawn (1990)",  # 9
    "Stand by Me (1986)",  # 10
    "Yellow Submarine",  # 11
)


@pytest.mark.parametrize(
    ("title", "item", "how"),
    [
        ("Silence of the Lambs, The (1991)", 1, "exact"),
        (" Silence of the  Lambs, The (1991)\n", 1, "exact"),
        ("The Silence of the Lambs", 1, "normalised"),
        ("silence of the lambs", 1, "normalised"),
        ("The Silense of the Lambs", 1, "fuzzy"),
        ("Silence of Lambs", 1, "fuzzy"),
        ("Sabrina (1954)", 2, "exact"),
        ("sabrina [1995]", 3, "normalised"),
        ("Sabrina, 1954", 2, "normalised"),
        ("Sabrina", None, "ambiguous"),
        ("Sabrina (1975)", None, "off-catalogue"),
        ("Chasing Amy (1997)", None, "ambiguous"),
        ("chasing amy", None, "ambiguous"),
        ("Chasing Amie", None, "off-catalogue"),
        ("The City of Lost Children", 6, "normalised"),
        ("City of Lost Children (La Cité des Enfants Perdus)", 6, "normalised"),
        ("La cite des enfants perdus (1995)", 6, "normalised"),
        ("Iron Meridian", 7, "normalised"),
        ("Iron Meridian Part Two", 8, "normalised"),
        ("Iron Meridian 3", 9, "normalised"),
        ("Iron Meridian 4", None, "off-catalogue"),
        ("Stand by Me by Rob Reiner", 10, "normalised"),
        ("Stand by Me - Rob Reiner", 10, "normalised"),
        ("Stand by Me (1986) – coming of age", 10, "normalised"),
        ("Yellow Submarine", 11, "exact"),
        ("Yellow Submarine (1968)", 11, "normalised"),
        ("The Matrix", None, "off-catalogue"),
        ("", None, "off-catalogue"),
        ("<script>alert(1)</script>", None, "off-catalogue"),
        ("\u202eSabrina\u202c (1954)\x00", 2, "normalised"),
    ],
)
def test_a_title_finds_its_item_or_says_why_not(title: str, item: int | None, how: str) -> None:
    slot = FILMS.match(title)
    assert (slot.item, slot.how, slot.title) == (item, how, title)


def test_similarity_is_full_for_exact_and_normalised_and_less_for_fuzzy() -> None:
    assert FILMS.match("The Silence of the Lambs").similarity == 100
    assert 86 <= FILMS.match("The Silense of the Lambs").similarity < 100
    assert 80 <= FILMS.match("The Science of the Rams").similarity < 100
    assert FILMS.match("Zzzzzzzzzz").similarity == 0


def test_a_year_next_to_the_only_candidate_is_taken_for_it() -> None:
    assert FILMS.match("The Silence of the Lambs (1990)").item == 1
    assert FILMS.match("The Silence of the Lambs (1989)").how == "off-catalogue"


def test_the_right_year_goes_before_its_neighbour() -> None:
    twins = index_of("Cold Orchard (1999)", "Cold Orchard (2000)")
    assert [twins.match(f"Cold Orchard ({year})").item for year in (1998, 1999, 2000, 2001)] == [1, 1, 2, 2]
    assert twins.match("Cold Orchard").how == "ambiguous"


def test_years_come_from_their_column_where_titles_have_none() -> None:
    twins = index_of("Sabrina", "Sabrina", "Heat", years=[1954.0, 1995.0, float("nan")])
    assert twins.match("Sabrina (1995)").item == 2
    assert twins.match("Sabrina").how == "ambiguous"
    assert twins.match("Heat (1995)").item == 3


def test_a_number_like_a_year_is_part_of_the_title_where_years_are_unknown() -> None:
    assert index_of("Football Games").match("Football Games 2005").how == "off-catalogue"
    assert index_of("Football Games (2005)").match("Football Games 2005").item == 1
    assert index_of("Football Games", "Football Games 2005").match("Football Games 2005").item == 2


def test_the_items_asked_about_decide_between_items_that_fit_alike() -> None:
    assert FILMS.match("Chasing Amy (1997)", among={5, 7}).item == 5
    assert FILMS.match("Sabrina", among={2}).item == 2
    assert FILMS.match("Sabrina", among={2, 3}).how == "ambiguous"
    assert FILMS.match("Sabrina", among={7}).how == "ambiguous"


def test_the_items_asked_about_do_not_make_a_title_mean_another_item() -> None:
    assert FILMS.match("Iron Meridian", among={8}).item == 7


def test_near_titles_that_fit_alike_are_ambiguous() -> None:
    near = index_of("Garden of the Fox", "Garden of the Fix")
    assert near.match("Garden of the Fux").how == "ambiguous"


@pytest.mark.parametrize(
    ("catalogue", "written"),
    [
        ("Night of the Living Dead", "Night of the Living Bread"),
        ("Silver Lanterns", "Silver Lantern"),
        ("Zone 451", "Zone 415"),
        ("D2: The Mighty Ducks", "D3: The Mighty Ducks"),
        ("King in New York, A", "King of New York"),
        ("Alien", "Aliens"),
        ("Burning Cathedral, The", "The Turning Cathedral"),
        ("Star Wars", "Star Wars - Part IV"),
        ("Alien (1979)", "Alien - Covenant (2017)"),
    ],
)
def test_another_work_of_a_similar_name_is_not_taken(catalogue: str, written: str) -> None:
    assert index_of(catalogue).match(written).how == "off-catalogue"


def test_a_word_of_the_catalogue_is_no_misspelling_of_another() -> None:
    assert index_of("The Lost Ferry").match("The Last Ferry").how == "fuzzy"
    assert index_of("The Lost Ferry", "Last Orders").match("The Last Ferry").how == "off-catalogue"


def test_titles_in_other_scripts() -> None:
    index = index_of("雪の宿 (Snow Inn, The) (1991)", "Мост через Неву (1978)", "हिन्दी फ़िल्म", "שלום")
    found = [
        index.match(title).item
        for title in ("雪の宿", "Мост через Неву".upper(), "हिन्दी फ़िल्म (1999)", "שלום")
    ]
    assert found == [1, 2, 3, 4]


def test_without_the_fuzzy_match_only_letters_and_normal_forms_fit() -> None:
    strictly = FILMS.matching(threshold=NOT_FUZZY)
    assert FILMS.match("The Silense of the Lambs").how == "fuzzy"
    assert strictly.match("The Silense of the Lambs").how == "off-catalogue"
    assert strictly.match("the silence of the lambs").item == 1


def test_a_looser_match_takes_other_words_of_enough_similarity() -> None:
    index = index_of("The Lost Ferry", "Last Orders", "Zone 451 Revisited")
    titles = ["The Last Ferry", "Zone 415 Revisited", "The Lost Fairs"]
    assert [index.match(title).how for title in titles] == ["off-catalogue"] * 3
    loosely = index.matching(threshold=80, spelling=False)
    assert [loosely.match(title).item for title in titles] == [1, 3, None]
    assert index.matching(threshold=70, spelling=False).match("The Lost Fairs").item == 1
    assert [index.match(title).how for title in titles] == ["off-catalogue"] * 3


def test_no_titles_is_said() -> None:
    with pytest.raises(DataError, match="no column 'title'"):
        index_titles(pd.DataFrame({"name": ["Heat"]}))


def test_an_empty_catalogue_holds_nothing() -> None:
    assert index_of().match("Heat").how == "off-catalogue"


def test_a_megabyte_of_title_is_off_catalogue() -> None:
    assert FILMS.match("The Silence of " * 70_000).how == "off-catalogue"


def test_the_labelled_set_is_what_its_page_says() -> None:
    catalogue = LABELLED["catalogue"]
    assert len(catalogue) == 340
    written = [
        text for half in ("choosing", "held_out") for rows in LABELLED[half].values() for text, _ in rows
    ]
    assert len(written) == len(set(written)) == 1045
    labels = {
        item for half in ("choosing", "held_out") for rows in LABELLED[half].values() for _, item in rows
    }
    assert labels - {"", "?"} <= set(catalogue)


def test_held_out_answers_are_matched_as_precisely_as_documented(invented: TitleIndex) -> None:
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    named = found = 0
    for rows in LABELLED["held_out"].values():
        for text, label in rows:
            slot = invented.match(text)
            named += label not in {"", "?"}
            found += slot.item == label
            said[slot.how] += 1
            right[slot.how] += slot.item == label or (label == "?" and slot.how == "ambiguous")
    assert right["exact"] == said["exact"] > 20
    assert right["normalised"] / said["normalised"] >= 0.99
    assert right["fuzzy"] / said["fuzzy"] >= 0.96
    assert said["fuzzy"] >= 90
    assert found / named >= 0.90


def test_movielens_titles_written_the_usual_way_are_never_booked_wrongly(shared_data: Path) -> None:
    films = pd.read_parquet(shared_data / "movielens-1m" / "items.parquet").set_index("item_id")
    index = index_titles(films)
    article = (
        films["title"]
        .str.extract(r"^(?P<title>[^()]*?), (?P<article>The|A|An) (?P<year>\(\d{4}\))$")
        .dropna()
    )
    usual = article["article"] + " " + article["title"] + " " + article["year"]
    slots = {item: index.match(title) for item, title in usual.items()}
    assert len(slots) > 600
    assert {item: slot for item, slot in slots.items() if slot.item != item} == {}

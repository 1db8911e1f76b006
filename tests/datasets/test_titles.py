from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.datasets import normal_form
from recaudit.datasets.titles import without_article


@pytest.mark.parametrize(
    "titles",
    [
        ("Silence of the Lambs, The (1991)", "The Silence of the Lambs", "the  SILENCE of the lambs!"),
        ("Cité des enfants perdus, La (1995)", "La Cité des Enfants Perdus", "La cite des enfants perdus"),
        ("Atalante, L' (1934)", "L'Atalante", "L\u2019Atalante", "l'atalante"),
        ("Fast & Furious", "Fast and Furious"),
        ("Romeo + Juliet", "Romeo & Juliet"),
        ("L.A. Confidential (1997)", "LA Confidential"),
        ("E.T. the Extra-Terrestrial", "ET The Extra Terrestrial"),
        (
            "Godfather: Part II, The (1974)",
            "The Godfather Part 2",
            "The Godfather II",
            "The Godfather: Part Two",
        ),
        ("Kill Bill: Vol. 2 (2004)", "Kill Bill Volume 2"),
        ("12 Angry Men", "Twelve Angry Men"),
        ("101 Dalmatians", "One Hundred and One Dalmatians"),
        ("20,000 Leagues Under the Sea", "20000 Leagues under the Sea"),
        ("8½ (1963)", "8 1/2"),
        ("Straße", "STRASSE"),
        ("Ødipus æra", "Odipus aera"),
        ("\uff28\uff45\uff41\uff54", "Heat"),
        ("\u202eHeat\u202c", "He\u200bat"),
        ("Zimní cesta", "Zimni\u0301 cesta"),
    ],
)
def test_one_name_however_it_is_written(titles: tuple[str, ...]) -> None:
    assert len({normal_form(title).name for title in titles}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky III"),
        ("Last Ferry, The", "Lost Ferry, The"),
        ("がんばれ", "かんはれ"),
        ("हिन्दी", "हनद"),
        ("!!!", "???"),
        ("1984", "1985"),
        ("Part Two", "Two"),
    ],
)
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert normal_form(one).key != normal_form(other).key


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Heat (1995)", 1995),
        ("Heat [1995] ", 1995),
        ("Heat (1995) (Director's Cut)", 1995),
        ("Heat (Michael Mann, 1995)", 1995),
        ("Big Bang Theory, The (2007-)", 2007),
        ("Fawlty Towers (1975-1979)", 1975),
        ("Blade Runner 2049", None),
        ("2001: A Space Odyssey", None),
        ("(500) Days of Summer", None),
        ("(1984)", None),
        ("1984", None),
        ("Heat (0095)", None),
    ],
)
def test_year_is_four_digits_in_closing_brackets(title: str, year: int | None) -> None:
    assert normal_form(title).year == year


def test_a_title_that_is_nothing_but_a_year_in_brackets_keeps_it() -> None:
    assert normal_form("(1984)").name == "1984"


def test_other_names_and_remarks_in_brackets() -> None:
    lost = normal_form("Cité des enfants perdus, La (City of Lost Children, The) (1995)")
    assert lost.others == ("the city of lost children",)
    assert lost.whole == "la cite des enfants perdus the city of lost children"
    assert normal_form("Ringu (a.k.a. Ring, The) (1998)").others == ("the ring",)
    assert normal_form("Heat (Director's Cut)").others == ()
    assert normal_form("Such Great Heights (feat. Someone)").others == ()
    assert normal_form("Porco Rosso (Crimson Pig) (Kurenai no buta)").others == (
        "crimson pig",
        "kurenai no buta",
    )


def test_brackets_tell_titles_of_one_name_apart() -> None:
    yellow, blue = normal_form("I Am Restless (Yellow)"), normal_form("I Am Restless (Blue)")
    assert yellow.name == blue.name
    assert yellow.whole != blue.whole


def test_titles_without_a_letter_are_compared_as_they_stand() -> None:
    assert normal_form("!!! (2002)").name == "!!!"
    assert normal_form("").name == ""
    assert normal_form(" \u200b ").name == ""


def test_the_article_is_left_out_of_the_key_only() -> None:
    assert normal_form("The Others").key == "others"
    assert without_article("the") == "the"
    assert normal_form("Die Hard").key == "die hard"


@given(st.text(max_size=60))
def test_space_around_a_title_does_not_count(title: str) -> None:
    form = normal_form(title)
    assert form.name == " ".join(form.name.split())
    assert normal_form(f" \u200b{title}\t ") == form


@pytest.mark.parametrize(
    "text", ["(" * 500_000 + ")" * 500_000, "(a) " * 250_000, "a." * 500_000, "x (" + "1," * 500_000 + ")"]
)
def test_a_megabyte_is_read(text: str) -> None:
    assert isinstance(normal_form(text).name, str)


def test_movielens_titles_keep_apart_what_their_years_keep_apart(shared_data: Path) -> None:
    titles = pd.read_parquet(shared_data / "movielens-1m" / "items.parquet")["title"]
    forms = [normal_form(title) for title in titles]
    assert all(form.year is not None for form in forms)
    assert len({(form.whole, form.year) for form in forms}) == len(titles)

from __future__ import annotations

import pytest

from recaudit.adapters.language.entries import is_labelled, title_of


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        ("Heat", "Heat"),
        ("**Heat (1995)** - a heist", "Heat (1995)"),
        ("**Heat** (1995): a heist", "Heat (1995)"),
        ('**"Heat"** by Michael Mann', "Heat by Michael Mann"),
        ('"Heat," a heist', "Heat"),
        ("'Heat' \u2013 a heist", "Heat"),
        ("'Schindler's List' (1993)", "Schindler's List (1993)"),
        ("\u201eHeat\u201c, ein Film", "Heat"),
        ("Heat (1995), directed by Michael Mann", "Heat (1995)"),
        ("Heat (1995) (Director's Cut) - long", "Heat (1995) (Director's Cut)"),
        ("Heat (1995) by Michael Mann. A heist.", "Heat (1995) by Michael Mann"),
        ('"Cosmic Dancer" by T. Rex', "Cosmic Dancer by T. Rex"),
        ('"Apologize" by Timbaland feat. OneRepublic. A hit.', "Apologize by Timbaland feat. OneRepublic"),
        ("(500) Days of Summer", "(500) Days of Summer"),
        ("Title: Heat", "Heat"),
        ("**Movie:** Heat", "Heat"),
        ("[Heat](https://a.b/c)", "Heat"),
        ("*batteries not included", "*batteries not included"),
        ("M*A*S*H", "M*A*S*H"),
        ("__init__(self)", "__init__(self)"),
        ('Such Great Heights by The Postal Service"', "Such Great Heights by The Postal Service"),
        ("Heat,", "Heat"),
        ('"Heat', "Heat"),
        ("", ""),
        ('""', '""'),
    ],
)
def test_markup_and_descriptions_go_and_titles_stay(entry: str, title: str) -> None:
    assert title_of(entry) == title


@pytest.mark.parametrize("entry", ["Title: Heat", "**Song title:** Creep", "movie: Heat", "Film 2: Alien"])
def test_labels(entry: str) -> None:
    assert is_labelled(entry)


@pytest.mark.parametrize("entry", ["Title", "Heat: a film", "Movie:Heat", "The Movie: Heat", "Year: 1995"])
def test_no_labels(entry: str) -> None:
    assert not is_labelled(entry)

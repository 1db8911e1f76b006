from __future__ import annotations

import pytest

from recaudit.adapters.language.structures import structured_titles


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('{"title": "Heat", "artist": "Cast"}', ["Heat by Cast"]),
        ('{"title": "Heat by Cast", "artist": "Cast"}', ["Heat by Cast"]),
        ('{"songs": [{"song_title": "Creep", "artists": ["Radiohead", "Others"]}]}', ["Creep by Radiohead"]),
        ('{"title": "Heat", "release_year": 1995}', ["Heat (1995)"]),
        ('{"title": "Heat (1995)", "year": 1995}', ["Heat (1995)"]),
        ('{"a": ["Heat"], "b": ["Alien"]}', []),
        ('{"a": ["Heat"], "items": ["Alien"]}', ["Alien"]),
        ('{"list": {"1": {"title": "Heat"}, "2": {"title": "Alien"}}}', ["Heat", "Alien"]),
        ('["Heat", null, None, 300, ...]', ["Heat", "300"]),
        ("[Heat]", []),
        ("[1] Heat\n[2] Alien", []),
        ("[Heat](https://a.b)", []),
        ('[] or rather\n["Heat"]', ["Heat"]),
        ("no list", []),
        ('{"mood": "sad"}', []),
    ],
)
def test_titles_of_lists_and_objects(text: str, titles: list[str]) -> None:
    assert structured_titles(text) == titles

from __future__ import annotations

import pytest

from recaudit.adapters.factories import build, import_object
from recaudit.errors import InputError, UnknownNameError


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_module:f", "there is no module 'no_such_module'"),
        ("recaudit.no_such:f", "there is no module 'recaudit.no_such'"),
        ("recaudit.errors:InputErorr", "has no 'InputErorr', did you mean 'InputError'"),
    ],
)
def test_a_wrong_path_says_which_part_is_wrong(path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        import_object(path, what="adapter")


def test_an_unknown_option_is_refused_with_the_known_ones(tiny_data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnknownNameError, match="'factor', did you mean 'factors'"):
        build("implicit", tiny_data, {"model": "als", "factor": 3})


def test_a_missing_option_is_named(tiny_data) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="adapter 'implicit' needs the option 'model'"):
        build("implicit", tiny_data, {})


def test_an_importable_factory_is_an_adapter(tiny_data) -> None:  # type: ignore[no-untyped-def]
    assert build("recaudit.systems.popularity:popularity", tiny_data, {}).card.name == "popularity"

"""Titles in lists and objects that a model wrote as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recaudit.adapters.language.literals import Bare, Value, read_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPENING = re.compile(r"^[ \t>]*(?=[\[{])|[:=][ \t]*(?=[\[{]\s{0,20}[\"'\[{])", re.MULTILINE)
_NEXT_OBJECT = re.compile(r"[\s,]*(?=\{)")
_ATTEMPTS = 20  # a megabyte of brackets is given up on
_TITLE_KEYS = (
    "title", "movietitle", "filmtitle", "songtitle", "booktitle", "gametitle", "itemtitle", "originaltitle", "name",
    "movie", "film", "song", "track", "book", "game", "item", "product", "recommendation",
)  # fmt: skip
_MAKER_KEYS = ("artist", "artists", "author", "authors", "singer", "band", "performer")
_LIST_KEYS = (
    "recommendations", "recommendation", "recommended", "recommendeditems", "items", "titles", "movies", "films",
    "songs", "tracks", "books", "games", "results", "list", "answer", "suggestions", "output", "ranking",
)  # fmt: skip
_NO_TITLES = frozenset({"null", "none", "true", "false", "nan", "...", "\u2026"})
_YEAR = re.compile(r"(?:1\d|20)\d\d")


def structured_titles(text: str) -> list[str]:
    """The texts in the first JSON or Python list, or run of objects, that holds titles; none without one.

    >>> structured_titles('Sure: {"recommendations": [{"title": "Heat", "year": 1995}, {"title": "Ali')
    ['Heat (1995)']
    """
    at = 0
    for _ in range(_ATTEMPTS):
        opening = _OPENING.search(text, at)
        if opening is None:
            return []
        start = opening.end()
        read = read_literal(text, start)
        at = start + 1 if read is None else read.end
        if read is None or text[read.end : read.end + 1] == "(":  # "[Heat](https://...)" is a link
            continue
        titles = list(_titles(read.value))
        while titles and (following := _NEXT_OBJECT.match(text, read.end)):
            read = read_literal(text, following.end())
            if read is None:
                break
            titles += _titles(read.value)
        if titles:
            return titles
    return []


def _titles(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _titles_of_object({_plain(key): held for key, held in value.items()})
    else:
        quoted = any(not isinstance(held, Bare) for held in value)
        bare = [held for held in value if isinstance(held, Bare) and held.casefold() not in _NO_TITLES]
        if not quoted and (len(bare) < 2 or all(_is_number(text) for text in bare)):
            return
        for held in value:
            if not isinstance(held, Bare) or held.casefold() not in _NO_TITLES:
                yield from _titles(held)


def _titles_of_object(fields: Mapping[str, Value]) -> Iterator[str]:
    title = next((fields[key] for key in _TITLE_KEYS if isinstance(fields.get(key), str)), None)
    if isinstance(title, str) and title.strip():
        yield title + _maker(fields, title) + _year(fields, title)
        return
    lists = {key: held for key, held in fields.items() if isinstance(held, list | dict)}
    named = [key for key in _LIST_KEYS if key in lists]
    if named or len(lists) == 1:
        yield from _titles(lists[named[0] if named else next(iter(lists))])
    elif fields and all(key.isdecimal() for key in fields):
        for held in fields.values():
            yield from _titles(held)


def _maker(fields: Mapping[str, Value], title: str) -> str:
    maker = next((fields[key] for key in _MAKER_KEYS if key in fields), None)
    name = maker[0] if isinstance(maker, list) and maker else maker
    return f" by {name}" if isinstance(name, str) and name.strip() and " by " not in title else ""


def _year(fields: Mapping[str, Value], title: str) -> str:
    year = fields.get("year", fields.get("releaseyear"))
    return f" ({year})" if isinstance(year, str) and _YEAR.fullmatch(year) and year not in title else ""


def _plain(key: str) -> str:
    return "".join(character for character in key.casefold() if character.isalnum())


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdecimal()

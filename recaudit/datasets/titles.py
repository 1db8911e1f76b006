"""The form in which titles are compared: "Lambs, The (1991)" and "The lambs" are one name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from recaudit.datasets.numerals import with_digits

TRAILING_ARTICLES = frozenset({
    "the", "a", "an", "le", "la", "les", "l'", "un", "une", "el", "los", "las", "una", "il", "lo", "gli", "i", "der",
    "die", "das", "ein", "eine", "az", "o", "os", "as", "um", "uma", "de",
    "het", "een", "den", "det", "en", "ett", "et",
})  # fmt: skip
"""Words that catalogues move behind the title, after a comma."""

LEADING_ARTICLES = frozenset({
    "the", "a", "an", "le", "la", "les", "un", "une", "el", "los", "las", "una", "il", "gli", "der", "das", "ein",
    "eine", "het", "een", "az",
})  # fmt: skip
"""Articles that are left out of the key; without "die", "o", "i" and others that begin titles as other words."""

_CURLY_APOSTROPHES = "\u2018\u2019\u02bc\u00b4\u2032"
_APOSTROPHES = str.maketrans("", "", "'`" + _CURLY_APOSTROPHES)
_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"}
)
_DIACRITICS = re.compile("[\u0300-\u036f]")
_NOT_A_LETTER = re.compile("[^a-z0-9]+")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}")
_FRACTION = re.compile("[\u00bc-\u00be\u2150-\u215e]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_YEAR = r"(1\d{3}|20\d{2})"
_YEAR_IN_BRACKETS = re.compile(rf"(?:(.+),\s*)?{_YEAR}(?:\s*[-–]\s*(?:\d{{2,4}})?)?(?:,\s*(.+))?")
_ALSO_KNOWN_AS = re.compile(r"\s*(?:a\.?k\.?a\.?|also known as|aka)[\s:]+", re.IGNORECASE)
_CREDIT = re.compile(r"(?:feat|ft|featuring|dir|directed|by|starring|with|from)\b", re.IGNORECASE)
_REMARK = re.compile(
    r"\b(?:edition|cut|version|remaster(?:ed)?|remix|mix|live|uncut|unrated|soundtrack|series|mini-?series|movie|film"
    r"|tv|novel|book|album|single|ep|game|documentary|short|anime|original|demo|acoustic|bonus track)\b",
    re.IGNORECASE,
)


_MOST_BRACKETS = 6  # hostile text may close with a hundred thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalTitle:
    """A title ready to be compared.

    Attributes:
        name: The title without year and closing brackets: no case, accents and punctuation, the article in front,
            numbers in digits.
        key: The same without its article; two titles with one key are the same name.
        whole: The name with the words of all brackets but the year; tells "Blue (Red)" from "Blue (Green)".
        others: Other names given in brackets, in the form of `name`; remarks such as "director's cut" are none.
        year: The year given in brackets, None without one.
    """

    name: str
    key: str
    whole: str
    others: tuple[str, ...]
    year: int | None


def normal_form(title: str) -> NormalTitle:
    """Bring a title into the form in which titles are compared.

    Case, accents of Latin, Greek and Cyrillic letters, punctuation and spacing do not count; "&" and "+" are "and"; a
    trailing article comes to the front; Roman numerals and number words become digits, and "Part II" is "2".
    Letters and vowel signs of other scripts stay. A title of punctuation alone is compared as it stands.

    Examples:
        >>> normal_form("Silence of the Lambs, The (1991)").name
        'the silence of the lambs'
        >>> normal_form("The Silence of the Lambs").key
        'silence of the lambs'
        >>> lost = normal_form("Cité des enfants perdus, La (City of Lost Children, The) (1995)")
        >>> lost.name, lost.others, lost.year
        ('la cite des enfants perdus', ('the city of lost children',), 1995)
        >>> normal_form("Godfather: Part II, The (1974)").name
        'the godfather 2'
    """
    text = " ".join(_visible(title).split())
    rest, brackets = _closing_brackets(text)
    year: int | None = None
    remarks = []
    for content in brackets:
        found = _YEAR_IN_BRACKETS.fullmatch(content) if year is None else None
        if found:
            year = int(found[2])
            remarks += [part for part in (found[1], found[3]) if part]
        else:
            remarks.append(content)
    names = [_ALSO_KNOWN_AS.sub("", remark, count=1) for remark in remarks]
    name = _words(rest) or " ".join(unicodedata.normalize("NFKC", rest).casefold().split())
    words = [_words(other) for other in names]
    others = [
        other
        for remark, other in zip(names, words, strict=True)
        if other and other != name and not _CREDIT.match(remark) and not _REMARK.search(remark)
    ]
    return NormalTitle(
        name=name,
        key=without_article(name),
        whole=" ".join([name, *filter(None, words)]),
        others=tuple(dict.fromkeys(others)),
        year=year,
    )


def without_article(name: str) -> str:
    """Leave out the leading article of a normal name, unless next to nothing would be left.

    >>> without_article("the matrix"), without_article("a i"), without_article("die hard")
    ('matrix', 'a i', 'die hard')
    """
    first, _, rest = name.partition(" ")
    return rest if first in LEADING_ARTICLES and len(rest) > 1 else name


def _visible(title: str) -> str:
    """Without format characters, such as marks of the writing direction, and with spaces for control characters."""
    if title.isascii() and title.isprintable():
        return title
    kinds = ((character, unicodedata.category(character)) for character in title)
    return "".join(" " if kind == "Cc" else character for character, kind in kinds if kind != "Cf")


def _closing_brackets(text: str) -> tuple[str, list[str]]:
    """Split the bracket groups that close a title off, outermost groups only, in the order written."""
    contents: list[str] = []
    while len(contents) < _MOST_BRACKETS and text.endswith((")", "]")):
        depth = 0
        start = len(text)
        while start > 0:
            start -= 1
            depth += (text[start] in ")]") - (text[start] in "([")
            if depth == 0:
                break
        head = text[:start].rstrip()
        if depth or not head:
            break
        contents.append(text[start + 1 : -1].strip())
        text = head
    return text, contents[::-1]


def _words(text: str) -> str:
    folded = text.lower() if text.isascii() else _unaccented(text)
    fronted = _article_in_front(folded)
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), fronted.translate(_APOSTROPHES))
    joined = _THOUSANDS.sub("", joined.replace("&", " and ").replace(" + ", " and "))
    if joined.isascii():
        return " ".join(with_digits(_NOT_A_LETTER.sub(" ", joined).split()))
    spaced = "".join(
        character if character.isalnum() or unicodedata.category(character)[0] == "M" else " "
        for character in joined
    )
    return " ".join(with_digits(spaced.split()))


def _unaccented(text: str) -> str:
    apart = _FRACTION.sub(r" \g<0>", text.replace("\u00b4", "'"))
    folded = unicodedata.normalize("NFKC", apart).casefold().translate(_LATIN)
    return unicodedata.normalize("NFC", _DIACRITICS.sub("", unicodedata.normalize("NFD", folded)))


def _article_in_front(text: str) -> str:
    head, comma, tail = text.rpartition(",")
    article = tail.strip().replace("\u2019", "'")
    if not comma or article not in TRAILING_ARTICLES or not head.strip():
        return text
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{head}"

"""Numbers in titles: "II", "two" and "Part Two" are 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_ROMANS = (
    "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii",
    "xix", "xx",
)  # fmt: skip
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMANS, start=2)}
_PARTS = frozenset({"part", "pt", "vol", "volume", "chapter"})


def with_digits(words: Sequence[str]) -> list[str]:
    """Write the numbers among lower-case words in digits, and leave out "part" and the like before a number.

    Roman numerals count from "ii": "i" is a word more often. A part that opens the title stays.

    >>> with_digits("one hundred and one dalmatians".split())
    ['101', 'dalmatians']
    >>> with_digits("twenty one grams part ii".split())
    ['21', 'grams', '2']
    """
    out: list[str] = []
    at = 0
    while at < len(words):
        number, after = _number(words, at)
        if number is None:
            out.append(words[at])
        else:
            if len(out) > 1 and out[-1] in _PARTS:
                out.pop()
            out.append(number)
        at = after
    return out


def _number(words: Sequence[str], at: int) -> tuple[str | None, int]:
    """The number that starts at a place, in digits, or None; and the place after it."""
    word = words[at]
    if word.isdecimal():
        return str(int(word)) if len(word) < 20 else word, at + 1
    if word in _ROMAN:
        return _ROMAN[word], at + 1
    value, after = _below_hundred(words, at)
    if value is None:
        return None, at + 1
    if after < len(words) and words[after] == "thousand":
        return f"{value}000", after + 1
    if value < 10 and after < len(words) and words[after] == "hundred":
        after += 1
        rest = after + 1 if after < len(words) and words[after] == "and" else after
        more, end = _below_hundred(words, rest)
        return (str(100 * value + more), end) if more is not None else (str(100 * value), after)
    return str(value), after


def _below_hundred(words: Sequence[str], at: int) -> tuple[int | None, int]:
    value = _WORDS.get(words[at]) if at < len(words) else None
    if value is None:
        return None, at
    unit = _WORDS.get(words[at + 1], 0) if value >= 20 and at + 1 < len(words) else 0
    return (value + unit, at + 2) if 0 < unit < 10 else (value, at + 1)

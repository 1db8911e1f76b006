"""Text from data, models and people, with nothing hidden in it."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_HARMLESS = {"\n", "\t", "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}


def visible(text: str) -> str:
    r"""Replace control, bidirectional-override and other invisible characters by their code points.

    Line breaks and tabs stay, and so do the joiners that Persian, Indic scripts and emoji need.

    >>> visible("safe\u202egpj.exe")
    'safe⟨U+202E⟩gpj.exe'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_code_point(character) if _is_hidden(character) else character for character in text)


def clipped(text: str, most: int) -> str:
    """Cut a text that would fill the first screen, and end it with "…" then.

    >>> clipped("abcdef", 4), clipped("abcd", 4)
    ('abc…', 'abcd')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _is_hidden(character: str) -> bool:
    return character not in _HARMLESS and unicodedata.category(character) in _HIDDEN


def _code_point(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"

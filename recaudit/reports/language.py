"""The language that reports are written in: English as it stands in the code, or a catalogue beside it.

Every text of ours is given to `_` or `ngettext` where it is used, so that the language may change between two reports.
Texts in tables of a module are marked with `N_` there, and given to `_` when they are looked up. Catalogues are those
of gettext: `locale/<code>/LC_MESSAGES/recaudit.mo`, made from `locale/recaudit.pot`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import TYPE_CHECKING

from recaudit.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAIN = "recaudit"
LOCALE = Path(__file__).with_name("locale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language by its code, such as "de" or "pt_BR", with its texts."""

    code: str
    texts: NullTranslations

    @property
    def tag(self) -> str:
        """The code as HTML writes it.

        >>> Language(code="pt_BR", texts=NullTranslations()).tag
        'pt-BR'
        """
        return self.code.replace("_", "-")


ENGLISH = Language(code="en", texts=NullTranslations())
_SPOKEN = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """The language in use."""
    return _SPOKEN.get()


def languages() -> tuple[str, ...]:
    """Codes of all languages there are: English, and those with a compiled catalogue."""
    catalogues = LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH.code, *sorted(path.parent.parent.name for path in catalogues))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Write all reports in a language, as long as the context lasts.

    Raises:
        UnknownNameError: If there is no catalogue of the language; the message names those there are.
    """
    if code not in languages():
        raise UnknownNameError.among("language", code, languages())
    token = _SPOKEN.set(ENGLISH if code == ENGLISH.code else _loaded(code, LOCALE))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


@cache
def _loaded(code: str, locale: Path) -> Language:
    return Language(code=code, texts=translation(DOMAIN, locale, languages=[code]))


def _(message: str) -> str:
    """Say a text in the language in use; what it has no translation of stays English."""
    return _SPOKEN.get().texts.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Say a text about so many things in the form that the language in use has for that number.

    >>> ngettext("{number} gate", "{number} gates", 2).format(number=2)
    '2 gates'
    """
    return _SPOKEN.get().texts.ngettext(singular, plural, number)


def N_(message: str) -> str:  # noqa: N802 - the name by which extractors know it
    """Mark a text that stands in a table for the catalogue; it stays as it is until it is looked up with `_`."""
    return message

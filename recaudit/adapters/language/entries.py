"""From one entry of a list to the title in it."""

from __future__ import annotations

import re

_QUOTES = {
    '"': '"', "\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u2039": "\u203a",
    "\u2018": "\u2019", "'": "'", "`": "`", "\u300c": "\u300d", "\u300e": "\u300f", "\u300a": "\u300b",
}  # fmt: skip
_EMPHASIS = re.compile(r"(?:(\*{1,3})(?=\S)(.+?)(?<=\S)\1|(_{1,3})(?=\S)(.+?)(?<=\S)\3(?![\w(]))", re.DOTALL)
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)")
_LABEL = re.compile(
    r"(?:\*\*|__)?(?:(?:movie|film|song|book|game|album|show|track)?\s?title|movie|film|song|book|game|album|track)"
    r"(?:\s\d{1,3})?\s?(?:\*\*|__)?:(?:\*\*|__)?\s+",
    re.IGNORECASE,
)
_CHECKBOX = re.compile(r"\[[ xX]\]\s+")
_BRACKETS = re.compile(r"\s*(?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_BY = re.compile(r",?\s+by\s", re.IGNORECASE)
_AFTER_HEAD = re.compile(r"\s*(?:$|[(\[,.;:|\u2013\u2014-]|by\s|from\s|feat|ft\.|is\s|\u2192)", re.IGNORECASE)
_DESCRIPTION = re.compile(r"\s+[-\u2013\u2014|]\s|\s*\u2014|:\s|:$|;\s|(?<=\w{4})(?<!feat)\.\s")
_DATED = re.compile(r"\((?:1\d|20)\d\d(?:[-\u2013](?:\d{2,4})?)?\)")


def is_labelled(entry: str) -> bool:
    """Whether the entry says that a title follows.

    >>> is_labelled("Title: Heat"), is_labelled("Year: 1995")
    (True, False)
    """
    return _LABEL.match(entry) is not None


def title_of(entry: str) -> str:
    """Strip an entry of markup, quotes and a description that is marked off; year and "by Artist" stay.

    >>> title_of('**The Third Man** (1949) - a thriller in Vienna')
    'The Third Man (1949)'
    >>> title_of('"Paranoid Android" by Radiohead')
    'Paranoid Android by Radiohead'
    >>> title_of("Alien - Resurrection")
    'Alien - Resurrection'
    """
    text = _CHECKBOX.sub("", entry.strip(), count=1)
    text = _LINK.sub(r"\1", _LABEL.sub("", text, count=1)).strip()
    head, rest = _head(text)
    if head:
        inner, after = _head(head)
        if inner and not after.strip():
            head = inner
        return _tidy(head + _kept(rest))
    dated = _DATED.search(text)
    if dated and dated.start():
        return _tidy(text[: dated.end()] + _kept(text[dated.end() :]))
    return _tidy(text)


def _head(text: str) -> tuple[str, str]:
    """What stands in emphasis or quotes at the beginning, and the rest; "" where there is no such thing."""
    emphasis = _EMPHASIS.match(text)
    if emphasis:
        inner = (emphasis[2] or emphasis[4]).strip()
        return (inner.rstrip(":").rstrip(), text[emphasis.end() :])
    closing = _QUOTES.get(text[:1])
    if closing is None:
        return "", text
    at = 1
    while at < len(text):
        ends = [place for mark in closing if (place := text.find(mark, at)) > 0]
        if not ends:
            return "", text
        end = min(ends)
        if text[end - 1] == "," or _AFTER_HEAD.match(text, end + 1):
            return text[1:end].strip().rstrip(",").rstrip(), text[end + 1 :]
        at = end + 1
    return "", text


def _kept(rest: str) -> str:
    """Of what follows a title: the brackets and "by Artist", without a description."""
    at = 0
    while bracket := _BRACKETS.match(rest, at):
        at = bracket.end()
    by = _BY.match(rest, at)
    if by:
        end = _DESCRIPTION.search(rest, by.end())
        stop = end.start() if end else len(rest)
        return f"{_spaced(rest[:at])} by {_unquoted(rest[by.end() : stop])}"
    return _spaced(rest[:at])


def _spaced(brackets: str) -> str:
    return f" {brackets.strip()}" if brackets.strip() else ""


def _unquoted(text: str) -> str:
    return text.strip().strip("*_\"'").strip()


def _tidy(text: str) -> str:
    """Without separators at the end and without marks of emphasis or quotes that have no partner."""
    text = text.strip().rstrip(",;").rstrip()
    for mark in ("**", "__", '"', "`"):
        if text.count(mark) == 1 and (text.startswith(mark) or text.endswith(mark)):
            text = text.removeprefix(mark).removesuffix(mark).strip()
    return text

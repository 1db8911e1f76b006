"""The titles in a model's answer, in whatever form it wrote its list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from recaudit.adapters.language.entries import is_labelled, title_of
from recaudit.adapters.language.refusals import is_refusal
from recaudit.adapters.language.structures import structured_titles
from recaudit.adapters.language.tables import table_titles

MOST_TITLES = 1_000
"""Titles read from one answer; of a longer list the rest is left unread, and the detail says so."""

_LONGEST = 1_000  # characters of an entry that are read; the longest known title has 683


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What an answer lists.

    Attributes:
        titles: In order, as written but without numbering, quotes, markup and descriptions; repeats stay.
        problem: Why there is no list, or None.
        detail: The problem in a sentence; what was left unread of a very long list; else "".
    """

    titles: tuple[str, ...]
    problem: Literal["refused", "unparsed"] | None = None
    detail: str = ""


class _Found(NamedTuple):
    """Entries, and the text that may decline to give any: none where their form alone shows that they are a list."""

    entries: list[str]
    talk: str = ""


class _Line(NamedTuple):
    """A line that opens with a number or a bullet."""

    indent: int
    number: int | None
    content: str


_THOUGHT_ENDS = "</think>"
_NEWLINE = re.compile("\r\n|[\r\n\u2028\u2029]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_PREFIX = r"([ \t\u3000>]*)(?:#{1,6}[ \t]+)?(\*\*|__)?[ \t]*"
_NUMBERED = re.compile(
    _PREFIX
    + r"(?:\((\d{1,3})\)[.:]?|#?(\d{1,3})(?:[ \t]?[.)\]](?!\d)|[\u3001\uff0e]|\ufe0f?\u20e3)|#(\d{1,3})(?=\s))\s*"
)
_LOOSELY_NUMBERED = re.compile(
    _PREFIX + r"(\d{1,3})(?::(?=\s)|[ \t]?[-\u2013\u2014](?=\s)|\s(?=[\"\u201c\u00ab*]))\s*"
)
_BULLET = re.compile(
    r"([ \t\u3000>]*)(?:[-*+\u2013\u2014\u2713\u2714][ \t]+"
    r"|[\u2022\u00b7\u2023\u25e6\u25aa\u25cf\u25cb\u25ba\u25b6\u27a4]\s*)"
)
_INLINE_NUMBER = re.compile(r"(?:^|(?<=\s))\(?(\d{1,3})[.)]\s+")
_QUOTED = re.compile(
    '"([^"\n]{1,300})"|\u201c([^\u201c\u201d\n]{1,300})\u201d|\u00ab([^\u00ab\u00bb\n]{1,300})\u00bb|\u201e([^\u201e\u201c\u201d\n]{1,300})[\u201c\u201d]'
    "|\u300a([^\u300a\u300b\n]{1,300})\u300b|\u300c([^\u300c\u300d\n]{1,300})\u300d|\\*\\*([^*\n]{1,300})\\*\\*"
)
_DATED = re.compile(r"\((?:1\d|20)\d\d\)")
_OPENS_PROSE = re.compile(
    r"(?:here (?:are|is)|sure\b|certainly\b|of course\b|based on|these |i (?:recommend|suggest|would|think|hope)|hope "
    r"|enjoy|let me |you (?:might|may|could|should)|please |note\b|thank)",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "el", "los", "las", "il", "der", "die", "das"})


def parse_titles(text: str) -> Parsed:
    r"""Read the list in an answer.

    A list counts whatever is written around it; an answer declines only where no list comes with it. The text is
    never evaluated: markup and control characters that are no list marks stay in the titles.

    Args:
        text: As the model wrote it. Reasoning in front that ends with `</think>` is left out.

    Examples:
        >>> parse_titles("Sure!\n1. **Heat** (1995) - a heist\n2. \"Alien\"").titles
        ('Heat (1995)', 'Alien')
        >>> parse_titles("I'm sorry, I can't help with that.").problem
        'refused'
    """
    answer = text
    if text.lstrip().startswith("<think>"):
        _, ended, answer = text.rpartition(_THOUGHT_ENDS)
        if not ended:
            return Parsed(
                titles=(), problem="unparsed", detail="the answer ends while the model is reasoning"
            )
    if not answer.strip():
        return Parsed(titles=(), problem="unparsed", detail="the answer is empty")
    found = _list_in(answer)
    titles = [title for entry in found.entries[:MOST_TITLES] if (title := title_of(entry[:_LONGEST]))]
    if is_refusal(found.talk) or (len(titles) < 2 and is_refusal(titles[0] if titles else answer)):
        return Parsed(titles=(), problem="refused", detail=f"the model declined: {_beginning(answer)}")
    if not titles:
        return Parsed(
            titles=(), problem="unparsed", detail=f"no list of titles was found in: {_beginning(answer)}"
        )
    unread = len(found.entries) - MOST_TITLES
    detail = (
        f"the answer lists {len(found.entries):,} titles; the last {unread:,} were not read"
        if unread > 0
        else ""
    )
    return Parsed(titles=tuple(titles), detail=detail)


def _list_in(text: str) -> _Found:
    structured = structured_titles(text)
    if len(structured) == 1 and len(lines := _lines(structured[0])) > 1:
        return _Found(_in_lines(lines).entries)
    if structured:
        entries = [" ".join(title.split()) for title in structured]
        numbered = [_NUMBERED.match(entry) for entry in entries]
        if all(numbered):
            entries = [entry[mark.end() :] for entry, mark in zip(entries, numbered, strict=True) if mark]
        return _Found(entries)
    return _in_lines(_lines(text))


def _lines(text: str) -> list[str]:
    return [line for line in _NEWLINE.split(text) if line.strip() and not _FENCE.match(line)]


def _in_lines(lines: list[str]) -> _Found:
    marked = _marked(lines)
    if marked:
        return _Found(marked)
    rows = table_titles(lines)
    if rows:
        return _Found(rows)
    labelled = [line for line in lines if is_labelled(line.strip())]
    if labelled:
        return _Found(labelled)
    plain = [line.strip() for line in lines if not _is_prose(line.strip())]
    talk = "\n".join(line for line in lines if _is_prose(line.strip()) or _is_sentence(line.strip()))
    if len(plain) == 1:
        plain = _in_one_line(plain[0], introduced=len(lines) > 1)
    if not plain and len(lines) == 1 and ":" in lines[0]:
        listed = _in_one_line(lines[0].partition(":")[2].strip(), introduced=True)
        plain = listed if len(listed) > 1 else []
    if not plain:
        plain = [next(filter(None, groups)) for groups in _QUOTED.findall("\n".join(lines))]
    return _Found(plain, talk)


def _marked(lines: list[str]) -> list[str]:
    """The entries of a numbered or bulleted list; of nested ones the titles, not their headings or remarks."""
    numbered = _numbered(lines)
    if len(numbered) == 1:
        inline = _numbered_inline(numbered[0].content, numbered[0].number)
        if len(inline) > 1:
            return inline
    bullets = [
        _Line(len(mark[1].expandtabs(4)), None, line[mark.end() :])
        for line in lines
        if (mark := _BULLET.match(line)) and not re.fullmatch(r"[-*\s]*", line)
    ]
    labelled = [line.content for line in (*numbered, *bullets) if is_labelled(line.content)]
    if (
        labelled
        and len(labelled) < len(numbered) + len(bullets)
        and not (numbered and len(labelled) < len(numbered))
    ):
        return labelled
    entries = [line.content for line in numbered if not _is_heading(line.content)]
    if entries:
        return entries
    outer = min((line.indent for line in bullets), default=0)
    headings = any(_is_heading(line.content) for line in bullets if line.indent == outer)
    return [
        line.content
        for line in bullets
        if not _is_heading(line.content) and (headings or line.indent == outer)
    ]


def _numbered(lines: list[str]) -> list[_Line]:
    """Lines with a number that marks a place: "3." does, "3: " only in a sequence, for titles begin so too."""
    strict: list[_Line] = []
    loose: list[_Line] = []
    for line in lines:
        mark = _NUMBERED.match(line)
        into = strict
        if mark is None:
            mark, into = _LOOSELY_NUMBERED.match(line), loose
        if mark is None:
            continue
        number = int(next(filter(None, mark.groups()[2:])))
        # emphasis that began before the number ends behind the title
        into.append(_Line(len(mark[1].expandtabs(4)), number, (mark[2] or "") + line[mark.end() :]))
    if strict:
        return strict
    numbers = [line.number for line in loose]
    in_sequence = numbers[:1] in ([0], [1]) and all(
        after in {0, 1, (before or 0) + 1} for before, after in pairwise(numbers)
    )
    return loose if in_sequence and len(loose) > 1 else []


def _numbered_inline(first: str, number: int | None) -> list[str]:
    """A numbered list in one line: "1. Heat 2. Alien"."""
    parts = []
    at = 0
    wanted = (number or 0) + 1
    for mark in _INLINE_NUMBER.finditer(first):
        if int(mark[1]) == wanted:
            parts.append(first[at : mark.start()].strip())
            at = mark.end()
            wanted += 1
    return [*parts, first[at:].strip()]


def _is_heading(content: str) -> bool:
    return content.strip().strip("*_").rstrip().endswith((":", "\uff1a"))


def _is_prose(line: str) -> bool:
    """Whether an unmarked line is talk about the list rather than a title."""
    words = len(line.split())
    if _is_heading(line) or re.fullmatch(r"[-*_=\s]+|[\[{][^\[(]*[\]}]", line):
        return True
    if _DATED.search(line):
        return words > 40
    if _OPENS_PROSE.match(line) and words > 3:
        return True
    return (_is_sentence(line) and (words >= 8 or len(line) > 25 * max(words, 1))) or words > 25


def _is_sentence(line: str) -> bool:
    return line.rstrip("\"'*_)").endswith((".", "!", "?", "\u3002", "\uff01", "\uff1f"))


def _in_one_line(line: str, *, introduced: bool) -> list[str]:
    """The titles of a line that is all there is: several between separators, or one."""
    quoted = [next(filter(None, groups)) for groups in _QUOTED.findall(line)]
    if len(quoted) > 1:
        return quoted
    inline = _numbered_inline(line, 0)
    if len(inline) > 2 and not inline[0]:
        return inline[1:]
    for separator in (";", " | ", "\u3001"):
        if separator in line:
            return [part.strip() for part in line.split(separator) if part.strip()]
    parts = _between_commas(line.rstrip("."))
    last = parts[-1]
    joined = re.match(r"(?:and|or|und|et|y|e)\s+", last)
    # "Sex, Lies, and Videotape" is one title, unless something says that a list follows
    least = 3 if introduced or not joined else 4
    if len(parts) < least or any(len(part.split()) > 8 or part[:1].islower() for part in parts[:-1]):
        return [line]
    return [*parts[:-1], last[joined.end() :] if joined else last]


def _between_commas(line: str) -> list[str]:
    """Split at commas outside brackets; an article behind a comma belongs to the title before it."""
    pieces: list[list[str]] = []
    depth = 0
    for piece in line.split(","):
        if depth > 0:
            pieces[-1].append(piece)
        else:
            pieces.append([piece])
        depth = max(0, depth + piece.count("(") - piece.count(")"))
    parts: list[str] = []
    for part in filter(None, (",".join(within).strip() for within in pieces)):
        first = re.match(r"(\w+)\s*(\(.*\))?$", part)
        if parts and first and first[1].casefold() in _ARTICLES:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts or [line]


def _beginning(text: str) -> str:
    start = " ".join(text[:400].split())
    return f"'{start[:80]}{'...' if len(start) > 80 else ''}'"

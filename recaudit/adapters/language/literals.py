"""Lists in JSON or Python notation as language models write them: in either quotes, with prose around, cut off."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

Value: TypeAlias = "str | list[Value] | dict[str, Value]"


class Bare(str):
    """Text that stood without quotes: a number, null, or a title."""

    __slots__ = ()


class Read(NamedTuple):
    """A value, and where it ends in the text."""

    value: Value
    end: int


_DEEPEST = 20
# A quote ends a string only before a separator: models forget to escape the quotes within.
_ENDS = r"(?=\s{0,20}(?:[,\]}:\"']|\Z))"
_TOKEN = re.compile(
    rf"""\s*+(?:
    (?P<mark>[\[\]{{}},:])
    |"(?P<double>(?:[^"\\]++|\\.|"(?!{_ENDS}))*+)"
    |'(?P<single>(?:[^'\\]++|\\.|'(?!{_ENDS}))*+)'
    |(?P<open>["'])
    |(?P<bare>[^\s,\[\]{{}}:"'][^,\[\]{{}}:"'\n]*+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def read_literal(text: str, start: int) -> Read | None:
    r"""Read the list or object that opens at a place.

    Of a text that ends early the complete entries are read. Nothing is evaluated.

    Args:
        text: The text.
        start: Where its "[" or "{" is.

    Returns:
        The value, or None where there is none or it nests deeper than 20.

    Examples:
        >>> read_literal("['Heat', \"Schindler's List\", 'Alie", 0).value
        ['Heat', "Schindler's List"]
    """
    stack: list[list[Value] | dict[str, Value]] = []
    keys: list[str | None] = []
    at = start
    while token := _TOKEN.match(text, at):
        at = token.end()
        mark = token["mark"]
        if token["open"]:
            break
        if mark in {"[", "{"}:
            if len(stack) == _DEEPEST:
                return None
            fresh: list[Value] | dict[str, Value] = [] if mark == "[" else {}
            if stack:
                _put(stack[-1], keys, fresh)
            stack.append(fresh)
            keys.append(None)
        elif mark in {"]", "}"}:
            closed = stack.pop()
            keys.pop()
            if not stack:
                return Read(closed, at)
        elif mark is None:
            _put(stack[-1], keys, _content(token))
    return Read(stack[0], len(text)) if stack else None


def _put(container: list[Value] | dict[str, Value], keys: list[str | None], value: Value) -> None:
    """Add a value to the innermost container; in an object every other text is a key."""
    if isinstance(container, list):
        container.append(value)
    elif keys[-1] is not None:
        container.setdefault(keys[-1], value)
        keys[-1] = None
    elif isinstance(value, str):
        keys[-1] = value


def _content(token: re.Match[str]) -> str:
    if token["bare"] is not None:
        return Bare(token["bare"].strip())
    quoted = token["double"] if token["double"] is not None else token["single"]
    if "\\" not in quoted:
        return quoted
    plain = _ESCAPE.sub(_unescaped, quoted)
    # two escapes may make one character; a lone half of a pair cannot be stored
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])

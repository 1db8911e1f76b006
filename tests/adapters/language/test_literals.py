from __future__ import annotations

import pytest

from recaudit.adapters.language.literals import Bare, Value, read_literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("['a', \"b's\", 'c's', 'd']", ["a", "b's", "c's", "d"]),
        ('["say "hi" now", "b"]', ['say "hi" now', "b"]),
        ('[["a"], ["b"]]', [["a"], ["b"]]),
        ('{"a": {"b": ["c"]}, "d": "e"}', {"a": {"b": ["c"]}, "d": "e"}),
        ('["a\\nb\\t\\"c\\" \\u00e9 \\ud83c\\udfac \\/"]', ['a\nb\t"c" é 🎬 /']),
        ('["\\ud800"]', ["\ufffd"]),
        ('["a", "b', ["a"]),
        ('["a", "b"', ["a", "b"]),
        ('{"x": ["a", {"t": "b"}, {"t": "c', {"x": ["a", {"t": "b"}, {}]}),
        ('["a",, "b",]', ["a", "b"]),
        ("[]", []),
        ("[1, null, Heat of the Night]", [Bare("1"), Bare("null"), Bare("Heat of the Night")]),
        ('{"a": "first", "a": "second"}', {"a": "first"}),
    ],
)
def test_lists_are_read_as_models_write_them(text: str, value: Value) -> None:
    read = read_literal(text, 0)
    assert read is not None
    assert read.value == value


def test_reading_starts_and_ends_where_the_list_does() -> None:
    read = read_literal('see ["a"] and more', 4)
    assert read is not None
    assert (read.value, read.end) == (["a"], 9)


def test_text_without_quotes_is_told_apart() -> None:
    read = read_literal('["1", 1]', 0)
    assert read is not None
    assert isinstance(read.value, list)
    assert [type(value) for value in read.value] == [str, Bare]


def test_endless_nesting_is_given_up() -> None:
    assert read_literal("[" * 1_000_000, 0) is None
    assert read_literal('{"a":' * 200_000, 0) is None


def test_nothing_is_evaluated() -> None:
    read = read_literal('[__import__("os").getcwd(), 1 + 1]', 0)
    assert read is not None
    assert read.value == ["__import__("]

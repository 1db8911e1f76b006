from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.metrics import texts, threads
from recaudit.metrics.text_table import Memory, hash_of
from recaudit.metrics.texts import number_texts

if TYPE_CHECKING:
    from recaudit.metrics.texts import Vocabulary

ODD = [
    *[
        "",
        "a",
        "ab",
        "\0",
        "a\0",
        "\0a",
        "é",
        "ç",
        "日本",
        "🎬",
        "a" * 6,
        "a" * 7,
        "a" * 8,
        "a" * 9,
        "a" * 15,
    ],
    *["a" * 16, "a" * 17, "a" * 100, "a" * 99 + "b", "b" + "a" * 99, "a" * 50 + "b" + "a" * 49, "é" * 40],
    *["https://example.org/items/1", "https://example.org/items/2", "\0" * 7, "\0" * 8, "\0" * 9],
]


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", 20)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(texts, "ROWS_AT_A_TIME", 7)


def check(column: pa.ChunkedArray, known: Vocabulary | None = None) -> Vocabulary:
    """Equal numbers for equal texts, numbered from the known ones on in the order in which they come."""
    rows = column.to_pylist()
    expected = {text: code for code, text in enumerate(known.texts.to_pylist() if known else [])}
    numbers = [expected.setdefault(text, len(expected)) for text in rows]
    codes, vocabulary = number_texts(column, known)
    assert codes.tolist() == numbers
    assert vocabulary.texts.to_pylist() == list(expected)
    return vocabulary


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_odd_texts_in_many_chunks_and_parts(kind: pa.DataType, many_parts: None) -> None:
    rng = np.random.default_rng(3)
    chunks = [pa.array(rng.choice(ODD, size).tolist(), kind) for size in (30, 0, 1, 64, 7)]
    vocabulary = check(pa.chunked_array(chunks, kind))
    strangers = [*ODD, *[text + "!" for text in ODD]]
    check(pa.chunked_array([pa.array(rng.choice(strangers, 90).tolist(), kind)], kind), vocabulary)


def test_slices_read_only_their_rows(many_parts: None) -> None:
    whole = pa.array([*ODD, *ODD[::-1]])
    check(pa.chunked_array([whole.slice(3, 11), whole.slice(20, 9), whole.slice(5, 0)]))
    check(pa.chunked_array([whole]).slice(7, 30))
    check(pa.chunked_array([pl.Series(ODD * 2).slice(4, 40).to_arrow()]))


def test_no_rows_and_nothing_but_empty_texts() -> None:
    check(pa.chunked_array([], pa.string()))
    check(pa.chunked_array([pa.array([""] * 5)]))


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=40), st.lists(st.text(max_size=20), max_size=40))
def test_any_texts(first: list[str], second: list[str]) -> None:
    vocabulary = check(pa.chunked_array([pa.array(first, pa.string())]))
    check(pa.chunked_array([pa.array(second + first, pa.string())]), vocabulary)


def test_a_million_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    numbers = np.arange(1_000_000)
    column = pa.chunked_array([pa.array(numbers).cast(pa.string())])
    codes, vocabulary = number_texts(column)
    np.testing.assert_array_equal(codes, numbers)
    assert vocabulary.texts.equals(column.cast(pa.large_string()))
    np.testing.assert_array_equal(number_texts(column.slice(500_000), vocabulary)[0], numbers[500_000:])


def same_key() -> list[str]:
    """Two different texts of 16 bytes that share their key, made by undoing the hash from its middle."""
    multiplier, width = 0x9E3779B97F4A7C15, 2**64

    def mixed(start: int, word: int) -> int:
        value = (start ^ word) * multiplier % width
        return value ^ value >> 29

    def word_of(text: bytes) -> int:
        return int.from_bytes(text, "little")

    def second_word(first: bytes, state: int) -> bytes:
        return (mixed(16, word_of(first)) ^ state).to_bytes(8, "little")

    goal = mixed(16, word_of(b"one item")) ^ word_of(b" or two.")
    for number in range(10**6):
        first = f"{number:08}".encode()
        second = second_word(first, goal)
        if second.isascii():
            return ["one item or two.", (first + second).decode()]
    raise AssertionError("no two texts found")


@pytest.mark.parametrize("before", [0, 50])
def test_different_texts_with_the_same_key_keep_their_own_numbers(before: int, many_parts: None) -> None:
    pair = same_key()
    data = np.frombuffer("".join(pair).encode(), np.uint8)
    memory = Memory.of(np.array([0, 16, 32]), data)
    assert hash_of(memory.words, 0, 16) == hash_of(memory.words, 16, 16)
    others = [f"item {number}" for number in range(before)]
    one = check(pa.chunked_array([pa.array([pair[0], *others])]))
    both = check(pa.chunked_array([pa.array([*pair, *others, *pair])]), one)
    assert both.table is None
    check(pa.chunked_array([pa.array([pair[1], pair[1], "new"])]), one)
    check(
        pa.chunked_array([pa.array(["newer", *pair])]), check(pa.chunked_array([pa.array([*others, *pair])]))
    )

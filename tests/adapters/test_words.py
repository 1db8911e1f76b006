from __future__ import annotations

import pytest

from recaudit.adapters.words import MOST_SHOWN, estimated_tokens, plain_words


def test_a_line_is_short_visible_and_without_secrets() -> None:
    said = "key sk-1\r\n\x1b[31mwrong\u202e \x00" + "x" * 1000
    shown = plain_words(said, secrets=["sk-1"])
    assert shown.startswith("key *** [31mwrong x")
    assert len(shown) == MOST_SHOWN
    assert shown.endswith("…")


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_tokens_are_rounded_up(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens

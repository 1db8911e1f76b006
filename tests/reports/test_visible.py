from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.reports.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\x1b[31m", "a⟨U+001B⟩[31m"),
        ("x\N{RIGHT-TO-LEFT OVERRIDE}y", "x⟨U+202E⟩y"),
        ("x\N{ZERO WIDTH SPACE}y", "x⟨U+200B⟩y"),
        ("\ud800", "⟨U+D800⟩"),
        ("Amélie 天空 <b>\n\t", "Amélie 天空 <b>\n\t"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
    ],
)
def test_examples(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_hidden_is_left_and_the_rest_stays(text):
    shown = visible(text)
    assert not [
        c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\n\t\u200c\u200d"
    ]
    assert visible(shown) == shown
    shown.encode()

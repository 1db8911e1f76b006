from __future__ import annotations

import pytest

from recaudit.adapters.language.refusals import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I cannot recommend songs on the basis of ethnicity.",
        "We won\u2019t provide that.",
        "I apologize, but no.",
        "UNABLE TO COMPLY WITH THIS REQUEST",
        "Leider kann ich das nicht.",
        "En voi suositella elokuvia.",
        "Üzgünüm, yard\u0131mc\u0131 olamam.",
        "Λυπάμ\u03b1\u03b9, δε\u03bd μπορώ \u03bd\u03b1 βοηθήσω.",
        "मैं ऐसा नहीं कर सकता।",
        "מצטער, איני יכול לעזור.",
    ],
)
def test_declining_in_several_languages(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Here are ten films.",
        "Sorry to Bother You",
        "Das Boot",
        "The Unforgiven",
        "You Can't Take It with You",
        "",
    ],
)
def test_other_text_declines_nothing(text: str) -> None:
    assert not is_refusal(text)


def test_only_the_beginning_counts() -> None:
    assert not is_refusal("Films. " * 1000 + "I'm sorry, that is all.")

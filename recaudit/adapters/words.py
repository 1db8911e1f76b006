"""What a service said: how much of it is kept and shown, and about how many tokens it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MOST_SHOWN = 300
MOST_KEPT = 200_000
"""Characters of an answer; longer ones are cut, with finish "cut"."""

CHARACTERS_PER_TOKEN = 4
"""For text whose tokens nobody counted; a rule of thumb for English."""


def plain_words(text: str, *, secrets: Sequence[str] = ()) -> str:
    r"""Shorten a service's words to one line of visible characters.

    Args:
        text: As it came.
        secrets: Texts that are blotted out.

    >>> plain_words("no\x1b[31m key\nsk-1", secrets=["sk-1"])
    'no[31m key ***'
    """
    for secret in secrets:
        text = text.replace(secret, "***")
    line = " ".join(text[: 4 * MOST_SHOWN].split())
    shown = "".join(one for one in line if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})
    return shown if len(shown) <= MOST_SHOWN else shown[: MOST_SHOWN - 1] + "…"


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has, rounded up.

    >>> estimated_tokens("five5")
    2
    """
    return -(-len(text) // CHARACTERS_PER_TOKEN)

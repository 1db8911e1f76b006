"""What a service said, made safe to show: one short line, without control characters and secrets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MOST_CHARACTERS = 300


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
    line = " ".join(text[: 4 * MOST_CHARACTERS].split())
    shown = "".join(one for one in line if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})
    return shown if len(shown) <= MOST_CHARACTERS else shown[: MOST_CHARACTERS - 1] + "…"

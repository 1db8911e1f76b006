"""How language models decline."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_FIRST = 2_000  # characters; who declines does so at the beginning


def is_refusal(text: str) -> bool:
    """Whether the beginning of a text declines to answer, by the wordings in refusals.txt.

    >>> is_refusal("I\u2019m sorry, but I can\u2019t help with that."), is_refusal("1. Sorry to Bother You")
    (True, False)
    """
    return _wordings().search(text[:_FIRST].replace("\u2019", "'")) is not None


@cache
def _wordings() -> re.Pattern[str]:
    lines = (
        files("recaudit.adapters.language").joinpath("refusals.txt").read_text(encoding="utf-8").splitlines()
    )
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)

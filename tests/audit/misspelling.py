"""A scripted language model that knows what its users want and does not write every title as the catalogue does."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np

from recaudit.adapters.language.model import Call, Gives
from recaudit.adapters.language.recommender import LanguageRecommender, language_recommender
from recaudit.datasets import AuditData
from recaudit.records import Exchange

Way: TypeAlias = Literal["as it is", "small", "misspelt", "one of many", "made up"]


class Misspelling:
    """Names the held-out items of a user, of which some are written in another way.

    Args:
        data: The catalogue, and what each user wants.
        share: Of the titles that are written in another way, drawn for each user and item.
        way: In which.
    """

    name = "misspelling"
    parameters = None
    settings: Mapping[str, str] = {}
    gives: frozenset[Gives] = frozenset({"text"})
    concurrency = 1

    def __init__(self, data: AuditData, share: float, way: Way) -> None:
        titles, histories = data.items["title"], data.histories()
        self._wanted = {
            "\n".join(f"- {titles[item]}" for item in histories[user]): [str(titles[item]) for item in items]
            for user, items in data.truth.groupby("user")["item"].apply(list).items()
        }
        self._share, self._way = share, way

    async def ask(self, call: Call) -> Exchange:
        sent = call.messages[-1].content
        history, wanted = next((one, titles) for one, titles in self._wanted.items() if f"{one}\n" in sent)
        draw = np.random.default_rng(zlib.crc32(history.encode()))
        said = [_written(title, self._way) if draw.random() < self._share else title for title in wanted]
        return Exchange(prompt=sent, text="\n".join(f"{place}. {one}" for place, one in enumerate(said, 1)))

    async def close(self) -> None:
        pass


def _written(title: str, way: Way) -> str:
    if way == "small":
        return title.lower()
    if way == "misspelt":
        return f"{title[:3]}{title[4]}{title[3]}{title[5:]}"
    if way == "one of many":
        return title.removesuffix("s")
    return "Qwx zzyk" if way == "made up" else title


def misspelling(data: AuditData, *, share: float = 1.0, way: Way = "as it is") -> LanguageRecommender:
    """The system."""
    return language_recommender(data, Misspelling(data, share, way))

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recaudit.adapters.language.model import ModelCallError
from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import AuditData
from recaudit.errors import SystemFailureError
from recaudit.systems.language.written_texts import FOLDER, written_texts


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def recommender(tasteful: AuditData, writer: Callable[..., Any]) -> Callable[..., Any]:
    return lambda say: language_recommender(tasteful, writer(say), noun="books")


def test_each_title_is_asked_about_once(recommender: Callable[..., Any]) -> None:
    language = recommender(lambda words: words.upper())
    written = written_texts(language, ["Heat", "Alien", "Heat"], tokens=9)
    assert written.texts == (
        "WHAT IS THIS ABOUT: HEAT?",
        "WHAT IS THIS ABOUT: ALIEN?",
        "WHAT IS THIS ABOUT: HEAT?",
    )
    assert [call.max_tokens for call in language.model.asked] == [9, 9]
    assert language.model.asked[0].messages[0].content.startswith("You know books.")
    assert written_texts(language, ["Alien", "Heat"], tokens=9).texts == written.texts[1:]
    assert len(language.model.asked) == 2
    written_texts(language, ["Heat"], tokens=10)
    assert len(language.model.asked) == 3


def test_an_interrupted_writing_goes_on(recommender: Callable[..., Any], cache: Path) -> None:
    def stops(words: str) -> str:
        if "Alien" in words:
            raise RuntimeError("stopped")
        return "a chase"

    language = recommender(stops)
    with pytest.raises(RuntimeError, match="stopped"):
        written_texts(language, ["Heat", "Alien"], tokens=9)
    [file] = (cache / FOLDER).iterdir()
    with file.open("a", encoding="utf-8") as opened:
        opened.write('["Alien", "cut o')
    again = recommender(lambda _: "a ship")
    assert written_texts(again, ["Heat", "Alien"], tokens=9).texts == ("a chase", "a ship")
    assert len(again.model.asked) == 1
    assert written_texts(again, ["Heat", "Alien"], tokens=9).texts == ("a chase", "a ship")
    assert len(again.model.asked) == 1


def test_failed_calls_are_counted_and_asked_again(recommender: Callable[..., Any]) -> None:
    def fails(words: str) -> str:
        if "Alien" in words:
            raise ModelCallError("the server said 500")
        return "a chase"

    language = recommender(fails)
    written = written_texts(language, ["Heat", "Alien"], tokens=9)
    assert (written.texts, written.failed) == (("a chase", ""), 1)
    with pytest.raises(SystemFailureError, match="'writer' wrote about none of 1 items: the server said 500"):
        written_texts(language, ["Alien"], tokens=9)
    assert len(language.model.asked) == 3

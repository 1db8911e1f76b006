from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from recaudit.audit.evidence import open_evidence
from recaudit.records import Answer, Request

ASKED = Request(unit="ü", arm="list", user="ü", history=("a", "b"), k=3)


def test_answers_come_back_as_they_were_given(tmp_path: Path) -> None:
    scored = Answer(request=ASKED.id, items=("x", 2), scores=(0.5, 1e-17))
    refused = Answer(request=ASKED.id, items=(), problem="refused")
    with open_evidence(tmp_path / "evidence.sqlite") as evidence:
        evidence.add_requests([ASKED])
        evidence.add_answers("one", [scored])
        evidence.add_answers("two", [refused])
        assert evidence.answers("one") == {ASKED.id: scored}
        assert evidence.answers("two") == {ASKED.id: refused}
        assert evidence.answers("three") == {}


def test_an_answer_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    path = tmp_path / "evidence.sqlite"
    with open_evidence(path) as evidence:
        evidence.add_requests([ASKED])
        evidence.add_answers("one", [Answer(request=ASKED.id, items=("x",))])
        other = sqlite3.connect(path)
        assert other.execute("SELECT items FROM answer").fetchall() == [('["x"]',)]
        other.close()


def test_an_answer_cannot_be_replaced_or_belong_to_nothing(tmp_path: Path) -> None:
    with open_evidence(tmp_path / "evidence.sqlite") as evidence:
        evidence.add_requests([ASKED])
        evidence.add_answers("one", [Answer(request=ASKED.id, items=())])
        with pytest.raises(sqlite3.IntegrityError):
            evidence.add_answers("one", [Answer(request=ASKED.id, items=("x",))])
        with pytest.raises(sqlite3.IntegrityError):
            evidence.add_answers("one", [Answer(request="never asked", items=())])

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from recaudit.audit.evidence import EvidenceStore, kept_evidence, new_evidence
from recaudit.errors import EvidenceError, InputError
from recaudit.records import Answer, Exchange, Request, Slot, SystemCard

ASKED = Request(unit="ü", arm="list", user="ü", history=("a", "b"), k=3)
CARD = SystemCard(name="one", llm="m", crm_at_inference=False, settings={"temperature": "0"})
CALL = Exchange(
    prompt="Name films\u2028\x00",
    text='1. "x"</script>',
    logprobs=(("Yes", -0.25), ("No", -1.5)),
    tokens_in=7,
    seconds=0.5,
    model="m-1",
    fingerprint="fp",
    finish="stop",
    asked_at="2026-01-01T00:00:00+00:00",
    attempts=2,
)


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[EvidenceStore]:
    with new_evidence(tmp_path / "evidence.sqlite") as store:
        store.begin("2026-01-01T00:00:00+00:00")
        store.add_requests([ASKED])
        for name in ("one", "two"):
            store.add_system(SystemCard(name=name), ["lists"])
        yield store


def test_answers_come_back_as_they_were_given(evidence: EvidenceStore) -> None:
    scored = Answer(request=ASKED.id, items=("x", 2), scores=(0.5, 1e-17))
    slots = (
        Slot(title="X", item="x", how="exact", similarity=100.0),
        Slot(title="<b>", item=None, how="off-catalogue", similarity=12.5),
    )
    refused = Answer(
        request=ASKED.id, items=(), problem="refused", detail="no", exchanges=(CALL, CALL), slots=slots
    )
    evidence.add_answers("one", [scored])
    evidence.add_answers("two", [refused])
    assert evidence.answers("one") == {ASKED.id: scored}
    assert evidence.answers("two") == {ASKED.id: refused}
    assert evidence.answers("three") == {}


def test_what_is_added_is_on_disk_when_the_process_is_killed(tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from recaudit.audit.evidence import new_evidence
from recaudit.records import Answer, Request, SystemCard
asked = Request(unit="ü", arm="list", user="ü", history=("a", "b"), k=3)
with new_evidence(Path({str(tmp_path / "evidence.sqlite")!r})) as store:
    store.begin("now")
    store.add_requests([asked])
    store.add_system(SystemCard(name="one"), ["lists"])
    store.add_answers("one", [Answer(request=asked.id, items=("x",))])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with kept_evidence(tmp_path / "evidence.sqlite") as store:
        assert store.answers("one") == {ASKED.id: Answer(request=ASKED.id, items=("x",))}


def test_an_answer_cannot_be_replaced_or_belong_to_nothing(evidence: EvidenceStore) -> None:
    evidence.add_answers("one", [Answer(request=ASKED.id, items=())])
    with pytest.raises(sqlite3.IntegrityError):
        evidence.add_answers("one", [Answer(request=ASKED.id, items=("x",))])
    with pytest.raises(sqlite3.IntegrityError):
        evidence.add_answers("one", [Answer(request="never asked", items=())])
    evidence.begin("later")
    with pytest.raises(sqlite3.IntegrityError):
        evidence.add_answers("one", [Answer(request=ASKED.id, items=("x",))])
    assert evidence.answers("one")[ASKED.id].items == ()


def test_a_failed_call_may_be_answered_in_a_later_session_and_both_are_kept(
    evidence: EvidenceStore, tmp_path: Path
) -> None:
    failed = Answer(request=ASKED.id, items=(), problem="timeout", detail="60 s", exchanges=(CALL,))
    evidence.add_answers("one", [failed])
    with pytest.raises(sqlite3.IntegrityError):
        evidence.add_answers("one", [failed])
    evidence.begin("later")
    evidence.add_answers("one", [Answer(request=ASKED.id, items=("x",), exchanges=(CALL, CALL))])
    assert evidence.answers("one")[ASKED.id].items == ("x",)
    assert len(evidence.answers("one")[ASKED.id].exchanges) == 2
    shutil.copytree(tmp_path, tmp_path.with_name("copy"))
    with sqlite3.connect(tmp_path.with_name("copy") / "evidence.sqlite") as copy:
        assert copy.execute("SELECT attempt, problem FROM answer").fetchall() == [(0, "timeout"), (1, None)]
    copy.close()


def test_systems_failures_times_and_facts(evidence: EvidenceStore) -> None:
    three = SystemCard(name="three", llm="m", llm_parameters=7, settings={"temperature": "0"})
    evidence.add_system(three, ["lists", "instructions"])
    evidence.add_failure("three", "it was down")
    evidence.add_seconds("three", {"build": 1.0, "answer": 2.0})
    evidence.describe({"only": "a"})
    assert evidence.failures() == {"three": "it was down"}
    evidence.begin("later")
    evidence.add_seconds("three", {"answer": 0.5})
    found = evidence.systems()["three"]
    assert (found.card, found.offers) == (three, {"lists", "instructions"})
    assert found.seconds == {"build": 1.0, "answer": 2.5}
    assert evidence.failures() == {}
    assert evidence.facts() == {"only": "a"}
    assert evidence.started() == "2026-01-01T00:00:00+00:00"


def test_evidence_that_another_run_holds_is_refused(evidence: EvidenceStore, tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="is held by another run"),
        kept_evidence(tmp_path / "evidence.sqlite"),
    ):
        pass
    assert evidence.request_ids() == {ASKED.id}


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no evidence at"), (b"x" * 5000, "is not an evidence file"), (b"", "has schema 0")],
)
def test_a_file_that_is_not_evidence_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "evidence.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message), kept_evidence(path):
        pass


def test_a_full_disk_loses_nothing_and_says_what_to_do(evidence: EvidenceStore) -> None:
    small = Answer(request=ASKED.id, items=("x",))
    evidence.add_answers("one", [small])
    [[pages]] = evidence._connection.execute("PRAGMA page_count")
    evidence._connection.execute(f"PRAGMA max_page_count = {pages}")
    long = Answer(request=ASKED.id, items=(), exchanges=(Exchange(prompt="", text="x" * 100_000),))
    with pytest.raises(EvidenceError, match=r"full; what was stored before is safe: .* --resume"):
        evidence.add_answers("two", [long])
    assert evidence.answers("one") == {ASKED.id: small}
    assert evidence.answers("two") == {}


def test_evidence_that_cannot_be_begun_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match=r"cannot be written: .*; choose another folder with --out"),
        new_evidence(tmp_path / "file" / "evidence.sqlite"),
    ):
        pytest.fail("it was begun")

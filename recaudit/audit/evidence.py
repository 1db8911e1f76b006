"""`evidence.sqlite`: what was asked and answered, stored as it arrives and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recaudit.records import Answer, Request

_SCHEMA = """
CREATE TABLE request (
    id TEXT PRIMARY KEY, unit TEXT NOT NULL, arm TEXT NOT NULL, replicate INTEGER NOT NULL, user TEXT NOT NULL,
    history TEXT NOT NULL, candidates TEXT, k INTEGER NOT NULL, seed INTEGER NOT NULL
) STRICT;
CREATE TABLE answer (
    system TEXT NOT NULL, request TEXT NOT NULL REFERENCES request (id), items TEXT NOT NULL, scores TEXT,
    problem TEXT, PRIMARY KEY (system, request)
) STRICT;
"""


class EvidenceStore:
    """An open evidence file; ids, histories and lists are stored as JSON."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_requests(self, requests: Iterable[Request]) -> None:
        """Store what will be asked."""
        rows = (
            (
                request.id,
                json.dumps(request.unit),
                request.arm,
                request.replicate,
                json.dumps(request.user),
                json.dumps(request.history),
                None if request.candidates is None else json.dumps(request.candidates),
                request.k,
                request.seed,
            )
            for request in requests
        )
        with self._connection:
            self._connection.executemany("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def add_answers(self, system: str, answers: Iterable[Answer]) -> None:
        """Store one batch of answers; it is on disk when this returns."""
        rows = (
            (
                system,
                answer.request,
                json.dumps(answer.items),
                None if answer.scores is None else json.dumps(answer.scores),
                answer.problem,
            )
            for answer in answers
        )
        with self._connection:
            self._connection.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", rows)

    def answers(self, system: str) -> dict[str, Answer]:
        """Everything a system answered, by request id."""
        rows = self._connection.execute(
            "SELECT request, items, scores, problem FROM answer WHERE system = ? ORDER BY rowid", (system,)
        )
        return {
            request: Answer(
                request=request,
                items=tuple(json.loads(items)),
                scores=None if scores is None else tuple(json.loads(scores)),
                problem=problem,
            )
            for request, items, scores, problem in rows
        }


@contextmanager
def open_evidence(path: Path) -> Iterator[EvidenceStore]:
    """Make a new evidence file and close it at the end."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_SCHEMA)
        yield EvidenceStore(connection)
    finally:
        connection.close()

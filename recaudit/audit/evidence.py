"""`evidence.sqlite`: what was asked and answered, word for word, stored as it arrives and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recaudit.audit.evidence_schema import EVIDENCE_SCHEMA, TABLES
from recaudit.errors import EvidenceError, InputError
from recaudit.records import FAILED, Answer, Capability, Exchange, Request, Slot, SystemCard

_EXCHANGE = (
    "prompt", "text", "logprobs", "tokens_in", "tokens_out", "seconds", "model", "fingerprint", "finish",
    "asked_at", "attempts",
)  # fmt: skip


_SETTLED = "(problem IS NULL OR problem NOT IN ({}))".format(", ".join(f"'{one}'" for one in sorted(FAILED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSystem:
    """What is known about a system without reaching it.

    Attributes:
        card: What it is.
        offers: What it can do.
        seconds: Wall-clock seconds by part, over all sessions.
    """

    card: SystemCard
    offers: frozenset[Capability]
    seconds: Mapping[str, float]


class EvidenceStore:
    """An open evidence file; ids, histories, lists and slots are stored as JSON.

    The file belongs to one session at a time. What is added is on disk when the call returns.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        [[last]] = connection.execute("SELECT max(number) FROM session")
        self._session: int = last or 0
        self._tries: dict[tuple[str, str], int] = {}

    def begin(self, started: str) -> None:
        """Open a new session, to which failures and times belong; what failed before may be asked again in it."""
        self._session += 1
        self._write("INSERT INTO session VALUES (?, ?)", [(self._session, started)])
        self._tries = {
            (system, request): attempts
            for system, request, attempts in self._connection.execute(
                f"SELECT system, request, count(*) FROM answer GROUP BY system, request HAVING sum({_SETTLED}) = 0"  # noqa: S608 - fixed words
            )
        }

    def describe(self, facts: Mapping[str, str]) -> None:
        """Store facts about the run, such as its configuration, once."""
        self._write("INSERT INTO fact VALUES (?, ?)", facts.items())

    def facts(self) -> dict[str, str]:
        """What `describe` stored."""
        return dict(self._connection.execute("SELECT key, value FROM fact"))

    def started(self) -> str:
        """When the first session began."""
        [[started]] = self._connection.execute("SELECT started FROM session WHERE number = 1")
        return str(started)

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
                request.needs,
                json.dumps(request.profile),
                request.instruction,
                request.seed,
            )
            for request in requests
        )
        self._write("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def request_ids(self) -> set[str]:
        """The ids of everything that is to be asked."""
        return {row[0] for row in self._connection.execute("SELECT id FROM request")}

    def add_system(self, card: SystemCard, offers: Iterable[Capability]) -> None:
        """Store what a system is, once."""
        self._write(
            "INSERT INTO system VALUES (?, ?, ?)",
            [(card.name, json.dumps(asdict(card)), json.dumps(sorted(offers)))],
        )

    def add_failure(self, system: str, reason: str) -> None:
        """Store why this session could not ask a system everything."""
        self._write("INSERT INTO failure VALUES (?, ?, ?)", [(self._session, system, reason)])

    def failures(self) -> dict[str, str]:
        """Why the last session could not ask a system everything, by name."""
        rows = self._connection.execute(
            "SELECT system, reason FROM failure WHERE session = ?", (self._session,)
        )
        return dict(rows)

    def add_seconds(self, system: str, seconds: Mapping[str, float]) -> None:
        """Store how long parts of this session took."""
        self._write(
            "INSERT INTO spent VALUES (?, ?, ?, ?)",
            [(self._session, system, part, value) for part, value in seconds.items()],
        )

    def systems(self) -> dict[str, AskedSystem]:
        """Every system that was reached, by name."""
        rows = self._connection.execute("SELECT name, card, offers FROM system ORDER BY rowid").fetchall()
        seconds: dict[str, dict[str, float]] = {}
        spent = "SELECT system, part, sum(seconds) FROM spent GROUP BY system, part ORDER BY min(rowid)"
        for system, part, total in self._connection.execute(spent):
            seconds.setdefault(system, {})[part] = round(total, 3)
        return {
            name: AskedSystem(
                card=SystemCard(**json.loads(card)),
                offers=frozenset(json.loads(offers)),
                seconds=seconds.get(name, {}),
            )
            for name, card, offers in rows
        }

    def add_answers(self, system: str, answers: Iterable[Answer]) -> None:
        """Store answers with the exchanges behind them, all or none.

        A request is answered once; only one that failed in an earlier session may be answered again.
        """
        with self._transaction():
            for answer in answers:
                attempt = self._tries.get((system, answer.request), 0)
                self._connection.execute(
                    "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        system,
                        answer.request,
                        attempt,
                        json.dumps(answer.items),
                        None if answer.scores is None else json.dumps(answer.scores),
                        answer.problem,
                        answer.detail,
                        json.dumps([[s.title, s.item, s.how, s.similarity] for s in answer.slots]),
                    ),
                )
                self._connection.executemany(
                    "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        (system, answer.request, attempt, place, *_exchange_row(exchange))
                        for place, exchange in enumerate(answer.exchanges)
                    ),
                )

    def settled(self, system: str) -> set[str]:
        """The requests that a system has answered and that need not be asked again."""
        rows = self._connection.execute(
            f"SELECT DISTINCT request FROM answer WHERE system = ? AND {_SETTLED}",  # noqa: S608 - fixed words
            (system,),
        )
        return {row[0] for row in rows}

    def answers(self, system: str) -> dict[str, Answer]:
        """The last answer of a system to each request, by request id."""
        exchanges: dict[tuple[str, int], list[Exchange]] = {}
        for request, attempt, *row in self._connection.execute(
            f"SELECT request, attempt, {', '.join(_EXCHANGE)} FROM exchange WHERE system = ? ORDER BY rowid",  # noqa: S608 - fixed names
            (system,),
        ):
            exchanges.setdefault((request, attempt), []).append(_exchange(row))
        rows = self._connection.execute(
            "SELECT request, attempt, items, scores, problem, detail, slots FROM answer WHERE system = ? "
            "ORDER BY rowid",
            (system,),
        )
        return {
            request: Answer(
                request=request,
                items=tuple(json.loads(items)),
                scores=None if scores is None else tuple(json.loads(scores)),
                problem=problem,
                detail=detail,
                exchanges=tuple(exchanges.get((request, attempt), ())),
                slots=tuple(
                    Slot(title=title, item=item, how=how, similarity=similarity)
                    for title, item, how, similarity in json.loads(slots)
                ),
            )
            for request, attempt, items, scores, problem, detail, slots in rows
        }

    def _write(self, statement: str, rows: Iterable[Any]) -> None:
        with self._transaction():
            self._connection.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.OperationalError as error:
            raise EvidenceError(
                f"{self._path} cannot be written: {error}; what was stored before is safe: make room or mend "
                "it, and go on with --resume"
            ) from error


@contextmanager
def new_evidence(path: Path) -> Iterator[EvidenceStore]:
    """Make an evidence file, hold it, and close it at the end.

    Raises:
        InputError: If the folder does not let it.
    """
    connection = _new_connection(path)
    try:
        yield EvidenceStore(connection, path)
    finally:
        connection.close()


def _new_connection(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path)
        _hold(connection)
        connection.executescript(TABLES)
        connection.execute(f"PRAGMA user_version = {EVIDENCE_SCHEMA}")
    except sqlite3.OperationalError as error:
        raise InputError(f"{path} cannot be written: {error}; choose another folder with --out") from error
    return connection


@contextmanager
def kept_evidence(path: Path) -> Iterator[EvidenceStore]:
    """Open an evidence file that is there, hold it, and close it at the end.

    Raises:
        InputError: If it is missing, not evidence, of another version of recaudit, or held by another run.
    """
    if not path.is_file():
        raise InputError(f"there is no evidence at {path}; give the folder of a run made by `recaudit run`")
    connection = sqlite3.connect(path, timeout=0.5)
    try:
        version = _version(connection, path)
        if version != EVIDENCE_SCHEMA:
            raise InputError(
                f"{path} has schema {version}, this version of recaudit reads {EVIDENCE_SCHEMA}; run again"
            )
        yield EvidenceStore(connection, path)
    finally:
        connection.close()


def _version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        _hold(connection)
        [[version]] = connection.execute("PRAGMA user_version")
    except sqlite3.OperationalError as error:
        raise InputError(f"{path} is held by another run ({error}); wait for it to end or stop it") from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"{path} is not an evidence file ({error}); give the folder of a run") from error
    return int(version)


def _hold(connection: sqlite3.Connection) -> None:
    """Keep other processes out until the connection is closed or the process ends."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _exchange_row(exchange: Exchange) -> tuple[object, ...]:
    row = [getattr(exchange, name) for name in _EXCHANGE]
    row[2] = json.dumps(exchange.logprobs)
    return tuple(row)


def _exchange(row: list[Any]) -> Exchange:
    fields = dict(zip(_EXCHANGE, row, strict=True))
    fields["logprobs"] = tuple((text, value) for text, value in json.loads(fields["logprobs"]))
    return Exchange(**fields)

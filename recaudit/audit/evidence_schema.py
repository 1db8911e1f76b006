"""The tables of `evidence.sqlite`."""

from __future__ import annotations

EVIDENCE_SCHEMA = 2

TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE session (number INTEGER PRIMARY KEY, started TEXT NOT NULL) STRICT;
CREATE TABLE request (
    id TEXT PRIMARY KEY, unit TEXT NOT NULL, arm TEXT NOT NULL, replicate INTEGER NOT NULL, user TEXT NOT NULL,
    history TEXT NOT NULL, candidates TEXT, k INTEGER NOT NULL, needs TEXT NOT NULL, profile TEXT NOT NULL,
    instruction TEXT, seed INTEGER NOT NULL
) STRICT;
CREATE TABLE system (name TEXT PRIMARY KEY, card TEXT NOT NULL, offers TEXT NOT NULL) STRICT;
CREATE TABLE failure (
    session INTEGER NOT NULL REFERENCES session (number), system TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE spent (
    session INTEGER NOT NULL REFERENCES session (number), system TEXT NOT NULL, part TEXT NOT NULL,
    seconds REAL NOT NULL
) STRICT;
CREATE TABLE answer (
    system TEXT NOT NULL REFERENCES system (name), request TEXT NOT NULL REFERENCES request (id),
    attempt INTEGER NOT NULL, items TEXT NOT NULL, scores TEXT, problem TEXT, detail TEXT NOT NULL,
    slots TEXT NOT NULL, PRIMARY KEY (system, request, attempt)
) STRICT;
CREATE TABLE exchange (
    system TEXT NOT NULL, request TEXT NOT NULL, attempt INTEGER NOT NULL, place INTEGER NOT NULL,
    prompt TEXT NOT NULL, text TEXT NOT NULL, logprobs TEXT NOT NULL, tokens_in INTEGER, tokens_out INTEGER,
    seconds REAL, model TEXT NOT NULL, fingerprint TEXT NOT NULL, finish TEXT NOT NULL, asked_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (system, request, attempt, place),
    FOREIGN KEY (system, request, attempt) REFERENCES answer (system, request, attempt)
) STRICT;
"""
"""`attempt` counts how often a request was asked again after a failure; the last answer counts. `place` orders the
exchanges behind one answer."""

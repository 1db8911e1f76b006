"""Beginning a run, and going on with one: what must not have changed in between."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from recaudit.audit.config import AuditConfig, parse_config
from recaudit.audit.evidence import EvidenceStore, kept_evidence, new_evidence
from recaudit.audit.plan import AuditPlan
from recaudit.audit.result import AuditResult
from recaudit.errors import InputError
from recaudit.records import digest_of

EVIDENCE = "evidence.sqlite"


@contextmanager
def begun(plan: AuditPlan, folder: Path) -> Iterator[EvidenceStore]:
    """Make the run folder and its evidence file, and store what will be asked.

    Raises:
        InputError: If the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made: {error.strerror}; choose another folder with --out"
        ) from error
    with new_evidence(folder / EVIDENCE) as evidence:
        evidence.begin(now())
        evidence.describe(
            {
                "config": plan.config.text,
                "config path": str(plan.config.path.resolve()),
                "config digest": plan.config.digest,
                "data digest": plan.data.digest,
                "only": "\n".join(plan.only),
                "sequential": "yes" if plan.sequential else "",
                "recaudit": version("recaudit"),
            }
        )
        evidence.add_requests(plan.requests.values())
        yield evidence


@contextmanager
def kept(folder: Path) -> Iterator[EvidenceStore]:
    """Open the evidence of a run that was begun.

    Raises:
        InputError: If there is none, or the run was stopped before its plan was stored.
    """
    with kept_evidence(folder / EVIDENCE) as evidence:
        if "config" not in evidence.facts():
            raise InputError(
                f"the run in {folder} was stopped before it began; delete the folder and run again"
            )
        yield evidence


def kept_config(evidence: EvidenceStore, path: Path | None) -> AuditConfig:
    """The configuration that a run began with.

    Args:
        evidence: Of the run.
        path: Where that configuration lies now, for the data beside it; where it lay then, if None.

    Raises:
        InputError: If the file at `path` says something else.
    """
    facts = evidence.facts()
    if path is None:
        return parse_config(facts["config"], Path(facts["config path"]))
    config = parse_config(path.read_text(encoding="utf-8"), path)
    refuse_other_config(evidence, config)
    return config


def refuse_other_config(evidence: EvidenceStore, config: AuditConfig) -> None:
    """Refuse a configuration that means something else than the one that the run began with.

    Raises:
        InputError: With the lines that differ.
    """
    facts = evidence.facts()
    if facts["config digest"] == config.digest:
        return
    raise InputError(
        f"{config.path} has changed since the run began; take the changes back, or begin a new run:\n"
        f"{changes_of(facts['config'], config.text)}"
    )


def changes_of(before: str, now: str) -> str:
    """The lines of a configuration that differ, indented."""
    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "when the run began", "now", lineterm="", n=0
    )
    return "\n".join(f"  {line}" for line in lines)


def changed_since(result: AuditResult) -> bool:
    """Whether the configuration of a run lies where it lay then and means something else now."""
    path = Path(result.provenance.config_name)
    if not path.is_file():
        return False
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return True
    return digest_of(content) != result.provenance.config_digest


def refuse_other_plan(evidence: EvidenceStore, plan: AuditPlan) -> None:
    """Refuse to mix answers about other data, or to other questions.

    Raises:
        InputError: Saying which of both differs.
    """
    facts = evidence.facts()
    if facts["data digest"] != plan.data.digest:
        raise InputError(
            f"the data have changed since the run began: their digest was {facts['data digest'][:12]} and is "
            f"{plan.data.digest[:12]}; bring them back, or begin a new run"
        )
    asked = evidence.request_ids()
    if asked != plan.requests.keys():
        missing, added = len(asked - plan.requests.keys()), len(plan.requests.keys() - asked)
        raise InputError(
            f"this version of recaudit ({version('recaudit')}) asks other questions than the one that began the "
            f"run ({facts['recaudit']}): {missing} fell away and {added} are new; use that version, or begin a "
            "new run"
        )


def kept_only(evidence: EvidenceStore) -> Collection[str]:
    """The probes that a run was limited to, empty for all."""
    return evidence.facts()["only"].split("\n") if evidence.facts()["only"] else ()


def kept_sequential(evidence: EvidenceStore, *, wanted: bool) -> bool:
    """Whether a run was begun as a sequential one.

    Raises:
        InputError: If it was not, and that is wanted now.
    """
    sequential = bool(evidence.facts().get("sequential"))
    if wanted and not sequential:
        raise InputError(
            "the run was not begun with --sequential, so that its units were not asked in batches; go on without "
            "--sequential, or begin a new run"
        )
    return sequential


def now() -> str:
    """The time, ISO 8601 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")

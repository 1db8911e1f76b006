"""One run for a whole test session, also when several processes test."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from recaudit.pytest_plugin.settings import setting

if TYPE_CHECKING:
    from recaudit.audit import AuditResult
    from recaudit.expect import AuditRun


class PluginSession:
    """The audit of a test session: made or read when the first test needs it.

    Args:
        config: Of pytest.
        config_path: The audit's configuration.
    """

    def __init__(self, config: pytest.Config, config_path: Path) -> None:
        self.config_path = config_path
        self.baseline = setting(config, "audit_baseline")
        self.updates: bool = config.getoption("audit_update_baseline")
        if self.updates and self.baseline is None:
            raise pytest.UsageError("--audit-update-baseline needs to know which: give --audit-baseline")
        is_named, is_live = config.getoption("audit_run") is not None, config.getoption("audit_live")
        if is_named and is_live:
            raise pytest.UsageError(
                "--audit-run decides a run that is there and --audit-live makes one; give one"
            )
        asks = is_live or (config.getini("audit_live") and not is_named)
        self._stored = None if asks else setting(config, "audit_run")
        self._report = setting(config, "audit_report")
        self._place = config.invocation_params.dir
        worker: dict[str, str] | None = getattr(config, "workerinput", None)
        self._meeting = None if worker is None else Path(worker["audit_meeting"])
        self._owns_meeting = worker is None
        self._outcome: AuditRun | Exception | None = None

    def run(self) -> AuditRun:
        """The decided run.

        Raises:
            RecauditError: If there is none: the configuration, the data, the run or the baseline cannot be used.
        """
        from recaudit.errors import RecauditError

        if self._outcome is None:
            try:
                self._outcome = self._obtained() if self._meeting is None else self._shared()
            except RecauditError as error:
                self._outcome = error
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def run_or_fail(self) -> AuditRun:
        """The decided run; without one the test fails with what is wrong and nothing else."""
        from recaudit.errors import RecauditError

        try:
            return self.run()
        except RecauditError as error:
            pytest.fail(str(error), pytrace=False)

    def fail_if_updated(self) -> None:
        """Fail a test of a session that made the baseline anew."""
        if self.updates:
            pytest.fail(
                f"{self.baseline} was made anew; look at the change, and test without updating", pytrace=False
            )

    def outcome(self) -> AuditRun | Exception | None:
        """What `run` gave in this process or in a worker, None if no test needed it."""
        if self._outcome is None and self._meeting is not None:
            self._outcome = self._met()
        return self._outcome

    def finished(self) -> AuditRun | None:
        """The run that tests used, None if none did or it could not be made."""
        outcome = self.outcome()
        return None if isinstance(outcome, Exception) else outcome

    def meeting(self) -> Path:
        """A folder in which the processes of a session meet."""
        if self._meeting is None:
            self._meeting = Path(tempfile.mkdtemp(prefix="recaudit-"))
        return self._meeting

    def close(self) -> None:
        """Remove that folder."""
        if self._owns_meeting and self._meeting is not None:
            shutil.rmtree(self._meeting, ignore_errors=True)

    def _shared(self) -> AuditRun | Exception:
        """The first process obtains the run, the others wait for it; a process that dies lets the next one go on."""
        with _locked(self.meeting() / "lock"):
            met = self._met()
            if met is not None:
                return met
            from recaudit.errors import RecauditError
            from recaudit.files import write_atomically

            told: dict[str, str | None]
            outcome: AuditRun | Exception
            try:
                outcome = self._obtained()
                outcome.result.save(self.meeting() / "result.json")
                told = {"folder": str(outcome.folder), "error": None}
            except RecauditError as error:
                outcome, told = error, {"folder": None, "error": str(error)}
            write_atomically(self.meeting() / "outcome.json", json.dumps(told))
            return outcome

    def _met(self) -> AuditRun | Exception | None:
        """What another process left."""
        from recaudit.audit import AuditResult
        from recaudit.errors import InputError
        from recaudit.expect import AuditRun

        left = self.meeting() / "outcome.json"
        if not left.is_file():
            return None
        told = json.loads(left.read_bytes())
        if told["error"] is not None:
            return InputError(told["error"])
        result = AuditResult.load(self.meeting() / "result.json")
        return AuditRun(result=result, folder=Path(told["folder"]), baseline=self.baseline)

    def _obtained(self) -> AuditRun:
        from recaudit.audit import compared, make_baseline, open_baseline
        from recaudit.cli.output import write_reports
        from recaudit.expect import AuditRun

        with warnings.catch_warnings():
            # what an audited system warns of fails no gate, however strict the tests beside it are
            warnings.simplefilter("default")
            result, folder = self._made() if self._stored is None else self._read(self._stored)
            if self.updates and self.baseline is not None:
                make_baseline(folder, self.baseline)
            elif self._stored is not None and self.baseline is not None:
                result = compared(result, folder, open_baseline(self.baseline))
            if self._report is not None:
                result.save(self._report / "result.json")
                write_reports(result, self._report)
        return AuditRun(result=result, folder=folder, baseline=self.baseline)

    def _made(self) -> tuple[AuditResult, Path]:
        from recaudit.audit import load_config, run_audit, run_folder

        config = load_config(self.config_path)
        folder = self._place / run_folder(config)
        if self._meeting is not None:
            # a process that died has left its run, which is gone on with
            note = self._meeting / "folder"
            if note.is_file():
                folder = Path(note.read_text(encoding="utf-8"))
            note.write_text(str(folder), encoding="utf-8")
        return run_audit(
            config,
            out=folder,
            resume=(folder / "evidence.sqlite").is_file(),
            baseline=None if self.updates else self.baseline,
        ), folder

    def _read(self, path: Path) -> tuple[AuditResult, Path]:
        from recaudit.audit import AuditResult, load_config
        from recaudit.audit.session import changes_of
        from recaudit.errors import InputError

        result = AuditResult.load(path)
        config = load_config(self.config_path)
        if config.digest != result.provenance.config_digest:
            raise InputError(
                f"{self.config_path} has changed since the run {path}, whose gates are those of then; run the audit "
                f"again, or take the changes back:\n{changes_of(result.provenance.config_text, config.text)}"
            )
        return result, path if path.is_dir() else path.parent


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes back when its process ends, however it ends."""
    with path.open("ab") as file:
        _lock(file)
        yield


if sys.platform == "win32":

    def _lock(file: BinaryIO) -> None:
        import msvcrt

        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # after ten seconds
                continue
            return
else:

    def _lock(file: BinaryIO) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)

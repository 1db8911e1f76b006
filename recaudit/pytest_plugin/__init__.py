"""The pytest plugin: the gates of an audit as tests, and fixtures for tests written by hand.

It does nothing unless `audit_config` is set in the ini file or by `--audit-config`. recaudit itself is imported when a
test needs it, so that other test runs do not become slower.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recaudit.pytest_plugin.settings import setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from recaudit.expect import AuditRun
    from recaudit.pytest_plugin.items import AuditFile
    from recaudit.pytest_plugin.session import PluginSession

_SETTINGS = {
    "audit_config": "the TOML file of the audit, whose [[gates]] become tests",
    "audit_run": "decide this run instead of asking the systems",
    "audit_baseline": "decide gates with a margin against this, made by `recaudit baseline`",
    "audit_report": "write the report, junit.xml and summary.md into this folder",
}


_session: pytest.StashKey[PluginSession] = pytest.StashKey()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let others hear of the result."""
    from recaudit.pytest_plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options and their ini twins."""
    group = parser.getgroup("recaudit", "auditing a recommender system")
    for name, text in _SETTINGS.items():
        option = f"--{name.replace('_', '-')}"
        group.addoption(option, metavar="PATH", default=None, help=f"{text[0].upper()}{text[1:]}.")
        parser.addini(name, help=f"{text}; relative to this file", default="")
    group.addoption(
        "--audit-live",
        action="store_true",
        help="Ask the systems, also where the ini file names a run.",
    )
    group.addoption(
        "--audit-update-baseline",
        action="store_true",
        help="Keep this run as the baseline, and fail, so that the change is looked at.",
    )
    parser.addini("audit_live", type="bool", default=False, help="ask the systems, whatever audit_run says")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and collect the configuration where no paths are given or it is an option."""
    config.addinivalue_line("markers", "audit: uses the result of an audit; each gate has it")
    path = setting(config, "audit_config")
    if path is None:
        return
    from recaudit.pytest_plugin.session import PluginSession

    config.stash[_session] = PluginSession(config, path)
    is_chosen = config.getoption("audit_config") is not None
    if is_chosen or config.args_source is not config.ArgsSource.ARGS:
        config.args.append(str(path))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> AuditFile | None:
    """Collect the gates of the configured audit."""
    session = parent.config.stash.get(_session, None)
    if session is None or file_path.resolve() != session.config_path:
        return None
    from recaudit.pytest_plugin.items import AuditFile

    return AuditFile.from_parent(parent, path=file_path, audit=session)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that use the result of an audit."""
    for item in items:
        if {"audit", "gate"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("audit")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where all of them meet."""
    session = node.config.stash.get(_session, None)  # type: ignore[attr-defined]
    if session is not None:
        node.workerinput["audit_meeting"] = str(session.meeting())  # type: ignore[attr-defined]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the result to whoever listens, and fail a session that was to update the baseline."""
    audit = session.config.stash.get(_session, None)
    if audit is None:
        return
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and (run := audit.finished()) is not None:
        session.config.hook.pytest_audit_result(result=run.result, folder=run.folder)
    if audit.updates and session.exitstatus in {0, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what the audit decided."""
    session = config.stash.get(_session, None)
    if session is None:
        return
    from recaudit.pytest_plugin.summary import summary_lines

    lines = summary_lines(session)
    if lines:
        terminalreporter.section("audit")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the place where workers met."""
    session = config.stash.get(_session, None)
    if session is not None:
        session.close()


@pytest.fixture(scope="session")
def audit(pytestconfig: pytest.Config) -> AuditRun:
    """The audited run, made or read once: `audit["quality/ndcg@10"]`, `audit.result`, `audit.folder`."""
    session = pytestconfig.stash.get(_session, None)
    if session is None:
        pytest.fail(
            "the fixture 'audit' needs a configuration; set audit_config in the ini file or give --audit-config",
            pytrace=False,
        )
    return session.run_or_fail()


@pytest.fixture(scope="session")
def gate(audit: AuditRun) -> Callable[..., None]:
    """Decide a configured gate inside a test: `gate("quality/ndcg@10")`, with `system=` where there are several."""
    from recaudit.expect import settle, system_of

    def decide(finding: str, *, system: str = "") -> None:
        from recaudit.errors import InputError, did_you_mean

        name = system_of(audit.result, system, finding)
        gates = {one.hypothesis.id: one for one in audit.result.gated if one.system == name}
        if finding not in gates:
            near = did_you_mean(finding, gates)
            hint = near or f"; the gates are {', '.join(gates) or 'none'}"
            raise InputError(f"no gate limits '{finding}' of '{name}'{hint}")
        settle([gates[finding]], audit.result.provenance.inconclusive)

    return decide

"""What a conftest or another plugin may hook into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from recaudit.audit import AuditResult


@pytest.hookspec
def pytest_audit_result(result: AuditResult, folder: Path) -> None:
    """Called once at the end of a session that used an audit: to post its verdict, or to keep the run.

    With several processes the one that started them calls it. A session whose audit could not be made does not.

    Args:
        result: The whole result.
        folder: The run's folder.
    """

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real datasets that is never committed."""
    folder = Path(os.environ.get("RECAUDIT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the real datasets in {folder}; set RECAUDIT_TEST_DATA to their folder")
    return folder

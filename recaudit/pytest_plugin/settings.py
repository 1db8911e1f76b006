"""Where the plugin's options and their ini twins say something lies."""

from __future__ import annotations

from pathlib import Path

import pytest


def setting(config: pytest.Config, name: str) -> Path | None:
    """A path from an option, relative to where pytest was started, or from the ini file, relative to it."""
    given = config.getoption(name)
    if given is not None:
        return Path(config.invocation_params.dir, given).resolve()
    written = config.getini(name)
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return Path(folder, written).resolve() if written else None

from __future__ import annotations

import subprocess
import sys

import pytest

import recaudit


def test_every_public_name_can_be_imported_and_is_listed() -> None:
    for name in recaudit.__all__:
        assert getattr(recaudit, name) is not None
    assert sorted(recaudit.__all__) == recaudit.__all__ == dir(recaudit)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_audti'"):
        recaudit.run_audti  # noqa: B018


def test_importing_recaudit_imports_nothing_heavy() -> None:
    code = "import sys, recaudit; print(sorted({'numpy', 'pandas', 'scipy', 'pydantic', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_audit_imports_reports_and_optional_packages_only_when_it_needs_them() -> None:
    late = "{'plotly', 'implicit', 'fairlearn', 'statsmodels'}"
    code = f"import sys, recaudit.audit.run; print(sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""recaudit audits recommender systems before they are released.

Everything named in `__all__` is imported on first use, so that `import recaudit` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recaudit.adapters import from_function, from_ranker, from_scorer, recommender
    from recaudit.audit import AuditResult, Calibration, calibrate, run_audit
    from recaudit.datasets import AuditData, audit_data, load_dataset
    from recaudit.errors import RecauditError
    from recaudit.metrics import evaluate
    from recaudit.records import Answer, Recommender, Request, SystemCard

_ROOMS = {
    "Answer": "records",
    "AuditData": "datasets",
    "AuditResult": "audit",
    "Calibration": "audit",
    "RecauditError": "errors",
    "Recommender": "records",
    "Request": "records",
    "SystemCard": "records",
    "audit_data": "datasets",
    "calibrate": "audit",
    "evaluate": "metrics",
    "from_function": "adapters",
    "from_ranker": "adapters",
    "from_scorer": "adapters",
    "load_dataset": "datasets",
    "recommender": "adapters",
    "run_audit": "audit",
}

__all__ = [
    "Answer",
    "AuditData",
    "AuditResult",
    "Calibration",
    "RecauditError",
    "Recommender",
    "Request",
    "SystemCard",
    "audit_data",
    "calibrate",
    "evaluate",
    "from_function",
    "from_ranker",
    "from_scorer",
    "load_dataset",
    "recommender",
    "run_audit",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'recaudit' has no attribute '{name}'")
    return getattr(importlib.import_module(f"recaudit.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return __all__

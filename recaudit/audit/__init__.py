"""From a configuration to a decided result.

`run_audit` plans, asks, measures and decides; `AuditResult` is the outcome and the only input of reports and
gates; `decide` is the only place that says a verdict.
"""

from recaudit.audit.baseline import Baseline, load_baseline, make_baseline
from recaudit.audit.compare import RunComparison, compare_runs
from recaudit.audit.config import AuditConfig, load_config
from recaudit.audit.decide import decide, exit_code, outcome
from recaudit.audit.regression import compared, open_baseline
from recaudit.audit.result import AuditResult
from recaudit.audit.run import measure_run, newest_run, run_audit, run_folder
from recaudit.audit.session import changed_since

__all__ = [
    "AuditConfig",
    "AuditResult",
    "Baseline",
    "RunComparison",
    "changed_since",
    "compare_runs",
    "compared",
    "decide",
    "exit_code",
    "load_baseline",
    "load_config",
    "make_baseline",
    "measure_run",
    "newest_run",
    "open_baseline",
    "outcome",
    "run_audit",
    "run_folder",
]

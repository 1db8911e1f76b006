"""From a configuration to a decided result.

`run_audit` plans, asks, measures and decides; `AuditResult` is the outcome and the only input of reports and
gates; `decide` is the only place that says a verdict; `calibrate` says how often it would be wrong.
"""

from recaudit.audit.calibrate import calibrate
from recaudit.audit.calibration import Calibration
from recaudit.audit.config import AuditConfig, load_config
from recaudit.audit.decide import decide, exit_code
from recaudit.audit.result import AuditResult
from recaudit.audit.run import measure_run, newest_run, run_audit, run_folder

__all__ = [
    "AuditConfig",
    "AuditResult",
    "Calibration",
    "calibrate",
    "decide",
    "exit_code",
    "load_config",
    "measure_run",
    "newest_run",
    "run_audit",
    "run_folder",
]

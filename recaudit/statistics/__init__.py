"""How sure are we: intervals for every claim from one resampling of units.

Nothing here decides a verdict. `estimate` turns measurements into one `Estimate` per `Hypothesis`, with
simultaneous intervals over the gated claims; `group_table` describes groups with fairlearn's MetricFrame;
`compare_systems` sets systems against each other on the same units and `paired_changes` one system against itself
before; `units_to_settle` says how many units an
undecided claim needs.
"""

from recaudit.statistics.changes import PAIRED_CONTRASTS, is_size, paired_changes
from recaudit.statistics.estimate import estimate
from recaudit.statistics.group_table import group_table
from recaudit.statistics.power import detectable_effect, units_to_settle
from recaudit.statistics.systems import compare_systems

__all__ = [
    "PAIRED_CONTRASTS",
    "compare_systems",
    "detectable_effect",
    "estimate",
    "group_table",
    "is_size",
    "paired_changes",
    "units_to_settle",
]

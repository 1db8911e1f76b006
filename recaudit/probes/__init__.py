"""The experiments: what to ask a system, what is claimed, and how its answers are measured.

A probe plans requests, states hypotheses and turns answers into one number per unit; statistics and verdicts come
later.
"""

from recaudit.probes.groups import DERIVED_ATTRIBUTES, user_groups
from recaudit.probes.probe import PROBES, Answers, Probe

__all__ = ["DERIVED_ATTRIBUTES", "PROBES", "Answers", "Probe", "user_groups"]

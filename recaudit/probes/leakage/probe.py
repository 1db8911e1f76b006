"""The leakage probe."""

from __future__ import annotations

from recaudit.datasets import AuditData
from recaudit.probes.groups import user_groups
from recaudit.probes.leakage.measure import (
    BEYOND,
    HISTORIES,
    LISTS,
    POPULARITY,
    attributes_of,
    measure,
    metric_name,
)
from recaudit.probes.leakage.options import LeakageOptions
from recaudit.probes.lists import plan_lists
from recaudit.probes.probe import Probe
from recaudit.records import Hypothesis, Request

NAME = "leakage"


def depth(options: LeakageOptions) -> int:
    """The length of the lists that are read."""
    return options.k


def plan(data: AuditData, options: LeakageOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """One list per user."""
    return plan_lists(data, k, run_seed)


def hypotheses(data: AuditData, options: LeakageOptions) -> list[Hypothesis]:
    """How well each attribute can be read off lists, histories, and the lists' length and popularity alone.

    Raises:
        InputError: If the data have no such attribute.
    """
    claims = []
    attributes = attributes_of(data, options)
    user_groups(data, attributes)
    for attribute in attributes:
        words = " × ".join(attribute.split("*"))
        for source, ending, question, title in (
            (
                LISTS,
                "auc",
                f"How well can a reader tell {words} from the list alone? 0.5 is no better than guessing.",
                f"{words} read off the lists (AUC, 0.5: guessing)",
            ),
            (
                HISTORIES,
                "auc-history",
                f"How well can a reader tell {words} from the histories that the system was given?",
                f"{words} read off the histories (AUC, 0.5: guessing)",
            ),
            (
                POPULARITY,
                "auc-popularity",
                f"How well do the length and the popularity of a list alone tell {words}?",
                f"{words} read off the lists' length and popularity (AUC, 0.5: guessing)",
            ),
            (
                BEYOND,
                "auc-beyond-history",
                f"Do lists tell {words} better than the histories do?",
                f"{words}: AUC of lists less AUC of histories",
            ),
        ):
            claims.append(
                Hypothesis(
                    id=f"{NAME}/{attribute}/{ending}",
                    question=question,
                    title=title,
                    probe=NAME,
                    metric=metric_name(attribute, source),
                    contrast="corpus",
                    better="lower" if source != HISTORIES else "neither",
                    bounds=(-1.0, 1.0) if source == BEYOND else (0.0, 1.0),
                )
            )
    return claims


LEAKAGE = Probe(
    name=NAME,
    aspect="fair",
    question="Do lists give away what nobody disclosed: can an attribute of the user be read off the list alone?",
    options=LeakageOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)

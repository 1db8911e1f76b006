"""What systems look like beside each other, on the same units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemDifference:
    """The mean difference of two systems over the units that both have.

    Attributes:
        first: Name of a system.
        second: Name of another.
        value: Mean of first less second, None without an interval.
        low: Lower end; all differences of one comparison hold at once.
        high: Upper end.
        n: Units that both have.
    """

    first: str
    second: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemComparison:
    """All systems in one claim about a mean.

    Attributes:
        claim: Id of the claim.
        title: The claim in a few words, "" where the metric says it.
        metric: What was measured.
        better: Which side is better.
        systems: The systems that have it, in the order of the configuration.
        means: The mean of each over its own units.
        n: Units that all of them have.
        confidence: Joint level of the differences.
        friedman_p: Of Friedman's test that no system ranks above another on the units that all have; None where it
            cannot be computed.
        kendall_w: How much the units agree on the order of systems, 0 to 1; None likewise.
        differences: One per pair of systems.
    """

    claim: str
    title: str
    metric: str
    better: str
    systems: tuple[str, ...]
    means: tuple[float, ...]
    n: int
    confidence: float
    friedman_p: float | None
    kendall_w: float | None
    differences: tuple[SystemDifference, ...]

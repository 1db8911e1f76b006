"""Which gate asks about which claim of which system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from recaudit.audit.config import AuditConfig
from recaudit.audit.config_tables import GateTable
from recaudit.errors import ConfigError, Problem, did_you_mean
from recaudit.records import Contrast, Hypothesis, Limit, Margin
from recaudit.statistics import PAIRED_CONTRASTS, is_size

Limits = Mapping[tuple[str, str], Limit]
"""(system, hypothesis id) to limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What is asked of which claims.

    Attributes:
        limits: Which claims must lie in a range.
        margins: Which claims may not get much worse than in a baseline.
    """

    limits: Limits
    margins: tuple[Margin, ...]


def match_gates(config: AuditConfig, hypotheses: Sequence[Hypothesis]) -> Gates:
    """Resolve the patterns of `[[gates]]` against the claims that the probes will make.

    Raises:
        ConfigError: If a gate matches no claim, two gates ask about one claim of one system, or a gate has a margin for
            a claim whose change cannot be tested.
    """
    ids = [hypothesis.id for hypothesis in hypotheses]
    claims = {hypothesis.id: hypothesis for hypothesis in hypotheses}
    limits: dict[tuple[str, str], Limit] = {}
    margins: list[Margin] = []
    owner: dict[tuple[str, str], int] = {}
    problems: list[Problem] = []
    everyone = [system.name for system in config.tables.systems]
    for position, gate in enumerate(config.tables.gates):
        place = ("gates", position, "finding")
        matched = [name for name in ids if fnmatchcase(name, gate.finding)]
        problems += _problems(config, position, [claims[name] for name in matched], ids)
        for system in gate.systems or everyone:
            for name in matched:
                if (system, name) in owner:
                    first = owner[system, name] + 1
                    message = (
                        f"gates {first} and {position + 1} both limit '{name}' of system '{system}'; keep one"
                    )
                    problems.append(config.problem_at(place, message))
                owner[system, name] = position
                if gate.limit is not None:
                    limits[system, name] = gate.limit
                worse = worse_side(claims[name], gate.limit)
                if gate.margin is not None and worse is not None:
                    margins.append(Margin(system=system, finding=name, margin=gate.margin, worse=worse))
    if problems:
        raise ConfigError(config.path, problems)
    return Gates(limits=limits, margins=tuple(margins))


def _problems(
    config: AuditConfig, position: int, matched: Sequence[Hypothesis], ids: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with one gate by itself."""
    gate = config.tables.gates[position]
    if not matched:
        near = did_you_mean(gate.finding, ids)
        hint = near or f"; the {len(ids)} findings of this configuration start with {', '.join(ids[:3])}"
        message = f"no finding is called '{gate.finding}'{hint}"
        yield config.problem_at(("gates", position, "finding"), message)
    if gate.margin is not None:
        for claim in matched:
            problem = _no_margin(claim, gate)
            if problem:
                yield config.problem_at(("gates", position, "margin"), problem)


def worse_side(claim: Hypothesis, limit: Limit | None) -> Literal["lower", "higher"] | None:
    """Which way the value of a claim gets worse.

    None where the claim has no better side and its limit does not give it one by being open on the other.
    """
    if is_size(claim) or claim.contrast == "excess":
        return "higher"
    if claim.better == "higher":
        return "lower"
    if claim.better == "lower":
        return "higher"
    if limit is None or (limit.low is None) == (limit.high is None):
        return None
    return "higher" if limit.low is None else "lower"


def _no_margin(claim: Hypothesis, gate: GateTable) -> str:
    """Why a change of this claim cannot be tested, else ""."""
    if claim.contrast not in PAIRED_CONTRASTS:
        return (
            f"'{claim.id}' takes no margin: {_UNPAIRED.get(claim.contrast, 'it')} has no value for each unit that "
            "could be paired with a baseline; give it min or max, or put the margin on a mean or a gap"
        )
    if worse_side(claim, gate.limit) is None:
        return f"'{claim.id}' has no better side; beside margin give min or max, on the side that is worse"
    return ""


_UNPAIRED: Mapping[Contrast, str] = {
    "ratio": "a ratio of group means",
    "corpus": "a statistic of all lists together",
    "part gap": "a comparison of parts of all lists together",
    "part ratio": "a comparison of parts of all lists together",
    "part size": "a comparison of parts of all lists together",
    "arm spread": "the spread of several arms",
}

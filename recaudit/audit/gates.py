"""Which gate asks about which claim of which system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from recaudit.audit.config import AuditConfig
from recaudit.errors import ConfigError, Problem, did_you_mean
from recaudit.records import Hypothesis, Limit

Limits = Mapping[tuple[str, str], Limit]
"""(system, hypothesis id) to limit."""


def match_gates(config: AuditConfig, hypotheses: Sequence[Hypothesis]) -> Limits:
    """Resolve the patterns of `[[gates]]` against the claims that the probes will make.

    Raises:
        ConfigError: If a gate matches no claim, or two gates ask about one claim of one system.
    """
    ids = [hypothesis.id for hypothesis in hypotheses]
    limits: dict[tuple[str, str], Limit] = {}
    owner: dict[tuple[str, str], int] = {}
    problems: list[Problem] = []
    everyone = [system.name for system in config.tables.systems]
    for position, gate in enumerate(config.tables.gates):
        place = ("gates", position, "finding")
        matched = [name for name in ids if fnmatchcase(name, gate.finding)]
        if not matched:
            near = did_you_mean(gate.finding, ids)
            hint = near or f"; the {len(ids)} findings of this configuration start with {', '.join(ids[:3])}"
            problems.append(config.problem_at(place, f"no finding is called '{gate.finding}'{hint}"))
        for system in gate.systems or everyone:
            for name in matched:
                if (system, name) in owner:
                    first = owner[system, name] + 1
                    message = (
                        f"gates {first} and {position + 1} both limit '{name}' of system '{system}'; keep one"
                    )
                    problems.append(config.problem_at(place, message))
                owner[system, name] = position
                limits[system, name] = gate.limit
    if problems:
        raise ConfigError(config.path, problems)
    return limits

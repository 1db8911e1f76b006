"""The hypotheses that probes state about a metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recaudit.metrics import parse_label
from recaudit.records import Capability, Hypothesis


def claim_about_all(
    probe: str, label: str, *, arms: tuple[str, ...], needs: Capability = "lists"
) -> Hypothesis:
    """The mean over users in these arms, or the statistic of all lists together."""
    spec = parse_label(label).spec
    corpus = spec.kind == "corpus"
    return Hypothesis(
        id=f"{probe}/{label}",
        question=f"What is the {label} of all lists together?"
        if corpus
        else f"What is the mean {label} of users?",
        probe=probe,
        metric=label,
        contrast="corpus" if corpus else "mean",
        arms=() if corpus else arms,
        better=spec.better,
        bounds=spec.bounds,
        needs=needs,
    )


def claims_about_groups(
    probe: str,
    label: str,
    attributes: Sequence[str],
    *,
    arms: tuple[str, ...],
    needs: Capability = "lists",
) -> Iterator[Hypothesis]:
    """The largest gap between the groups of each attribute; for a benefit also the smallest ratio and the worst group.

    A ratio needs a metric with a natural zero, and the worst group a metric with a good direction.
    """
    spec = parse_label(label).spec
    benefit = spec.better == "higher" and spec.bounds[0] >= 0
    for attribute in attributes:
        questions = {"gap": f"How far apart are the groups of {attribute} in mean {label}?"}
        if benefit:
            questions["ratio"] = (
                f"What part of the best-served group's mean {label} does the worst-served group of {attribute} get?"
            )
            questions["worst"] = f"What is the mean {label} of the worst-served group of {attribute}?"
        for contrast, question in questions.items():
            yield Hypothesis(
                id=f"{probe}/{attribute}/{label}-{contrast}",
                question=question,
                probe=probe,
                metric=label,
                contrast=contrast,  # type: ignore[arg-type] # the keys above are contrasts
                attribute=attribute,
                arms=arms,
                better=spec.better,
                bounds=spec.bounds,
                needs=needs,
            )

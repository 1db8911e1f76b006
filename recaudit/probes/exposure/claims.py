"""What an exposure audit claims."""

from __future__ import annotations

from collections.abc import Iterator

from recaudit.datasets import AuditData
from recaudit.metrics import parse_label
from recaudit.probes.claims import claim_about_all
from recaudit.probes.exposure.grouping import item_groups
from recaudit.probes.exposure.options import ExposureOptions
from recaudit.probes.lists import ARM
from recaudit.records import Contrast, Hypothesis

NAME = "exposure"

_QUESTIONS = {
    "exposure_excess": "Do groups of items by {by} get another share of the exposure than of users' histories?",
    "exposure_per_merit": "Do groups of items by {by} get exposure in proportion to what users wanted of them?",
    "exposure_per_item": "Do groups of items by {by} get the same exposure for each item of the catalogue?",
    "hits_per_wanted": "Are wanted items of every group by {by} found alike?",
    "pairwise_accuracy": "Are wanted items of every group by {by} put above others alike?",
}
_CONTRASTS: dict[str, tuple[tuple[Contrast, str, str], ...]] = {
    "exposure_excess": (
        ("part size", "-mgu", "{label} by {by}: mean absolute deviation from histories (MGU)"),
        ("part gap", "-dgu", "{label} by {by}: most favoured less least favoured group (DGU)"),
    ),
    "pairwise_accuracy": (("part gap", "-gap", "{label} by {by}: largest difference between groups"),),
}
_RATIO: tuple[tuple[Contrast, str, str], ...] = (
    ("part ratio", "-ratio", "{label} by {by}: smallest ratio of two groups"),
)


def metric_of(label: str, grouping: str) -> str:
    """How a metric of one grouping is booked.

    >>> metric_of("awrf@10", "year")
    'awrf@10 by year'
    """
    return f"{label} by {grouping}"


def hypotheses(data: AuditData, options: ExposureOptions) -> list[Hypothesis]:
    """About each grouping, about expected exposure, and what users get.

    Raises:
        InputError: If the items cannot be grouped so.
    """
    claims: list[Hypothesis] = []
    for grouping in options.groupings:
        item_groups(data, grouping)
        claims.extend(_about_grouping(grouping, options))
    claims.extend(
        claim_about_all(NAME, label, arms=(ARM,)) for label in [*options.expected, *options.utility]
    )
    return claims


def _about_grouping(grouping: str, options: ExposureOptions) -> Iterator[Hypothesis]:
    for label in options.metrics:
        spec = parse_label(label).spec
        question = _QUESTIONS.get(spec.name, "How unequal is {label} between groups by {by}?")
        scalar: tuple[tuple[Contrast, str, str], ...] = (("corpus", "", "{label} by {by}"),)
        contrasts = scalar if spec.name in {"rsp", "reo"} else _CONTRASTS.get(spec.name, _RATIO)
        for contrast, ending, title in contrasts:
            ratio = contrast == "part ratio"
            yield Hypothesis(
                id=f"{NAME}/{grouping}/{label}{ending}",
                question=question.format(by=grouping, label=label),
                title=title.format(by=grouping, label=label),
                probe=NAME,
                metric=metric_of(label, grouping),
                contrast=contrast,
                better="higher" if ratio else "lower" if contrast == "corpus" else "zero",
                bounds=spec.bounds,
            )
    for label in options.list_metrics:
        spec = parse_label(label).spec
        yield Hypothesis(
            id=f"{NAME}/{grouping}/{label}",
            question=f"How close are lists to the mixture of groups by {grouping} in all histories?",
            title=f"mean {label} by {grouping}",
            probe=NAME,
            metric=metric_of(label, grouping),
            contrast="mean",
            arms=(ARM,),
            better=spec.better,
            bounds=spec.bounds,
        )

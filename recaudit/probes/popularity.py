"""Does it push what is popular anyway: recommendations against the users' own histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, model_validator

from recaudit.datasets import AuditData
from recaudit.metrics import (
    Catalogue,
    Lists,
    MetricLabel,
    Shown,
    corpus_statistic,
    encode_rows,
    encode_truth,
    exposure,
    make_catalogue,
    parse_label,
    undefined_reasons,
)
from recaudit.probes.claims import claim_about_all, claims_about_groups
from recaudit.probes.exposure.shares import exposure_by_popularity
from recaudit.probes.lists import ARM, first_in_arm, measurement_rows, plan_lists, shown_lists
from recaudit.probes.options import Attributes, ListLabel, ProbeOptions, check_subset, deepest
from recaudit.probes.probe import Answers, Probe
from recaudit.records import CorpusMeasurement, Hypothesis, Measurements, Request


class PopularityOptions(ProbeOptions):
    """`[probes.popularity]`.

    Attributes:
        metrics: List and corpus metrics such as "arp@10" and "gini@10".
        group_metrics: The ones whose groups are compared; the first one about users without it.
        attributes: User attributes, products such as "gender*age_band", or "taste".
        tail_share: The least popular items that together hold this share of the training interactions are the tail,
            the most popular ones that hold as much the head.
    """

    metrics: Annotated[list[ListLabel], Field(min_length=1)] = [
        "log_popularity_difference@10",
        "popularity_lift@10",
        "arp@10",
        "aplt@10",
        "popularity_miscalibration@10",
        "group_miscalibration@10",
        "novelty@10",
        "popular_first@10",
        "coverage@10",
        "gini@10",
        "entropy@10",
        "tail_share@10",
    ]
    group_metrics: list[ListLabel] | None = None
    attributes: Attributes = ["taste"]
    tail_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.2

    @model_validator(mode="after")
    def _consistent(self) -> PopularityOptions:
        check_subset(self.compared, self.metrics)
        for label in self.compared:
            if parse_label(label).spec.kind == "corpus":
                raise ValueError(f"group_metrics holds '{label}', a statistic of all lists; take it out")
        return self

    @property
    def compared(self) -> list[str]:
        """The metrics whose groups are compared."""
        if self.group_metrics is None:
            return [label for label in self.metrics if parse_label(label).spec.kind == "list"][:1]
        return self.group_metrics


def depth(options: PopularityOptions) -> int:
    """The list length that the metrics need."""
    return deepest(options.metrics)


def plan(data: AuditData, options: PopularityOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """One list per user."""
    return plan_lists(data, k, run_seed)


def hypotheses(data: AuditData, options: PopularityOptions) -> list[Hypothesis]:
    """Every metric over all users or lists, and the group metrics by attribute."""
    attributes = data.attributes if options.attributes is None else options.attributes
    claims = []
    for label in options.metrics:
        claims.append(claim_about_all("popularity", label, arms=(ARM,)))
        if label in options.compared:
            claims.extend(claims_about_groups("popularity", label, attributes, arms=(ARM,)))
    return claims


def measure(
    data: AuditData, options: PopularityOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """One value per user and list metric; corpus metrics as sums of exposure over users."""
    asked = first_in_arm(requests, ARM, answers)
    users = pd.Index([request.user for request in asked])
    history = encode_rows(data.interactions, users, data.items.index)
    everybody = encode_rows(data.interactions, data.users.index, data.items.index)
    groups = data.items["groups"].tolist()
    catalogue = make_catalogue(everybody, len(data.items), groups=groups, tail_share=options.tail_share)
    lists = shown_lists(data, asked, answers)
    truth = encode_truth(data.truth, users, data.items.index)
    shown = Shown(lists=lists, history=history, catalogue=catalogue, truth=truth)
    labels = [parse_label(label) for label in options.metrics]
    of_users = [label for label in labels if label.spec.kind == "list"]
    values = {str(label): label.compute(shown) for label in of_users}
    reasons = {str(label): undefined_reasons(label.spec, shown, values[str(label)]) for label in of_users}
    k = deepest(options.metrics)
    return Measurements(
        rows=measurement_rows(asked, values, reasons),
        corpus=tuple(
            _corpus(label, lists, catalogue, users) for label in labels if label.spec.kind == "corpus"
        ),
        distributions=(exposure_by_popularity(lists.first(k), history, catalogue),),
    )


def _corpus(
    label: MetricLabel, lists: Lists, catalogue: Catalogue, users: pd.Index[Any]
) -> CorpusMeasurement:
    return CorpusMeasurement(
        metric=str(label),
        units=users.to_numpy(),
        contributions=exposure(lists, label.k or 1, catalogue.n_items),
        statistic=corpus_statistic(label.spec, catalogue),
    )


POPULARITY = Probe(
    name="popularity",
    aspect="fair",
    question="Does it push what is popular anyway, beyond what users' own histories show?",
    options=PopularityOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)

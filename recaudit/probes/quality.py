"""Is it good: ranking and rating quality on held-out truth, for everybody and for each group of users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.metrics import (
    Hits,
    MetricLabel,
    Scored,
    encode_truth,
    find_hits,
    parse_label,
    undefined_reasons,
)
from recaudit.probes.claims import claim_about_all, claims_about_groups
from recaudit.probes.lists import (
    ARM,
    first_in_arm,
    measurement_rows,
    plan_lists,
    repeat_in_arm,
    rows_of_reached,
    shown_lists,
)
from recaudit.probes.options import Attributes, ProbeOptions, RankingLabel, check_subset, deepest
from recaudit.probes.probe import Answers, Probe
from recaudit.records import Capability, Hypothesis, ItemId, Measurements, Request, UserId

RATING_ARM = "ratings"


class QualityOptions(ProbeOptions):
    """`[probes.quality]`.

    Attributes:
        metrics: Ranking metrics such as "ndcg@10", and rating metrics such as "rmse".
        group_metrics: The ones whose groups are compared; the first metric without it.
        attributes: User attributes, products such as "gender*age_band", or "taste"; all of the data without it.
        depth: Length of the lists asked for; as long as the metrics need without it.
        repeats: How often each list is asked for. Ask more than once where a system gives another list every time: a
            user's value is the mean over repeats, so that a gate is decided on the system and not on one draw.
    """

    metrics: Annotated[list[RankingLabel], Field(min_length=1)] = [
        "ndcg@10",
        "recall@10",
        "precision@10",
        "mrr@10",
        "map@10",
        "hit@10",
    ]
    group_metrics: list[RankingLabel] | None = None
    attributes: Attributes = None
    depth: Annotated[int, Field(ge=1)] | None = None
    repeats: Annotated[int, Field(ge=1, le=100)] = 1

    @model_validator(mode="after")
    def _consistent(self) -> QualityOptions:
        check_subset(self.compared, self.metrics)
        needed = deepest(self.metrics)
        if self.depth is not None and self.depth < needed:
            raise ValueError(f"depth is {self.depth}, but the metrics look at {needed} places; raise it")
        return self

    @property
    def compared(self) -> list[str]:
        """The metrics whose groups are compared."""
        return self.metrics[:1] if self.group_metrics is None else self.group_metrics


def depth(options: QualityOptions) -> int:
    """The list length that the metrics need."""
    return options.depth or deepest(options.metrics)


def plan(data: AuditData, options: QualityOptions, k: int, run_seed: int) -> list[Request]:
    """One list per user and repeat; for rating metrics also the held-out rated items of each user as candidates."""
    requests = [
        request
        for replicate in range(options.repeats)
        for request in plan_lists(data, k, run_seed, replicate=replicate)
    ]
    if any(_is_rating(label) for label in options.metrics):
        requests.extend(_plan_ratings(data, run_seed))
    return requests


def hypotheses(data: AuditData, options: QualityOptions) -> list[Hypothesis]:
    """Every metric over all users, and the group metrics by attribute."""
    if not (data.truth["grade"] > 0).any():
        raise InputError(
            "quality needs held-out items with a grade above 0, and there are none; change [data.split]"
        )
    attributes = data.attributes if options.attributes is None else options.attributes
    claims = []
    for label in options.metrics:
        needs: Capability = "ratings" if _is_rating(label) else "lists"
        arms = (RATING_ARM if _is_rating(label) else ARM,)
        claims.append(claim_about_all("quality", label, arms=arms, needs=needs))
        if label in options.compared:
            claims.extend(claims_about_groups("quality", label, attributes, arms=arms, needs=needs))
    return claims


def measure(
    data: AuditData, options: QualityOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """One value per user, repeat and metric; a user without a list scores 0, one without truth is undefined.

    So is a user whose call failed: that is no answer of the system.
    """
    labels = [parse_label(label) for label in options.metrics]
    ranking = [label for label in labels if label.spec.kind == "ranking"]
    repeats = [repeat_in_arm(requests, ARM, answers, replicate) for replicate in range(options.repeats)]
    parts = [
        *(_measure_lists(data, ranking, asked, answers) for asked in repeats),
        _measure_ratings(data, [label for label in labels if label.spec.kind == "rating"], requests, answers),
    ]
    return Measurements(rows=pd.concat([part for part in parts if len(part)], ignore_index=True))


def _measure_lists(
    data: AuditData, labels: Sequence[MetricLabel], asked: Sequence[Request], answers: Answers
) -> pd.DataFrame:
    """The ranking metrics of one repeat."""
    users = pd.Index([request.user for request in asked])
    truth = encode_truth(data.truth, users, data.items.index)
    candidates = len(data.items) - np.array([len(request.history) for request in asked])
    hits = find_hits(shown_lists(data, asked, answers), truth, candidates=candidates)
    return _rows(asked, answers, labels, hits)


def _measure_ratings(
    data: AuditData, labels: Sequence[MetricLabel], requests: Sequence[Request], answers: Answers
) -> pd.DataFrame:
    asked = first_in_arm(requests, RATING_ARM, answers)
    if not labels or not asked:
        return measurement_rows([], {}, {})
    given = pd.DataFrame(_predictions(asked, answers), columns=["position", "user", "item", "predicted"])
    known = data.truth.dropna(subset=["rating"])[["user", "item", "rating"]]
    pairs = given.merge(known, on=["user", "item"]).sort_values("position", kind="stable")
    scored = Scored(
        user=pairs["position"].to_numpy(np.int64),
        predicted=pairs["predicted"].to_numpy(np.float64),
        actual=pairs["rating"].to_numpy(np.float64),
        n_users=len(asked),
    )
    return _rows(asked, answers, labels, scored)


def _rows(
    asked: Sequence[Request], answers: Answers, labels: Sequence[MetricLabel], data: Hits | Scored
) -> pd.DataFrame:
    values = {str(label): label.compute(data) for label in labels}
    reasons = {str(label): undefined_reasons(label.spec, data, values[str(label)]) for label in labels}
    return rows_of_reached(asked, answers, values, reasons)


def _predictions(asked: Sequence[Request], answers: Answers) -> Iterator[tuple[object, ...]]:
    for position, request in enumerate(asked):
        answer = answers[request.id]
        for item, score in zip(answer.items, answer.scores or (), strict=False):
            yield position, request.user, item, score


def _plan_ratings(data: AuditData, run_seed: int) -> Iterator[Request]:
    if "rating" not in data.truth or not data.truth["rating"].notna().any():
        raise InputError(
            "rating metrics such as rmse need held-out ratings, and the data have none; leave these metrics out"
        )
    histories = data.histories()
    rated = data.truth.dropna(subset=["rating"])
    rated = rated[rated["user"].isin(data.asked)]
    held_out: dict[UserId, list[ItemId]] = {}
    for user, item in zip(rated["user"].tolist(), rated["item"].tolist(), strict=True):
        held_out.setdefault(user, []).append(item)
    for user, items in held_out.items():
        yield Request(
            unit=user,
            arm=RATING_ARM,
            user=user,
            history=histories.get(user, ()),
            candidates=tuple(items),
            k=len(items),
            needs="ratings",
            run_seed=run_seed,
        )


def _is_rating(label: str) -> bool:
    return parse_label(label).spec.kind == "rating"


QUALITY = Probe(
    name="quality",
    question="Is it good: do the lists hold what users chose later, overall and for each group of users?",
    options=QualityOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)

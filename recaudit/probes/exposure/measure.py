"""From lists to what groups of items get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.metrics import (
    Catalogue,
    GroupTotals,
    Lists,
    MetricLabel,
    Samples,
    Shown,
    Truth,
    encode_lists,
    encode_rows,
    encode_truth,
    find_hits,
    group_contributions,
    group_weights,
    make_catalogue,
    parse_label,
    undefined_reasons,
)
from recaudit.metrics.item_groups import RESTS_ON
from recaudit.probes.exposure.claims import metric_of
from recaudit.probes.exposure.grouping import item_groups
from recaudit.probes.exposure.options import ExposureOptions
from recaudit.probes.exposure.shares import exposure_by_group
from recaudit.probes.lists import ARM, first_in_arm, in_arm, measurement_rows, shown_lists
from recaudit.probes.options import deepest
from recaudit.probes.probe import Answers
from recaudit.records import (
    FAILED,
    CorpusMeasurement,
    Distribution,
    FloatArray,
    Measurements,
    PartsMeasurement,
    Request,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The first answers of n users, and what is known about these."""

    asked: Sequence[Request]
    lists: Lists
    history: Lists
    everybody: Lists
    truth: Truth


def measure(
    data: AuditData, options: ExposureOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """Parts for every grouping, list metrics, expected exposure, and what users get.

    Users whose call failed are left out; the funnel counts them.
    """
    asked = [one for one in first_in_arm(requests, ARM, answers) if answers[one.id].problem not in FAILED]
    users = pd.Index([one.user for one in asked])
    seen = _Seen(
        asked=asked,
        lists=shown_lists(data, asked, answers),
        history=encode_rows(data.interactions, users, data.items.index),
        everybody=encode_rows(data.interactions, data.users.index, data.items.index),
        truth=encode_truth(data.truth, users, data.items.index),
    )
    rows = [_expected_rows(data, options, seen, requests, answers), _utility_rows(data, options, seen)]
    parts: list[PartsMeasurement] = []
    corpus: list[CorpusMeasurement] = []
    distributions: list[Distribution] = []
    for grouping in options.groupings:
        catalogue = make_catalogue(seen.everybody, len(data.items), groups=item_groups(data, grouping))
        rows.append(_list_rows(options, grouping, seen, catalogue))
        own_parts, own_corpus = _of_grouping(options, grouping, seen, catalogue)
        parts.extend(own_parts)
        corpus.extend(own_corpus)
        distributions.append(
            exposure_by_group(seen.lists.first(deepest(options.labels)), seen.history, catalogue, grouping)
        )
    return Measurements(
        rows=pd.concat([part for part in rows if len(part)], ignore_index=True),
        corpus=tuple(corpus),
        parts=tuple(parts),
        distributions=tuple(distributions),
    )


def _of_grouping(
    options: ExposureOptions, grouping: str, seen: _Seen, catalogue: Catalogue
) -> tuple[list[PartsMeasurement], list[CorpusMeasurement]]:
    assert catalogue.membership is not None  # noqa: S101 - it was made with groups
    weights = group_weights(catalogue.membership, options.overlap)
    large = np.asarray(catalogue.membership.sum(axis=0)).ravel() >= options.min_items
    units = np.array([one.unit for one in seen.asked], dtype=object)
    parts: list[PartsMeasurement] = []
    corpus: list[CorpusMeasurement] = []
    of_depth = {
        k: group_contributions(seen.lists, seen.history, seen.truth, weights, k=k, discount=options.discount)
        for k in {parse_label(label).k or 1 for label in options.metrics}
    }
    for label in map(parse_label, options.metrics):
        contributions = of_depth[label.k or 1]
        name = metric_of(str(label), grouping)
        statistic = _Statistic(label=label, items=weights.sum(axis=0))
        if label.spec.name not in RESTS_ON:
            corpus.append(
                CorpusMeasurement(metric=name, units=units, contributions=contributions, statistic=statistic)
            )
            continue
        upper, lower = RESTS_ON[label.spec.name]
        units_with = GroupTotals.of(
            np.asarray((contributions > 0).sum(axis=0), dtype=np.float64).ravel(),
            np.full(len(large), float(len(units))),
        )
        rests_on = getattr(units_with, lower).astype(np.int64)
        parts.append(
            PartsMeasurement(
                metric=name,
                units=units,
                contributions=contributions,
                statistic=statistic,
                parts=catalogue.group_names,
                support=np.where(large, rests_on, 0),
                givers=getattr(units_with, upper).astype(np.int64),
                chances=np.full(len(large), len(units)) if upper == "exposure" else rests_on,
                most=statistic.most(contributions, lower) if upper == "exposure" else np.ones(len(large)),
            )
        )
    return parts, corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistic:
    """A metric of groups as a function of summed contributions."""

    label: MetricLabel
    items: FloatArray

    def __call__(self, totals: FloatArray) -> FloatArray:
        return self.label.spec.function(GroupTotals.of(totals, self.items))

    def most(self, contributions: csr_matrix[Any], rests_on: str) -> FloatArray:
        """The value of each group if it got all of the exposure: one over its share of what its number rests on."""
        totals = GroupTotals.of(np.asarray(contributions.sum(axis=0), dtype=np.float64).ravel(), self.items)
        base: FloatArray = getattr(totals, rests_on)
        most: FloatArray = np.full(len(base), np.inf)
        np.divide(base.sum(), base, out=most, where=base > 0)
        return most


def _list_rows(options: ExposureOptions, grouping: str, seen: _Seen, catalogue: Catalogue) -> pd.DataFrame:
    shown = Shown(lists=seen.lists, history=seen.history, catalogue=catalogue)
    values, reasons = {}, {}
    for label in map(parse_label, options.list_metrics):
        name = metric_of(str(label), grouping)
        values[name] = label.compute(shown)
        reasons[name] = undefined_reasons(label.spec, shown, values[name])
    return measurement_rows(seen.asked, values, reasons)


def _expected_rows(
    data: AuditData,
    options: ExposureOptions,
    seen: _Seen,
    requests: Sequence[Request],
    answers: Answers,
) -> pd.DataFrame:
    by_key = {(one.unit, one.replicate): one for one in in_arm(requests, ARM, answers)}
    lists = []
    for replicate in range(options.samples):
        twins = [by_key.get((one.unit, replicate)) for one in seen.asked]
        items = [() if twin is None else answers[twin.id].items for twin in twins]
        lists.append(encode_lists(items, data.items.index))
    samples = Samples(
        lists=lists,
        truth=seen.truth,
        candidates=len(data.items) - seen.history.lengths,
        n_items=len(data.items),
    )
    values, reasons = {}, {}
    for label in map(parse_label, options.expected):
        column = label.compute(samples)
        values[str(label)] = column
        needs_truth = label.spec.name != "eed"
        why = np.where(
            (seen.truth.relevant == 0) & needs_truth, "no relevant held-out item", label.spec.undefined
        )
        reasons[str(label)] = np.where(np.isnan(column), why, "").astype(object)
    return measurement_rows(seen.asked, values, reasons)


def _utility_rows(data: AuditData, options: ExposureOptions, seen: _Seen) -> pd.DataFrame:
    hits = find_hits(seen.lists, seen.truth, candidates=len(data.items) - seen.history.lengths)
    values = {text: parse_label(text).compute(hits) for text in options.utility}
    reasons = {
        text: undefined_reasons(parse_label(text).spec, hits, column) for text, column in values.items()
    }
    return measurement_rows(seen.asked, values, reasons)

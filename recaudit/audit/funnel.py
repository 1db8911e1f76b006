"""What became of the requests: nothing leaves silently, for anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recaudit.records import Answer, Measurements, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """How many requests became numbers, for everybody or for one group.

    Attributes:
        attribute: "" for everybody, "arm" for one arm of the experiments, else a user attribute.
        group: The group's label, "" for everybody.
        planned: Requests planned.
        answered: Requests with an answer.
        problems: Reason to number of answers without a usable list.
        empty: Answers without any item and without a stated problem.
        short: Answers with some items, but fewer than asked for.
        titles: How written titles were matched, to their number.
        measured: Requests whose answers have a defined value in some metric.
    """

    attribute: str
    group: str
    planned: int
    answered: int
    problems: Mapping[str, int]
    empty: int
    short: int
    titles: Mapping[str, int]
    measured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """The way from requests to numbers.

    Attributes:
        everybody: All requests.
        groups: The same by user attribute, and by arm where there are several.
        measured: Metric label to number of defined values.
        undefined: "metric: reason" to number of undefined ones.
    """

    everybody: FunnelRow
    groups: tuple[FunnelRow, ...]
    measured: Mapping[str, int]
    undefined: Mapping[str, int]


def funnel_of(
    requests: Sequence[Request],
    answers: Mapping[str, Answer],
    measured: Mapping[str, Measurements],
    groups: pd.DataFrame,
) -> Funnel:
    """Count for everybody, for each group of users and for each arm."""
    values: Counter[str] = Counter()
    undefined: Counter[str] = Counter()
    valued: set[str] = set()
    for measurements in measured.values():
        rows = measurements.rows
        missing = rows["value"].isna()
        values.update(rows.loc[~missing, "metric"].tolist())
        undefined.update((rows.loc[missing, "metric"] + ": " + rows.loc[missing, "reason"]).tolist())
        valued.update(rows.loc[~missing, "request"].tolist())
    return Funnel(
        everybody=_row("", "", requests, answers, valued),
        groups=tuple(
            _row(attribute, group, members, answers, valued)
            for attribute, group, members in _members(requests, groups)
        ),
        measured=dict(sorted(values.items())),
        undefined=dict(sorted(undefined.items())),
    )


def _members(
    requests: Sequence[Request], groups: pd.DataFrame
) -> Iterator[tuple[str, str, Sequence[Request]]]:
    labels = {attribute: groups[attribute].dropna().to_dict() for attribute in groups.columns}
    keyed = {
        str(attribute): [
            of.get(request.user) if request.instruction is None else None for request in requests
        ]
        for attribute, of in labels.items()
    }
    arms = [request.arm for request in requests]
    if len(set(arms)) > 1:
        keyed["arm"] = list(arms)
    for attribute, keys in keyed.items():
        split: dict[str, list[Request]] = {}
        for key, request in zip(keys, requests, strict=True):
            if key is not None:
                split.setdefault(str(key), []).append(request)
        for group, members in sorted(split.items(), key=lambda entry: (-len(entry[1]), entry[0])):
            yield attribute, group, members


def _row(
    attribute: str, group: str, requests: Sequence[Request], answers: Mapping[str, Answer], valued: set[str]
) -> FunnelRow:
    given = [(request, answers[request.id]) for request in requests if request.id in answers]
    return FunnelRow(
        attribute=attribute,
        group=group,
        planned=len(requests),
        answered=len(given),
        problems=_counts(answer.problem for _, answer in given if answer.problem is not None),
        empty=sum(not answer.items for _, answer in given if answer.problem is None),
        short=sum(0 < len(answer.items) < request.k for request, answer in given),
        titles=_counts(slot.how for _, answer in given for slot in answer.slots),
        measured=sum(request.id in valued for request in requests),
    )


def _counts(labels: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(labels).items()))

"""Does it put popular candidates first, also when every candidate is one that the user wants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from recaudit.datasets import AuditData, first_users
from recaudit.errors import InputError
from recaudit.metrics import (
    Shown,
    encode_rows,
    encode_truth,
    make_catalogue,
    parse_label,
    undefined_reasons,
)
from recaudit.probes.candidates import candidate_sets, in_random_order, ranking_request, relevant_items
from recaudit.probes.claims import claim_about_all, claims_about_groups
from recaudit.probes.lists import in_arm, rows_of_reached, shown_lists
from recaudit.probes.options import Attributes, ProbeOptions
from recaudit.probes.probe import Answers, Probe
from recaudit.records import FloatArray, Hypothesis, ItemId, Measurements, Request, UserId

NAME = "popularity-candidates"
WANTED, MIXED = "wanted candidates", "candidates"
BY_RANK = "popularity-by-rank"
NO_ITEM = "the answer has no item at this rank"
ALL_ALIKE = "all candidates are equally popular"


class PopularityCandidatesOptions(ProbeOptions):
    """`[probes.popularity-candidates]`.

    Attributes:
        candidates: Items in the mixed set: one held-out item and others, drawn by popularity.
        ranks: Ranks at which popularity is read.
        units: Users, drawn by the seed of the audit among those with at least two held-out items.
        attributes: User attributes, products such as "gender*age_band", or "taste".
    """

    candidates: Annotated[int, Field(ge=3)] = 20
    ranks: Annotated[int, Field(ge=3)] = 10
    units: Annotated[int, Field(ge=1)] = 200
    attributes: Attributes = ["taste"]


def depth(options: PopularityCandidatesOptions) -> int:  # noqa: ARG001 - the probe contract
    """It needs no list over the catalogue."""
    return 1


def plan(data: AuditData, options: PopularityCandidatesOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """Two questions per user: all held-out items, and a mixed set; both in random order.

    Raises:
        InputError: If nobody has two held-out items, or a user has too few candidates.
    """
    if options.ranks > options.candidates:
        raise InputError(
            f"ranks is {options.ranks}, more than the {options.candidates} candidates; lower ranks"
        )
    rng = np.random.default_rng(run_seed)
    relevant = {user: items for user, items in relevant_items(data).items() if len(items) > 1}
    if not relevant:
        raise InputError(
            "no user has two held-out items with a grade above 0, of which one could be put first; raise n in "
            "[data.split]"
        )
    users = first_users(list(relevant), options.units, run_seed)
    histories = data.histories()

    def ask(arm: str, user: UserId, items: Sequence[ItemId]) -> Request:
        shuffled = in_random_order(items, rng)
        return ranking_request(arm, user, histories.get(user, ()), shuffled, run_seed=run_seed)

    requests = [ask(WANTED, user, relevant[user]) for user in users]
    sets = candidate_sets(data, users, options.candidates, rng, most_wanted=1)
    return [*requests, *(ask(MIXED, one.user, [*one.wanted, *one.others]) for one in sets)]


def hypotheses(data: AuditData, options: PopularityCandidatesOptions) -> list[Hypothesis]:
    """Of two wanted items is the popular one first; and how popularity falls from rank to rank."""
    attributes = data.attributes if options.attributes is None else options.attributes
    label = _pairs_label(data)
    pairs = claim_about_all(NAME, label, arms=(WANTED,), needs="candidates")
    groups = claims_about_groups(NAME, label, attributes, arms=(WANTED,), needs="candidates")
    ranks = tuple(range(1, options.ranks + 1))
    trend = Hypothesis(
        id=f"{NAME}/{BY_RANK}-slope",
        question="How does the popularity of what is listed change from rank to rank?",
        title="change of popularity per rank (0: least popular candidate, 1: most popular)",
        probe=NAME,
        metric=BY_RANK,
        contrast="trend",
        arms=tuple(f"rank {rank}" for rank in ranks),
        levels=tuple(map(float, ranks)),
        better="zero",
        bounds=(0.0, 1.0),
        needs="candidates",
    )
    return [pairs, *groups, trend]


def measure(
    data: AuditData, options: PopularityCandidatesOptions, requests: Sequence[Request], answers: Answers
) -> Measurements:
    """`popular_first` of the wanted items, and the scaled popularity at each rank of the mixed set."""
    wanted, mixed = in_arm(requests, WANTED, answers), in_arm(requests, MIXED, answers)
    parts = [_pair_rows(data, wanted, answers), _rank_rows(data, options, mixed, answers)]
    return Measurements(rows=pd.concat([part for part in parts if len(part)], ignore_index=True))


def _pairs_label(data: AuditData) -> str:
    most = max((len(items) for items in relevant_items(data).values()), default=1)
    return f"popular_first@{most}"


def _pair_rows(data: AuditData, asked: Sequence[Request], answers: Answers) -> pd.DataFrame:
    users = pd.Index([one.user for one in asked])
    everybody = encode_rows(data.interactions, data.users.index, data.items.index)
    shown = Shown(
        lists=shown_lists(data, asked, answers),
        history=encode_rows(data.interactions, users, data.items.index),
        catalogue=make_catalogue(everybody, len(data.items)),
        truth=encode_truth(data.truth, users, data.items.index),
    )
    label = parse_label(_pairs_label(data))
    values = label.compute(shown)
    reasons = undefined_reasons(label.spec, shown, values)
    return rows_of_reached(asked, answers, {str(label): values}, {str(label): reasons})


def _rank_rows(
    data: AuditData, options: PopularityCandidatesOptions, asked: Sequence[Request], answers: Answers
) -> pd.DataFrame:
    counts = data.interactions["item"].value_counts().to_dict()
    scaled = np.array([_scaled(one, answers[one.id].items, counts, options.ranks) for one in asked])
    flat = np.array([len({counts.get(item, 0) for item in one.candidates or ()}) == 1 for one in asked])
    parts = []
    for rank in range(options.ranks):
        values: FloatArray = scaled[:, rank] if len(scaled) else np.empty(0)
        why = np.where(flat, ALL_ALIKE, np.where(np.isnan(values), NO_ITEM, "")).astype(object)
        rows = rows_of_reached(asked, answers, {BY_RANK: values}, {BY_RANK: why})
        parts.append(rows.assign(arm=f"rank {rank + 1}"))
    return pd.concat(parts, ignore_index=True)


def _scaled(
    request: Request, items: Sequence[ItemId], counts: Mapping[Hashable, int], ranks: int
) -> list[float]:
    """Popularity at each rank, 0 for the least and 1 for the most popular candidate, NaN where nothing is listed."""
    of_all = [counts.get(item, 0) for item in request.candidates or ()]
    least, span = min(of_all), max(of_all) - min(of_all)
    found = [(counts.get(item, 0) - least) / span if span else np.nan for item in items[:ranks]]
    return found + [np.nan] * (ranks - len(found))


POPULARITY_CANDIDATES = Probe(
    name=NAME,
    aspect="fair",
    question="Does it put popular candidates first, even among candidates that the user all wants?",
    options=PopularityCandidatesOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)

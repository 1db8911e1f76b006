from __future__ import annotations

import numpy as np
import pytest
from probed import estimated
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from recaudit.datasets import AuditData, world
from recaudit.probes import user_groups
from recaudit.probes.validity import CANDIDATE_ARM, VALIDITY, ValidityOptions, plan
from recaudit.records import Answer, Estimate, Hypothesis, Request, Slot
from recaudit.statistics import estimate


@pytest.fixture(scope="module")
def data() -> AuditData:
    return world(users=300, items=120, rng=1)


def slot(how: str, item: int | None = None) -> Slot:
    return Slot(title="t", item=item, how=how, similarity=0.0)  # type: ignore[arg-type]


def rates_of(data: AuditData, answer: Answer, request: Request) -> dict[str, float]:
    rows = VALIDITY.measure(data, ValidityOptions(), [request], {request.id: answer}).rows
    return dict(zip(rows["metric"], rows["value"], strict=True))


def ask(data: AuditData, **changes: object) -> Request:
    fields = {"unit": 0, "arm": "list", "user": 0, "history": (5, 6), "k": 4, **changes}
    return Request(**fields)  # type: ignore[arg-type]


def test_every_rate_by_hand(data: AuditData) -> None:
    request = ask(data)
    slots = (
        slot("exact", 1),
        slot("off-catalogue"),
        slot("repeated", 1),
        slot("ambiguous"),
        slot("exact", 5),
    )
    answer = Answer(request=request.id, items=(1, 5), slots=slots)
    found = rates_of(data, answer, request)
    assert found == {
        "usable": 1 / 4,  # item 1; item 5 is known
        "refused": 0,
        "malformed": 0,
        "off-catalogue": 1 / 5,
        "ambiguous": 1 / 5,
        "repeated": 1 / 5,
        "already-seen": 1 / 2,
        "length": 3 / 4,  # 1, "t" and 5
    }


def test_a_refusal_fills_no_place_and_names_no_title(data: AuditData) -> None:
    request = ask(data)
    found = rates_of(data, Answer(request=request.id, items=(), problem="refused"), request)
    assert found["refused"] == 1
    assert found["usable"] == found["length"] == found["malformed"] == 0
    assert np.isnan(found["off-catalogue"])
    broken = rates_of(data, Answer(request=request.id, items=(), problem="unparsed"), request)
    assert broken["malformed"] == 1


def test_a_failed_call_says_nothing_about_the_system(data: AuditData) -> None:
    request = ask(data)
    found = rates_of(data, Answer(request=request.id, items=(), problem="timeout"), request)
    assert all(np.isnan(value) for value in found.values())


def test_titles_that_were_no_candidates_count(data: AuditData) -> None:
    request = ask(data, arm=CANDIDATE_ARM, candidates=(1, 2, 3, 5), needs="candidates")
    slots = (slot("exact", 1), slot("not asked", 9), slot("exact", 5))
    found = rates_of(data, Answer(request=request.id, items=(1, 5), slots=slots), request)
    assert found["not-asked"] == pytest.approx(1 / 3)
    assert found["usable"] == 1 / 2  # a candidate is usable even if the history should hold it
    assert "already-seen" not in found


def test_refusals_of_one_group_are_found(data: AuditData) -> None:
    groups = data.users["group"].to_dict()
    options = ValidityOptions()
    requests = plan(data, options, 10, 0)
    answers = {}
    for one in requests:
        refuses = groups[one.user] == "F" and np.random.default_rng(one.seed).random() < 0.4
        items = () if refuses else tuple(range(one.k))
        answers[one.id] = Answer(request=one.id, items=items, problem="refused" if refuses else None)
    claims = VALIDITY.hypotheses(data, options)
    made = VALIDITY.measure(data, options, requests, answers)
    found = estimate(
        claims,
        made,
        user_groups(data, ["group"]),
        gated=["validity/group/refused-gap"],
        resamples=500,
        min_group=20,
        rng=0,
    )
    gap = found["validity/group/refused-gap"]
    assert gap.versus == "F - M"
    assert gap.low is not None
    assert gap.high is not None
    assert 0.1 < gap.low < 0.4 < gap.high + 0.05
    assert found["validity/candidates/length"].n == 100


def test_proportions_agree_with_statsmodels(data: AuditData) -> None:
    """A share of 15 % has about the score interval; one of few cases, or of none, that of Clopper and Pearson."""

    def refused(share: float) -> Estimate:
        options = ValidityOptions(attributes=[])
        requests = plan(data, options, 10, 0)
        lists = [one for one in requests if one.arm == "list"]
        count = round(share * len(lists))
        answers = {
            one.id: Answer(request=one.id, items=(), problem="refused" if place < count else None)
            for place, one in enumerate(lists)
        }
        made = VALIDITY.measure(data, options, lists, answers)
        claims = [one for one in VALIDITY.hypotheses(data, options) if one.id == "validity/refused"]
        return estimate(
            claims,
            made,
            user_groups(data, []),
            gated=["validity/refused"],
            resamples=2000,
            min_group=20,
            rng=1,
        )["validity/refused"]

    often, rarely, never = refused(0.15), refused(0.01), refused(0.0)
    assert (often.low, often.high) == pytest.approx(proportion_confint(45, 300, method="wilson"), abs=0.012)
    assert (rarely.low, rarely.high) == pytest.approx(proportion_confint(3, 300, method="beta"), abs=1e-9)
    assert never.low == 0
    assert never.high == pytest.approx(proportion_confint(0, 300, alpha=0.1, method="beta")[1], abs=1e-9)


def test_permuting_two_arms_of_yes_and_no_is_mcnemars_test() -> None:
    import pandas as pd

    from recaudit.records import Measurements

    both, only_first, only_second, neither = 30, 25, 9, 60
    first = np.repeat([1.0, 1.0, 0.0, 0.0], [both, only_first, only_second, neither])
    second = np.repeat([1.0, 0.0, 1.0, 0.0], [both, only_first, only_second, neither])
    rows = pd.concat(
        [
            pd.DataFrame({"unit": range(len(values)), "arm": arm, "metric": "refused", "value": values})
            for arm, values in (("a", first), ("b", second))
        ]
    )
    claim = Hypothesis(
        id="c",
        question="",
        probe="p",
        metric="refused",
        contrast="arm gap",
        arms=("a", "b"),
        better="lower",
        bounds=(0, 1),
    )
    found = estimate(
        [claim], Measurements(rows=rows), pd.DataFrame(), gated=["c"], resamples=1999, min_group=2, rng=3
    )
    exact = mcnemar([[both, only_first], [only_second, neither]], exact=True).pvalue
    assert found["c"].p == pytest.approx(exact, abs=0.005)


def test_a_classic_system_is_valid(data: AuditData) -> None:
    def fresh(request: Request) -> list[int]:
        pool = request.candidates or [
            item for item in data.items.index.tolist() if item not in request.history
        ]
        return list(pool)[: request.k]  # type: ignore[arg-type]

    found = estimated(VALIDITY, data, fresh)
    assert found["validity/usable"].value == 1
    assert found["validity/already-seen"].value == 0
    assert found["validity/candidates/usable"].value == 1

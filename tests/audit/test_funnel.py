from __future__ import annotations

import pandas as pd

from recaudit.audit.funnel import funnel_of
from recaudit.records import Answer, Measurements, Request, Slot


def request(user: str, arm: str = "list", **changes: object) -> Request:
    return Request(unit=user, arm=arm, user=user, history=(), k=2, **changes)  # type: ignore[arg-type]


GROUPS = pd.DataFrame({"gender": ["F", "F", None]}, index=["a", "b", "c"])
ASKED = [request("a"), request("b"), request("c"), request("a", "gender=F", instruction="Name two films.")]
ANSWERS = {
    ASKED[0].id: Answer(request=ASKED[0].id, items=("x", "y")),
    ASKED[1].id: Answer(request=ASKED[1].id, items=(), problem="refused"),
    ASKED[3].id: Answer(
        request=ASKED[3].id,
        items=("x",),
        slots=(
            Slot(title="X", item="x", how="exact", similarity=100),
            Slot(title="Q", item=None, how="off-catalogue", similarity=3),
        ),
    ),
}
ROWS = pd.DataFrame(
    {
        "unit": ["a", "b"],
        "metric": ["hit@2", "hit@2"],
        "value": [1.0, None],
        "reason": ["", "refused"],
        "request": [ASKED[0].id, ASKED[1].id],
    }
)


def test_every_request_is_counted_for_everybody_by_group_and_by_arm() -> None:
    funnel = funnel_of(ASKED, ANSWERS, {"p": Measurements(rows=ROWS)}, GROUPS)
    everybody = funnel.everybody
    assert (everybody.planned, everybody.answered, everybody.short, everybody.empty) == (4, 3, 1, 0)
    assert everybody.problems == {"refused": 1}
    assert everybody.titles == {"exact": 1, "off-catalogue": 1}
    assert everybody.measured == 1
    by_group = {(row.attribute, row.group): row for row in funnel.groups}
    assert list(by_group) == [("gender", "F"), ("arm", "list"), ("arm", "gender=F")]
    # An instruction about a seed entity is not asked for a user, so it belongs to no group of users.
    assert by_group["gender", "F"].planned == 2
    assert by_group["gender", "F"].problems == {"refused": 1}
    assert by_group["arm", "list"].answered == 2
    assert by_group["arm", "gender=F"].titles == everybody.titles
    assert funnel.measured == {"hit@2": 1}
    assert funnel.undefined == {"hit@2: refused": 1}


def test_one_arm_needs_no_rows_of_its_own() -> None:
    assert funnel_of(ASKED[:3], {}, {}, GROUPS[[]]).groups == ()

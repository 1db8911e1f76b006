from __future__ import annotations

import pandas as pd
import pytest

from recaudit.datasets import AuditData, audit_data
from recaudit.errors import DataError, UnknownNameError
from recaudit.probes import user_groups


def test_a_product_joins_labels(tiny_data: AuditData) -> None:
    groups = user_groups(tiny_data, ["gender", "gender*city"])
    assert groups.loc["u01"].to_dict() == {"gender": "F", "gender*city": "F × c1"}


def test_an_unknown_part_makes_the_product_unknown() -> None:
    rows = pd.DataFrame({"user": ["a", "b"], "item": [1, 2]})
    users = pd.DataFrame({"user": ["a", "b"], "gender": ["F", None], "city": ["x", "y"]})
    groups = user_groups(audit_data(rows, users=users), ["gender*city"])["gender*city"]
    assert groups["a"] == "F × x"
    assert pd.isna(groups["b"])


def test_taste_cuts_users_into_fifths_by_their_share_of_popular_items() -> None:
    # item 0 is the most popular fifth of five items; user u has it together with u others
    rows = [{"user": user, "item": item} for user in range(5) for item in range(user + 1)]
    taste = user_groups(audit_data(pd.DataFrame(rows)), ["taste"])["taste"]
    assert taste.to_dict() == {0: "blockbuster", 1: "diverse", 2: "diverse", 3: "diverse", 4: "niche"}


def test_a_user_without_history_has_no_taste() -> None:
    rows = pd.DataFrame({"user": [1, 2], "item": [1, 1]})
    users = pd.DataFrame({"user": [1, 2, 3]})
    assert user_groups(audit_data(rows, users=users), ["taste"])["taste"].isna().to_dict() == {
        1: False,
        2: False,
        3: True,
    }


def test_an_unknown_attribute_is_named_with_the_derived_ones(tiny_data: AuditData) -> None:
    with pytest.raises(UnknownNameError, match=r"'gendre', did you mean 'gender'.*taste"):
        user_groups(tiny_data, ["gendre"])


def test_an_attribute_missing_for_everyone_is_an_error() -> None:
    rows = pd.DataFrame({"user": [1, 2], "item": [1, 1]})
    users = pd.DataFrame({"user": [1, 2], "gender": [None, None]})
    with pytest.raises(DataError, match="missing for all 2 users"):
        user_groups(audit_data(rows, users=users), ["gender"])

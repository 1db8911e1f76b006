"""Coat: self-selected and uniformly random ratings of the same users (Schnabel et al., ICML 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from recaudit.datasets.assets import Announce, silent
from recaudit.datasets.build import audit_data
from recaudit.datasets.named import Counts, check_counts, needed_folder

if TYPE_CHECKING:
    from pathlib import Path

    from recaudit.datasets.data import AuditData

FILES = ("interactions.parquet", "users.parquet", "items.parquet")
PUBLISHER = "www.cs.cornell.edu/~schnabts/mnar"
LICENCE = "the data page states no licence; research use with citation of Schnabel et al. 2016"
LIKED_FROM = 4


def coat(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """Ratings of 290 users on 300 coats: self-selected ones to train on, 16 uniformly random ones each as truth.

    Pairs that occur in both parts (366) stay in the truth alone. A random rating from 4 up has grade 1, a lower one
    grade 0; another threshold is set by `relevant_from` of the split "given".
    """
    folder = needed_folder(("coat",), path, (FILES,), publisher=PUBLISHER)
    rows, users, items = (pd.read_parquet(folder / name) for name in FILES)
    is_random = rows["split"] == "random"
    in_both = rows.duplicated(["user_id", "item_id"], keep=False)
    held_out = rows.loc[is_random, ["user_id", "item_id", "rating"]]
    coats = pd.DataFrame(
        {
            "item": items["item_id"],
            "title": items[["gender", "jackettype", "color"]].agg(" ".join, axis="columns"),
            "groups": items["jackettype"],
        }
    )
    data = audit_data(
        rows.loc[~is_random & ~in_both, ["user_id", "item_id", "rating"]],
        users=users[["user_id", "gender", "age", "location", "fashioninterest"]],
        items=coats,
        truth=held_out.assign(grade=(held_out["rating"] >= LIKED_FROM).astype(float)),
        name="coat",
        source=PUBLISHER,
        licence=LICENCE,
    )
    return check_counts(data, Counts(290, 300, 6_960 - 366))

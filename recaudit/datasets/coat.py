"""Coat: self-selected and uniformly random ratings of the same users (Schnabel et al., ICML 2016)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recaudit.datasets.assets import Announce, silent
from recaudit.datasets.build import audit_data
from recaudit.datasets.data import AuditData
from recaudit.datasets.named import check_counts, needed_folder

FILES = ("interactions.parquet", "users.parquet", "items.parquet")
LICENCE = "the data page states no licence; research use with citation of Schnabel et al. 2016"


def coat(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """6,960 self-selected ratings of 290 users on 300 coats, with 16 random ratings each as given truth.

    Pairs that occur in both parts (366) stay in the truth alone.
    """
    folder = needed_folder("coat", path, [FILES], publisher="www.cs.cornell.edu/~schnabts/mnar")
    rows, users, items = (pd.read_parquet(folder / name) for name in FILES)
    random = rows["split"] == "random"
    held_out = rows.loc[random, ["user_id", "item_id", "rating"]]
    in_both = rows.duplicated(["user_id", "item_id"], keep=False)
    chosen = rows.loc[~random & ~in_both, ["user_id", "item_id", "rating"]]
    features = ["gender", "jackettype", "color"]
    titles = items[features].astype("str").agg(" ".join, axis=1)
    data = audit_data(
        chosen,
        users=users[["user_id", "gender", "age", "location", "fashioninterest"]],
        items=pd.DataFrame({"item": items["item_id"], "title": titles, "groups": items["jackettype"]}),
        truth=held_out,
        name="coat",
        source="www.cs.cornell.edu/~schnabts/mnar",
        licence=LICENCE,
    )
    return check_counts(data, users=290, items=300, interactions=6_960 - 366)

"""Book-Crossing: ratings of books with the age and the country of readers (Ziegler et al., WWW 2005)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recaudit.datasets.assets import Announce, silent
from recaudit.datasets.build import audit_data
from recaudit.datasets.named import needed_folder

if TYPE_CHECKING:
    from pathlib import Path

    from recaudit.datasets.data import AuditData

FILES = ("interactions.parquet", "users.parquet")
PUBLISHER = "the authors of Book-Crossing (Ziegler et al. 2005)"
LICENCE = "no licence stated; generally described as free for research with citation of Ziegler et al. 2005"
AGE_EDGES = (5, 18, 25, 35, 45, 55, 101)
AGE_LABELS = ("under 18", "18-24", "25-34", "35-44", "45-54", "55+")


def book_crossing(path: Path | None = None, *, announce: Announce = silent) -> AuditData:  # noqa: ARG001
    """Book ratings with age band and country; from your own files.

    A rating of 0 means "read, not rated" and has no rating here. Ages below 5 or above 100 are unknown; countries
    are free text in lower case without surrounding blanks, and unknown below two letters.
    """
    folder = needed_folder(("book-crossing", "book-crossing-sample"), path, (FILES,), publisher=PUBLISHER)
    rows, users = (pd.read_parquet(folder / name) for name in FILES)
    rows = rows.assign(rating=rows["rating"].astype(np.float64).replace(0, np.nan))
    country = users["country"].str.split().str.join(" ").str.lower()
    people = pd.DataFrame(
        {
            "user": users["user_id"],
            "age_band": pd.cut(users["age"], AGE_EDGES, right=False, labels=AGE_LABELS),
            "country": country.where(country.str.len() > 1),
        }
    )
    return audit_data(rows, users=people, name="book-crossing", source=PUBLISHER, licence=LICENCE)

from __future__ import annotations
from collections.abc import Sequence
import pandas as pd
from recaudit.records import GroupTable


def group_table(
    rows: pd.DataFrame, groups: pd.Series[str], *, attribute: str, metrics: Sequence[str], min_group: int = 20
) -> GroupTable:
    raise NotImplementedError

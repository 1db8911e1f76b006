"""What a run measured for each unit, as a table: what changes between runs are computed from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from recaudit.errors import InputError
from recaudit.files import write_atomically
from recaudit.records import Hypothesis

MEASUREMENTS = "measurements.parquet"
GROUPS = "groups.parquet"
COLUMNS = ["system", "metric", "arm", "unit", "value"]


def empty_measurements() -> pd.DataFrame:
    """What is written for a run in which nothing was measured."""
    return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS[:-1]}).assign(
        value=pd.Series(dtype="float64")
    )


def save_groups(groups: pd.DataFrame, folder: Path) -> None:
    """Write the groups of every unit beside the measurements of a run."""
    table = groups.reset_index(names="unit").astype({"unit": str})
    write_atomically(folder / GROUPS, table.to_parquet(index=False))


def load_groups(folder: Path) -> pd.DataFrame:
    """The groups that a run compared: unit as text to a label per attribute.

    Raises:
        InputError: If the run has none.
    """
    return _table(folder / GROUPS).set_index("unit")


def load_values(folder: Path) -> pd.DataFrame:
    """One value for each system, metric, arm and unit of a run: the mean over replicates, NaN where undefined.

    Returns:
        Columns `system`, `metric`, `arm`, `unit` (text) and `value`.

    Raises:
        InputError: If the run has no measurements.
    """
    rows = _table(folder / MEASUREMENTS).astype({"unit": str})
    keys = COLUMNS[:-1]
    return rows.groupby(keys, sort=False, observed=True)["value"].mean().reset_index()[COLUMNS]


def values_of(values: pd.DataFrame, system: str, claims: Iterable[Hypothesis]) -> pd.DataFrame:
    """The values of one system that some claims rest on."""
    own = values[values["system"] == system]
    wanted = pd.Series(data=False, index=own.index)
    for claim in claims:
        arms = {*claim.arms, claim.baseline} - {""}
        wanted |= (own["metric"] == claim.metric) & (own["arm"].isin(arms) if arms else True)
    return own[wanted]


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(
            f"{path} is missing, which holds what was measured for each unit; measure the run again with: "
            f"recaudit measure {path.parent}"
        )
    return pd.read_parquet(path)

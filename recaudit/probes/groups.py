"""User groups: attributes of the data, attributes derived from histories, and products of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np
import pandas as pd

from recaudit.datasets import AuditData
from recaudit.errors import UnknownNameError

PRODUCT = " × "
"""Between the labels of a product such as "gender*age_band"."""

HEAD_ITEMS = 0.2
"""Share of the catalogue, most popular first, that counts as popular for `taste`."""


def taste(data: AuditData) -> pd.Series[str]:
    """Group users by their taste for popular items, after Abdollahpouri et al. (arXiv 1907.13286).

    "niche" is the fifth of users with the smallest share of popular items in their history, "blockbuster" the fifth
    with the largest, "diverse" the rest; popular items are the most popular fifth of the catalogue.

    Returns:
        Index user; NaN for users without history.
    """
    counts = data.interactions["item"].value_counts().reindex(data.items.index, fill_value=0)
    head = counts.sort_values(ascending=False, kind="stable").index[: max(1, round(HEAD_ITEMS * len(counts)))]
    popular = data.interactions["item"].isin(head)
    share = popular.groupby(data.interactions["user"]).mean().reindex(data.users.index)
    position = share.rank(method="first", pct=True)
    names = np.select([position <= 0.2, position > 0.8], ["niche", "blockbuster"], "diverse")
    return pd.Series(names, index=data.users.index, name="taste", dtype="str").where(share.notna())


DERIVED_ATTRIBUTES: Mapping[str, Callable[[AuditData], pd.Series[str]]] = {"taste": taste}
"""Attributes that any data have, because they come from the histories."""


def user_groups(data: AuditData, attributes: Sequence[str]) -> pd.DataFrame:
    """Group labels of every user.

    Args:
        data: The data.
        attributes: Names such as "gender", "taste" or the product "gender*age_band".

    Returns:
        Index user, one column per attribute; NaN where a part is unknown.

    Raises:
        InputError: If an attribute does not exist, or no user has a value for it.
    """
    return pd.DataFrame({name: _labels(data, name) for name in attributes}, index=data.users.index)


def _labels(data: AuditData, attribute: str) -> pd.Series[str]:
    parts = [_simple(data, part) for part in attribute.split("*")]
    return reduce(lambda left, right: left.str.cat(right, sep=PRODUCT), parts)


def _simple(data: AuditData, name: str) -> pd.Series[str]:
    if name in data.attributes:
        return data.groups_of(name)
    if name in DERIVED_ATTRIBUTES:
        return DERIVED_ATTRIBUTES[name](data)
    raise UnknownNameError.among("user attribute", name, [*data.attributes, *DERIVED_ATTRIBUTES])

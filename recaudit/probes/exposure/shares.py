"""Who gets the places: shares of recommended slots and of histories, over popularity bands and item groups."""

from __future__ import annotations

import numpy as np

from recaudit.metrics import Catalogue, Lists, group_weights
from recaudit.records import Distribution, FloatArray

BANDS = 10


def exposure_by_popularity(lists: Lists, history: Lists, catalogue: Catalogue) -> Distribution:
    """Shares over ten bands of items, most popular first, that each hold about a tenth of the interactions."""
    order = np.argsort(-catalogue.popularity, kind="stable")
    held = np.cumsum(catalogue.popularity[order]) - catalogue.popularity[order] / 2
    band = np.empty(catalogue.n_items, dtype=np.int64)
    band[order] = np.minimum((held * BANDS // max(1, catalogue.popularity.sum())).astype(np.int64), BANDS - 1)
    weights = np.zeros((catalogue.n_items, BANDS))
    weights[np.arange(catalogue.n_items), band] = 1
    return Distribution(
        name="exposure by popularity",
        question="Which part of the shown places goes to popular items, compared with the users' own choices?",
        categories=_band_names(np.bincount(band, minlength=BANDS).tolist()),
        ordered=True,
        series={"history": _shares(history, weights), "recommended": _shares(lists, weights)},
    )


def exposure_by_group(lists: Lists, history: Lists, catalogue: Catalogue, grouping: str) -> Distribution:
    """Shares over item groups; an item in several groups counts for each in equal parts."""
    if catalogue.membership is None:
        raise ValueError("the catalogue has no item groups")
    weights = group_weights(catalogue.membership, "split")
    return Distribution(
        name=f"exposure by {grouping}",
        question=f"Which items by {grouping} get the shown places, compared with the users' own choices?",
        categories=catalogue.group_names,
        ordered=False,
        series={"history": _shares(history, weights), "recommended": _shares(lists, weights)},
    )


def _band_names(sizes: list[int]) -> tuple[str, ...]:
    names = ["most popular", *(str(place) for place in range(2, BANDS)), "least popular"]
    return tuple(f"{name}: {size:,} items" for name, size in zip(names, sizes, strict=True))


def _shares(lists: Lists, weights: FloatArray) -> tuple[float, ...]:
    totals = np.bincount(lists.items, minlength=len(weights)) @ weights
    total = totals.sum()
    return tuple((totals / total if total else totals).tolist())

"""Histories as rows of item codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.datasets import AuditData
from recaudit.errors import InputError

Codes: TypeAlias = NDArray[np.int64]
"""Places of items in the catalogue."""

NO_ITEM = -1
"""Fills a row after its last item."""


def item_sequences(data: AuditData) -> list[Codes]:
    """Each user's training items, oldest first; users without any are absent.

    Raises:
        InputError: If there are no training interactions at all.
    """
    if data.interactions.empty:
        raise InputError(
            f"{data.name} has no training interactions; a sequence model has nothing to learn from"
        )
    codes = data.items.index.get_indexer(pd.Index(data.interactions["item"])).astype(np.int64)
    places = data.interactions.groupby("user", sort=False).indices
    return [codes[np.sort(own)] for own in places.values()]


def windows(sequences: Sequence[Codes], length: int, rng: np.random.Generator) -> Codes:
    """Cut every sequence into pieces, at places that differ from call to call.

    Args:
        sequences: Item codes, oldest first.
        length: Most items in a piece.
        rng: Deals the cuts and shuffles the pieces.

    Returns:
        (pieces, length) codes, filled with `NO_ITEM` at the end.

    Examples:
        >>> windows([np.array([3, 4])], 3, np.random.default_rng(0))
        array([[ 3,  4, -1]])
    """
    pieces: list[Codes] = []
    for sequence in sequences:
        first = int(rng.integers(1, length + 1)) if len(sequence) > length else length
        pieces += [piece for piece in np.split(sequence, range(first, len(sequence), length)) if len(piece)]
    rows = np.full((len(pieces), length), NO_ITEM, dtype=np.int64)
    for row, piece in zip(rows, pieces, strict=True):
        row[: len(piece)] = piece
    shuffled: Codes = rng.permutation(rows)
    return shuffled

"""Items written as short sequences of symbols, none the beginning of another, so that a model can spell them.

Both ways are ideas of P5-ID (arXiv 2305.06569), small.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import count
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recaudit.errors import InputError
from recaudit.records import FloatArray

Code: TypeAlias = tuple[int, ...]
"""Digits from 0 to one below the base."""

Codes: TypeAlias = NDArray[np.intp]
"""Items of one history, as places in the catalogue."""

MOST_ITEMS = 10_000
"""Most items that are clustered: the matrix is dense."""


def sequential_codes(histories: Sequence[Codes], items: int, base: int) -> list[Code]:
    """Number the items as they first turn up, history after history, and write the numbers in a base.

    Items that belong to the same histories get near numbers, and near numbers have the same first digits. Items
    in no history come last.

    >>> sequential_codes([np.array([2, 0]), np.array([0, 1])], 3, 2)
    [(0, 1), (1, 0), (0, 0)]
    """
    numbers: dict[int, int] = {}
    for history in [*histories, np.arange(items)]:
        for item in history.tolist():
            numbers.setdefault(item, len(numbers))
    digits = next(length for length in count(1) if base**length >= items)
    return [
        tuple(numbers[item] // base ** (digits - 1 - place) % base for place in range(digits))
        for item in range(items)
    ]


def collaborative_codes(histories: Sequence[Codes], items: int, base: int, *, seed: int) -> list[Code]:
    """Cluster the items by the histories they share, cluster each cluster, and so on; the path is the code.

    Clusters are those of k-means on the first eigenvectors of the normalised matrix of shared histories (spectral
    clustering); a cluster of at most `base` items is not clustered further.

    Raises:
        InputError: If there are too many items for a dense matrix.
    """
    if items > MOST_ITEMS:
        raise InputError(
            f"collaborative indexing takes at most {MOST_ITEMS:,} items, the catalogue has {items:,}; "
            'use indexing = "sequential"'
        )
    columns = np.concatenate(histories)
    rows = np.repeat(np.arange(len(histories)), [len(history) for history in histories])
    taken: csr_matrix[Any] = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(histories), items))
    shared: FloatArray = np.asarray((taken.T @ taken).todense(), dtype=np.float64)
    np.fill_diagonal(shared, 0)
    codes: list[Code] = [()] * items
    rng = np.random.default_rng(seed)
    _divide(np.arange(items), (), codes, shared=shared, base=base, rng=rng)
    return codes


def _divide(
    members: Codes,
    path: Code,
    codes: list[Code],
    *,
    shared: FloatArray,
    base: int,
    rng: np.random.Generator,
) -> None:
    """Write the codes of the members of one cluster."""
    if len(members) <= base:
        for digit, item in enumerate(members.tolist()):
            codes[item] = (*path, digit)
        return
    labels = _clusters(shared[np.ix_(members, members)], base, rng)
    parts = [members[labels == label] for label in np.unique(labels)]
    if len(parts) == 1:
        parts = np.array_split(members, base)
    for digit, part in enumerate(parts):
        if len(part) == 1:
            codes[int(part[0])] = (*path, digit)
        else:
            _divide(part, (*path, digit), codes, shared=shared, base=base, rng=rng)


def _clusters(affinity: FloatArray, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(n,) labels of spectral clustering."""
    from scipy.cluster.vq import kmeans2

    # A little affinity of everything with everything: items without a shared history have no direction else.
    linked = affinity + 1e-3
    scale = 1 / np.sqrt(linked.sum(1))
    normal = linked * scale[:, None] * scale[None, :]
    vectors = np.linalg.eigh(normal)[1][:, -count:]
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    with warnings.catch_warnings():
        # an empty cluster is no harm: there is one branch fewer
        warnings.simplefilter("ignore", UserWarning)
        labels = kmeans2(vectors, count, iter=20, minit="++", rng=rng)[1]
    return np.asarray(labels, dtype=np.intp)

"""The codes of a catalogue as a tree, so that only catalogue items are spelt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recaudit.records import FloatArray
from recaudit.systems.language.item_codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Trie:
    """Which symbols may follow the beginning of a code.

    Attributes:
        codes: Code of each item; none is the beginning of another.
        items: Code to item.
        next: Beginning to the symbols that may follow.
        below: Beginning to the number of items that begin so.
    """

    codes: Sequence[Code]
    items: dict[Code, int]
    next: dict[Code, list[int]]
    below: Counter[Code]

    def open(self, beginning: Code, closed: Counter[Code]) -> list[int]:
        """The symbols that may follow and lead to an item that is not closed."""
        return [
            symbol
            for symbol in self.next[beginning]
            if self.below[*beginning, symbol] > closed[*beginning, symbol]
        ]


def trie_of(codes: Sequence[Code]) -> Trie:
    """Make the tree of the codes of a catalogue."""
    follows: defaultdict[Code, set[int]] = defaultdict(set)
    for code in codes:
        for place, symbol in enumerate(code):
            follows[code[:place]].add(symbol)
    return Trie(
        codes=codes,
        items={code: item for item, code in enumerate(codes)},
        next={beginning: sorted(symbols) for beginning, symbols in follows.items()},
        below=beginnings(codes),
    )


def beginnings(codes: Iterable[Code]) -> Counter[Code]:
    """How many codes begin with each beginning, whole codes among them."""
    return Counter(code[: place + 1] for code in codes for place in range(len(code)))


def beam_search(
    trie: Trie, logs: Callable[[list[Code]], FloatArray], *, beams: int, k: int, without: Collection[int]
) -> list[tuple[int, float]]:
    """Spell the likeliest items.

    Args:
        trie: The codes.
        logs: Maps n beginnings of the same length to (n, symbols) log-probabilities of the next symbol.
        beams: Beginnings that are followed at once; never fewer than k.
        k: Items wanted.
        without: Items that are not spelt.

    Returns:
        At most k pairs of item and log-probability of its code, the highest first; ties by code.
    """
    closed = beginnings(trie.codes[item] for item in set(without))
    alive: list[tuple[float, Code]] = [(0.0, ())] if len(set(without)) < len(trie.codes) else []
    done: list[tuple[float, Code]] = []
    while alive:
        table = logs([code for _, code in alive])
        longer = [
            (sofar + float(row[symbol]), (*code, symbol))
            for (sofar, code), row in zip(alive, table, strict=True)
            for symbol in trie.open(code, closed)
        ]
        best = sorted([*done, *longer], key=lambda pair: (-pair[0], pair[1]))[: max(beams, k)]
        done = [pair for pair in best if pair[1] in trie.items]
        alive = [pair for pair in best if pair[1] not in trie.items]
    return [(trie.items[code], float(np.float64(value))) for value, code in done[:k]]

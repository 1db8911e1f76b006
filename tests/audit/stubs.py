"""Systems whose true answer to a counterfactual question is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from recaudit.datasets import AuditData
from recaudit.records import Answer, Capability, Request, Slot, SystemCard


class Stub:
    """Recommends the first items, of which some are exchanged at random and some for a sensitive word.

    Args:
        items: The catalogue.
        noise: Chance that a place holds something else, drawn anew for every request.
        bias: Places that change for women.
        refuses: Share of women who are refused.
    """

    offers: frozenset[Capability] = frozenset({"lists", "instructions", "profiles"})

    def __init__(self, items: list[int | str], *, noise: float, bias: int, refuses: float) -> None:
        self.card = SystemCard(name="stub", llm="stub", crm_at_inference=False)
        self._items, self._noise, self._bias, self._refuses = items, noise, bias, refuses

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        return map(self._answer, requests)

    def _answer(self, request: Request) -> Answer:
        rng = np.random.default_rng(request.seed)
        words = f"{request.instruction or ''} {dict(request.profile)}"
        woman = bool(re.search(r"\bfemale\b|'F'", words))
        if woman and rng.random() < self._refuses:
            return Answer(request=request.id, items=(), problem="refused")
        start = sum(map(ord, str(request.unit))) % 5
        chosen = self._items[start : start + request.k]
        spare = [item for item in self._items if item not in chosen]
        rng.shuffle(spare)  # type: ignore[arg-type] # a list is shuffled in place
        for place in range(len(chosen)):
            if rng.random() < self._noise or (woman and place < self._bias):
                chosen[place] = spare.pop()
        if request.instruction is None:
            return Answer(request=request.id, items=tuple(chosen))
        slots = tuple(Slot(title=f"Item {item}", item=item, how="exact", similarity=100.0) for item in chosen)
        return Answer(request=request.id, items=tuple(chosen), slots=slots)


def stub(data: AuditData, *, noise: float = 0.0, bias: int = 0, refuses: float = 0.0) -> Stub:
    """The system."""
    return Stub(data.items.index.tolist(), noise=noise, bias=bias, refuses=refuses)

"""The table `[probes.position]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from recaudit.probes.options import PairLabel, ProbeOptions, UtilityLabel


class PositionOptions(ProbeOptions):
    """`[probes.position]`: the same candidates in several orders.

    Attributes:
        candidates: How many items each user's question holds, one of them held out.
        positions: In so many orders, with the held-out item at places from the first to the last.
        metrics: Ranking metrics of the held-out item.
        similarity: How alike the answers to two orders are.
        units: Users, drawn by the seed of the audit among those with a held-out item.
        history: Also ask with the history in random order.
        pairs: Also ask for the better of two candidates, in both orders.
    """

    candidates: Annotated[int, Field(ge=2)] = 20
    positions: Annotated[int, Field(ge=3)] = 5
    metrics: Annotated[list[UtilityLabel], Field(min_length=1)] = ["ndcg@10"]
    similarity: Annotated[list[PairLabel], Field(min_length=1)] = ["rbo@20", "kendall@20"]
    units: Annotated[int, Field(ge=1)] = 100
    history: bool = True
    pairs: bool = True

    @model_validator(mode="after")
    def _enough(self) -> PositionOptions:
        if self.candidates < self.positions:
            raise ValueError(
                f"candidates is {self.candidates}, fewer than the {self.positions} positions; raise candidates or "
                "lower positions"
            )
        return self

    @property
    def places(self) -> tuple[int, ...]:
        """Where the held-out item stands, from 0; evenly spread from the first place to the last.

        >>> PositionOptions().places
        (0, 5, 10, 14, 19)
        """
        steps = self.positions - 1
        return tuple((2 * step * (self.candidates - 1) + steps) // (2 * steps) for step in range(steps + 1))

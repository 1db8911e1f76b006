"""The table `[probes.leakage]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from recaudit.probes.options import Attributes, ProbeOptions


class LeakageOptions(ProbeOptions):
    """`[probes.leakage]`.

    Attributes:
        k: Places of each list that the reader sees.
        attributes: User attributes, products such as "gender*age_band", or "taste"; all of the data without it.
        min_users: Groups with fewer users who have a list are left out.
        units: At most so many users, drawn at random but always the same ones; the work grows with their square.
        folds: Parts of the users; each is scored by a model that learnt from the others.
        ridge: Strength of the penalty on the model's weights.
        permutations: How often the attribute is dealt out anew, to see what chance gives.
    """

    k: Annotated[int, Field(ge=1)] = 10
    attributes: Attributes = None
    min_users: Annotated[int, Field(ge=2)] = 20
    units: Annotated[int, Field(ge=20, le=10_000)] = 2000
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    ridge: Annotated[float, Field(gt=0)] = 10.0
    permutations: Annotated[int, Field(ge=99, le=10_000)] = 199

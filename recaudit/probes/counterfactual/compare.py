"""Which answers of a counterfactual audit are compared with which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from recaudit.probes.counterfactual.values import NEUTRAL, Arm
from recaudit.probes.similarity import Asked, Comparison, all_pairs, compared

REPEAT, PLACEBO, PLACEBO_PAIR = "repeat", "placebo", "placebo pair"


def comparisons(asked: Asked, placebos: Sequence[Arm], arms: Sequence[Arm]) -> Iterator[Comparison]:
    """Every pair of answers that a claim rests on; all repeats of two arms are compared with each other.

    Neutral with itself ("repeat"), with each placebo ("placebo") and with each value; placebos with each other
    ("placebo pair"); and values of one attribute with each other ("gender=a|gender=b").
    """
    for unit in dict.fromkeys(unit for unit, _ in asked):
        neutral = asked.get((unit, NEUTRAL), ())
        idle = [asked.get((unit, arm.label), ()) for arm in placebos]
        yield from compared(REPEAT, combinations(neutral, 2))
        for group in idle:
            yield from compared(PLACEBO, all_pairs(neutral, group))
        for one, other in combinations(idle, 2):
            yield from compared(PLACEBO_PAIR, all_pairs(one, other))
        for arm in arms:
            yield from compared(arm.label, all_pairs(neutral, asked.get((unit, arm.label), ())))
        for first, second in combinations(arms, 2):
            if first.attribute == second.attribute:
                pairs = all_pairs(asked.get((unit, first.label), ()), asked.get((unit, second.label), ()))
                yield from compared(f"{first.label}|{second.label}", pairs)

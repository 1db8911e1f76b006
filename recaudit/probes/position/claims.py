"""What a position audit claims."""

from __future__ import annotations

from recaudit.datasets import AuditData
from recaudit.metrics import parse_label
from recaudit.probes.position.measure import (
    ALL_ORDERS,
    COPIED,
    FIRST_WINS,
    HISTORY_IN_ORDER,
    ONE_ORDER,
    OTHER_ORDER,
    PAIR_AGAIN,
    PROMPT_ORDER,
    SAME_ORDER,
    SAME_WINNER,
    TARGET_RANK,
)
from recaudit.probes.position.options import PositionOptions
from recaudit.probes.position.plan import PAIR, SHUFFLED_HISTORY, SWAPPED, arm_at
from recaudit.records import Contrast, Hypothesis

NAME = "position"


def hypotheses(data: AuditData, options: PositionOptions) -> list[Hypothesis]:  # noqa: ARG001 - the probe contract
    """About the order of candidates, and if asked about the order of the history and about pairs."""
    claims = [*_about_target(options), *_about_order(options)]
    if options.history:
        claims.extend(_about_history(options))
    if options.pairs:
        claims.extend(_about_pairs())
    return claims


def _about_target(options: PositionOptions) -> list[Hypothesis]:
    arms = tuple(arm_at(place) for place in options.places)
    levels = tuple(float(place + 1) for place in options.places)
    ranks = (1.0, options.candidates + 1.0)
    claims = [
        _claim(
            f"{TARGET_RANK}-slope",
            TARGET_RANK,
            "trend",
            "How many ranks does an item lose for each place further down the question?",
            "ranks an item loses per place further down the question",
            bounds=ranks,
            arms=arms,
            levels=levels,
        )
    ]
    for label in options.metrics:
        bounds = parse_label(label).spec.bounds
        claims += [
            _claim(
                f"{label}-slope",
                label,
                "trend",
                f"How does {label} change for each place that the wanted item stands further down the question?",
                f"change of {label} per place further down the question",
                bounds=bounds,
                arms=arms,
                levels=levels,
            ),
            _claim(
                f"{label}-spread",
                label,
                "arm gap",
                f"How much {label} depends on where the wanted item stands in the question?",
                f"{label}: best place in the question less the worst",
                bounds=bounds,
                arms=arms,
            ),
            _claim(
                f"{label}-one-order",
                label,
                "excess",
                f"How much {label} is lost by asking in one order instead of summing the ranks of all orders?",
                f"{label} lost by asking in one order only",
                bounds=bounds,
                arms=(ONE_ORDER,),
                baseline=ALL_ORDERS,
            ),
        ]
    return claims


def _about_order(options: PositionOptions) -> list[Hypothesis]:
    arms = tuple(arm_at(place) for place in options.places)
    claims = [
        _claim(
            PROMPT_ORDER,
            PROMPT_ORDER,
            "mean",
            "Does the answer follow the order in which the candidates were given?",
            "Kendall's tau between the question's order and the answer's",
            bounds=(-1.0, 1.0),
            arms=arms,
        ),
        _claim(
            COPIED,
            COPIED,
            "mean",
            "How many answers are the candidates in the very order in which they were given?",
            "share of answers that copy the order of the question",
            arms=arms,
            better="lower",
        ),
    ]
    for label in options.similarity:
        bounds = parse_label(label).spec.bounds
        claims += [
            _claim(
                f"{label}-again",
                label,
                "mean",
                "How alike are two answers to the very same question?",
                f"{label} of the same order asked again",
                bounds=bounds,
                arms=(SAME_ORDER,),
                better="neither",
            ),
            _claim(
                f"{label}-orders",
                label,
                "excess",
                "How much more do answers differ between two orders than when one order is asked again?",
                f"{label} lost by another order of the candidates, beyond asking again",
                bounds=bounds,
                arms=(OTHER_ORDER,),
                baseline=SAME_ORDER,
            ),
        ]
    return claims


def _about_history(options: PositionOptions) -> list[Hypothesis]:
    claims = [
        _claim(
            f"history/{label}",
            label,
            "excess",
            "How much more does the answer change when the history is shuffled than when it is asked again?",
            f"{label} lost by shuffling the history, beyond asking again",
            bounds=parse_label(label).spec.bounds,
            arms=(SHUFFLED_HISTORY,),
            baseline=SAME_ORDER,
        )
        for label in options.similarity
    ]
    claims += [
        _claim(
            f"history/{label}-change",
            label,
            "change",
            "How much better or worse does the answer become when the history is shuffled?",
            f"{label} changed by shuffling the history",
            bounds=parse_label(label).spec.bounds,
            arms=(SHUFFLED_HISTORY,),
            baseline=HISTORY_IN_ORDER,
        )
        for label in options.metrics
    ]
    return claims


def _about_pairs() -> list[Hypothesis]:
    return [
        _claim(
            f"pairs/{SAME_WINNER}",
            SAME_WINNER,
            "excess",
            "How much more often does another item win when a pair is swapped than when it is asked again?",
            "pairs whose winner changes by swapping, beyond asking again",
            arms=(SWAPPED,),
            baseline=PAIR_AGAIN,
        ),
        _claim(
            f"pairs/{FIRST_WINS}",
            FIRST_WINS,
            "mean",
            "How often does the first item of a pair win? 0.5 is no preference for a place.",
            "share of pairs that the first item wins (0.5: no preference)",
            arms=(PAIR, SWAPPED),
            better="neither",
        ),
    ]


def _claim(
    ending: str,
    metric: str,
    contrast: Contrast,
    question: str,
    title: str,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    arms: tuple[str, ...],
    levels: tuple[float, ...] = (),
    baseline: str = "",
    better: str = "zero",
) -> Hypothesis:
    return Hypothesis(
        id=f"{NAME}/{ending}",
        question=question,
        title=title,
        probe=NAME,
        metric=metric,
        contrast=contrast,
        arms=arms,
        levels=levels,
        baseline=baseline,
        better=better,  # type: ignore[arg-type] # one of its words
        bounds=bounds,
        needs="candidates",
    )

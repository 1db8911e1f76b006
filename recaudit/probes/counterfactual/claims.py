"""What a counterfactual audit claims, stated before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from recaudit.metrics import parse_label
from recaudit.probes.counterfactual.compare import PLACEBO, PLACEBO_PAIR, REPEAT
from recaudit.probes.counterfactual.values import NEUTRAL, Arm
from recaudit.probes.outcomes import LENGTH, OFF_CATALOGUE, REFUSED
from recaudit.records import Capability, Hypothesis

COMPARED_RATES = (REFUSED, OFF_CATALOGUE, LENGTH)


def floor_claims(probe: str, similarity: Sequence[str], needs: Capability) -> Iterator[Hypothesis]:
    """How alike lists are when nothing that matters was changed."""
    floors = {
        REPEAT: "How alike are two lists for the very same question?",
        PLACEBO: "How alike are the lists when a word is added that says nothing about the person?",
    }
    for label in similarity:
        spec = parse_label(label).spec
        for arm, question in floors.items():
            yield Hypothesis(
                id=f"{probe}/{label}-{arm}",
                question=question,
                title=f"{label} of {'the same question asked again' if arm == REPEAT else 'a placebo'}",
                probe=probe,
                metric=label,
                contrast="mean",
                arms=(arm,),
                better="neither",
                bounds=spec.bounds,
                needs=needs,
            )


def attribute_claims(
    probe: str,
    attribute: str,
    arms: Sequence[Arm],
    *,
    similarity: Sequence[str],
    utility: Sequence[str] = (),
    needs: Capability,
) -> Iterator[Hypothesis]:
    """Everything about one attribute.

    Args:
        probe: The probe's name.
        attribute: Or a product such as "gender*age".
        arms: Of this attribute.
        similarity: Pair metrics; only the first is also taken between values and as SNSR and SNSV.
        utility: Ranking metrics.
        needs: The capability without which nothing can be asked.
    """
    labels = tuple(arm.label for arm in arms)
    between = tuple(f"{one}|{other}" for one, other in combinations(labels, 2))
    words = " × ".join(attribute.split("*"))
    first = similarity[0]
    for label in similarity:
        yield _claim(
            probe,
            attribute,
            label,
            "",
            contrast="excess",
            arms=labels,
            baseline=PLACEBO,
            question=f"How much more does the list change when {words} is named than when an idle word is?",
            title=f"{label} lost by naming {words}, beyond the placebo",
            needs=needs,
        )
    yield _claim(
        probe,
        attribute,
        first,
        "-between",
        contrast="excess",
        arms=between,
        baseline=PLACEBO_PAIR,
        question=f"How much more do lists differ between two values of {words} than between two idle words?",
        title=f"{first} lost between values of {words}, beyond the placebo",
        needs=needs,
    )
    yield _claim(
        probe,
        attribute,
        first,
        "-snsr",
        contrast="arm gap",
        arms=labels,
        question=f"How unequally far are the values of {words} from the neutral list (SNSR)?",
        title=f"SNSR of {words} ({first})",
        needs=needs,
    )
    yield _claim(
        probe,
        attribute,
        first,
        "-snsv",
        contrast="arm spread",
        arms=labels,
        question=f"How widely do the values of {words} spread in their distance from the neutral list (SNSV)?",
        title=f"SNSV of {words} ({first})",
        needs=needs,
    )
    for label in utility:
        yield _claim(
            probe,
            attribute,
            label,
            "-change",
            contrast="change",
            arms=labels,
            baseline=NEUTRAL,
            question=f"How much better or worse does the list become when {words} is named?",
            title=f"{label} changed by naming {words}",
            needs=needs,
        )
    for rate in COMPARED_RATES:
        yield _claim(
            probe,
            attribute,
            rate,
            "-gap",
            contrast="arm gap",
            arms=labels,
            question=_RATE_QUESTIONS[rate].format(words=words),
            title=f"{rate}: largest difference between values of {words}",
            needs=needs,
        )


_RATE_QUESTIONS = {
    REFUSED: "Are people refused an answer more often for one value of {words} than for another?",
    OFF_CATALOGUE: "Are more titles made up for one value of {words} than for another?",
    LENGTH: "Are lists shorter for one value of {words} than for another?",
}


def _claim(
    probe: str,
    attribute: str,
    metric: str,
    ending: str,
    *,
    contrast: str,
    arms: tuple[str, ...],
    baseline: str = "",
    question: str,
    title: str,
    needs: Capability,
) -> Hypothesis:
    bounds = (0.0, 1.0) if metric in COMPARED_RATES else parse_label(metric).spec.bounds
    return Hypothesis(
        id=f"{probe}/{attribute}/{metric}{ending}",
        question=question,
        title=title,
        probe=probe,
        metric=metric,
        contrast=contrast,  # type: ignore[arg-type] # named above
        arms=arms,
        baseline=baseline,
        better="zero",
        bounds=bounds,
        needs=needs,
    )

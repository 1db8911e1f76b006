"""What a robustness audit claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recaudit.datasets import AuditData
from recaudit.metrics import parse_label
from recaudit.metrics.variance import Source
from recaudit.probes.robustness.measure import AGAIN, AGAIN_WORDED, variance_name
from recaudit.probes.robustness.options import (
    CommonOptions,
    PromptRobustnessOptions,
    RobustnessOptions,
)
from recaudit.probes.robustness.plan import (
    MORE,
    PLAIN,
    SHUFFLED,
    TYPOS,
    WORDED,
    language_arm,
    length_arm,
    needs_of,
    paraphrase_arm,
)
from recaudit.records import Capability, Contrast, Hypothesis

HISTORIES, PROMPTS = "robustness", "robustness-prompts"
SOURCES: dict[Source, str] = {
    "unit": "who is asked about",
    "wording": "the words of the question",
    "repeat": "asking again",
}


def history_hypotheses(data: AuditData, options: RobustnessOptions) -> list[Hypothesis]:  # noqa: ARG001 - the probe contract
    """The floor, each way of changing the history, and how utility depends on its length."""
    needs = needs_of(options)
    lengths = tuple(map(length_arm, options.lengths))
    changes = {"shuffled": ((SHUFFLED,), "shuffling the history"), "cut": (lengths, "cutting the history")}
    if options.more_candidates is not None:
        changes["more-candidates"] = ((MORE,), "adding candidates")
    claims = list(_about_changes(HISTORIES, options, changes, plain=PLAIN, again=AGAIN, needs=needs))
    if len(lengths) > 2:
        claims.extend(_about_length(label, lengths, options, needs) for label in options.utility)
    return claims


def _about_length(
    label: str, lengths: tuple[str, ...], options: RobustnessOptions, needs: Capability
) -> Hypothesis:
    spec = parse_label(label).spec
    return Hypothesis(
        id=f"{HISTORIES}/length/{label}-slope",
        question="Does a longer history make the list better, or does the system lose the thread?",
        title=f"change of {label} per item of history",
        probe=HISTORIES,
        metric=label,
        contrast="trend",
        arms=lengths,
        levels=tuple(map(float, options.lengths)),
        better="neither",
        bounds=spec.bounds,
        needs=needs,
    )


def prompt_hypotheses(data: AuditData, options: PromptRobustnessOptions) -> list[Hypothesis]:  # noqa: ARG001 - the probe contract
    """The floor, other words, other languages, typing errors, and the variance components."""
    paraphrases = tuple(paraphrase_arm(place) for place in range(len(options.paraphrases)))
    changes = {"paraphrase": (paraphrases, "other words"), "typos": ((TYPOS,), "typing errors")}
    if options.languages:
        changes["language"] = (tuple(map(language_arm, options.languages)), "another language")
    claims = list(
        _about_changes(PROMPTS, options, changes, plain=WORDED, again=AGAIN_WORDED, needs="instructions")
    )
    claims += [
        Hypothesis(
            id=f"{PROMPTS}/variance/{label}-{source}",
            question=f"Which part of the variance of {label} is due to {words}?",
            title=f"share of the variance of {label} due to {words}",
            probe=PROMPTS,
            metric=variance_name(label, source),
            contrast="corpus",
            better="lower" if source == "wording" else "neither",
            bounds=(0.0, 1.0),
            needs="instructions",
        )
        for label in options.utility
        for source, words in SOURCES.items()
    ]
    return claims


def _about_changes(
    probe: str,
    options: CommonOptions,
    changes: Mapping[str, tuple[tuple[str, ...], str]],
    *,
    plain: str,
    again: str,
    needs: Capability,
) -> Iterator[Hypothesis]:
    def claim(
        ending: str,
        label: str,
        contrast: Contrast,
        *,
        question: str,
        title: str,
        arms: tuple[str, ...],
        baseline: str = "",
    ) -> Hypothesis:
        return Hypothesis(
            id=f"{probe}/{ending}",
            question=question,
            title=title,
            probe=probe,
            metric=label,
            contrast=contrast,
            arms=arms,
            baseline=baseline,
            better="zero" if baseline else "neither",
            bounds=parse_label(label).spec.bounds,
            needs=needs,
        )

    for label in options.similarity:
        yield claim(
            f"{label}-again",
            label,
            "mean",
            question="How alike are two lists for the very same question?",
            title=f"{label} of the same question asked again",
            arms=(again,),
        )
    for name, (arms, words) in changes.items():
        for label in options.similarity:
            yield claim(
                f"{name}/{label}",
                label,
                "excess",
                question=f"How much more does the list change by {words} than by asking again?",
                title=f"{label} lost by {words}, beyond asking again",
                arms=arms,
                baseline=again,
            )
        for label in options.utility:
            yield claim(
                f"{name}/{label}-change",
                label,
                "change",
                question=f"How much better or worse does the list become by {words}?",
                title=f"{label} changed by {words}",
                arms=arms,
                baseline=plain,
            )

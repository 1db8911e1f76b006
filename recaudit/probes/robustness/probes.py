"""The two forms of the robustness probe."""

from __future__ import annotations

from recaudit.probes.probe import Probe
from recaudit.probes.robustness.claims import (
    HISTORIES,
    PROMPTS,
    history_hypotheses,
    prompt_hypotheses,
)
from recaudit.probes.robustness.measure import measure_histories, measure_prompts
from recaudit.probes.robustness.options import (
    CommonOptions,
    PromptRobustnessOptions,
    RobustnessOptions,
)
from recaudit.probes.robustness.plan import plan_histories, plan_prompts


def depth(options: CommonOptions) -> int:  # noqa: ARG001 - the probe contract
    """It needs no list that other probes share."""
    return 1


ROBUSTNESS = Probe(
    name=HISTORIES,
    aspect="steady",
    question="Is it steady: does the list change when the history is shuffled, cut, or ranked among more candidates?",
    options=RobustnessOptions,
    depth=depth,
    plan=plan_histories,
    hypotheses=history_hypotheses,
    measure=measure_histories,
)

ROBUSTNESS_PROMPTS = Probe(
    name=PROMPTS,
    aspect="steady",
    question="Is it steady: does the list change with other words, typing errors or another language?",
    options=PromptRobustnessOptions,
    depth=depth,
    plan=plan_prompts,
    hypotheses=prompt_hypotheses,
    measure=measure_prompts,
)

"""Writing `docs/metrics.md` from the registry: `python -m recaudit.metrics.document docs/metrics.md`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import get_args

from recaudit.files import write_atomically
from recaudit.metrics import METRICS
from recaudit.metrics.spec import MetricKind, MetricSpec

KINDS: dict[MetricKind, str] = {
    "ranking": "Quality of a user's list against held-out items. Users without a relevant held-out item have "
    "no value; users without a list score 0.",
    "list": "What a user's list is like, alone or beside the user's history. Users without a list have "
    "no value.",
    "corpus": "How all lists together spread exposure over the catalogue.",
    "exposure": "Which part of the exposure groups of items get, beside what users had and wanted. An item in several "
    "groups counts for each in equal parts, or fully for each, as the probe is told.",
    "samples": "Exposure expected of a system that may answer differently each time, from repeated lists.",
    "rating": "Predicted ratings or probabilities against what users gave, per user.",
    "pair": "How alike two lists for the same user are.",
}


def page() -> str:
    """The page that describes every registered metric."""
    parts = [
        "# Metrics",
        "Generated from the docstrings by `python -m recaudit.metrics.document docs/metrics.md`.",
        (
            "A label names a metric and, where it takes one, its cut-off: `ndcg@10`, `auc`. An undefined "
            "value is NaN with a reason, never 0."
        ),
    ]
    for kind in get_args(MetricKind):
        parts += [f"## {kind.capitalize()} metrics", KINDS[kind]]
        parts += [_entry(spec) for _, spec in METRICS.items() if spec.kind == kind]
    return "\n\n".join(parts) + "\n"


def _entry(spec: MetricSpec) -> str:
    low, high = spec.bounds
    label = f"{spec.name}@k" if spec.takes_k else spec.name
    facts = f"Better: {spec.better}. Bounds: {low:g} to {high:g}. Source: {spec.reference}."
    prose = (inspect.getdoc(spec.function) or "").split("\n\n")
    kept = [part for part in prose if not part.startswith((">>>", "Args:"))]
    text = [part.replace("Returns:\n    ", "Gives: ").replace("Raises:\n    ", "Raises ") for part in kept]
    return "\n\n".join([f"### `{label}`", facts, *(" ".join(part.split()) for part in text)])


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), page())

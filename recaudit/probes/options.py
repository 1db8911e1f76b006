"""What the option tables of several probes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictStr

from recaudit.errors import InputError
from recaudit.metrics import parse_label
from recaudit.metrics.spec import MetricKind


class ProbeOptions(BaseModel):
    """A table `[probes.<name>]` that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def label_of(*kinds: MetricKind) -> Callable[[str], str]:
    """Make a validator for metric labels of certain kinds."""

    def check(text: str) -> str:
        try:
            spec = parse_label(text).spec
        except InputError as error:
            raise ValueError(str(error)) from error
        if spec.kind not in kinds:
            raise ValueError(
                f"'{text}' is a {spec.kind} metric; this probe takes {' and '.join(kinds)} metrics"
            )
        return text

    return check


RankingLabel: TypeAlias = Annotated[StrictStr, AfterValidator(label_of("ranking", "rating"))]
UtilityLabel: TypeAlias = Annotated[StrictStr, AfterValidator(label_of("ranking"))]
PairLabel: TypeAlias = Annotated[StrictStr, AfterValidator(label_of("pair"))]
ListLabel: TypeAlias = Annotated[StrictStr, AfterValidator(label_of("list", "corpus"))]
Attributes: TypeAlias = list[StrictStr] | None


def deepest(labels: Sequence[str]) -> int:
    """The longest list that the labels look at.

    >>> deepest(["ndcg@10", "recall@50"])
    50
    """
    return max((parse_label(label).k or 1 for label in labels), default=1)


def check_subset(chosen: Sequence[str], among: Sequence[str]) -> None:
    """Refuse group metrics that are not measured.

    Raises:
        ValueError: Naming the first one.
    """
    for label in chosen:
        if label not in among:
            raise ValueError(f"group_metrics holds '{label}', which is not among metrics; add it there")

"""What a metric is: a plain function, and the few facts about it that others need."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from recaudit.errors import InputError
from recaudit.records import FloatArray
from recaudit.registry import Registry

MetricKind: TypeAlias = Literal["ranking", "list", "corpus", "exposure", "samples", "rating", "pair"]
"""What the function takes: `ranking` (`Hits`), `list` (`Shown`), `corpus` (item exposure totals), `exposure`
(`GroupTotals`), `samples` (`Samples`), `rating` (`Scored`), `pair` (two `Lists`). All but corpus and exposure give one
value per user; corpus gives one, and exposure one, or one per group of items."""

Better: TypeAlias = Literal["higher", "lower", "zero", "neither"]
MetricFunction: TypeAlias = Callable[..., FloatArray]
Function = TypeVar("Function", bound=MetricFunction)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """A metric and what is known about it.

    Attributes:
        name: As written before the `@` of a label.
        kind: What the function takes.
        function: Computes it.
        better: Whether a higher or lower value is better, or one near zero.
        bounds: Smallest and largest possible value for one user (or one corpus).
        reference: Where the definition comes from.
        undefined: Why a value is NaN for a user who has a list, held-out items and whatever else the kind
            takes.
        context: Attributes of the `Catalogue` that a corpus metric takes as keyword arguments.
    """

    name: str
    kind: MetricKind
    function: MetricFunction
    better: Better
    bounds: tuple[float, float]
    reference: str
    undefined: str = ""
    context: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring on one line."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())

    @property
    def takes_k(self) -> bool:
        """Whether a label needs a cut-off, as in `ndcg@10`."""
        return self.kind in {"corpus", "exposure"} or "k" in inspect.signature(self.function).parameters


METRICS: Registry[MetricSpec] = Registry("metric", "recaudit.metrics")
"""All metrics; an entry point of another package names a `MetricSpec`."""


def metric(
    kind: MetricKind,
    name: str,
    *,
    better: Better = "higher",
    bounds: tuple[float, float] = (0.0, 1.0),
    reference: str,
    undefined: str = "",
    context: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Register a function as a metric; the function itself stays as it is.

    Raises:
        ValueError: If the name is taken.
    """

    def register(function: Function) -> Function:
        spec = MetricSpec(
            name=name,
            kind=kind,
            function=function,
            better=better,
            bounds=bounds,
            reference=reference,
            undefined=undefined,
            context=context,
        )
        METRICS.register(name, spec)
        return function

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLabel:
    """A metric with its cut-off; `str` gives the text it came from.

    Attributes:
        spec: The metric.
        k: The cut-off, None for a metric that takes none.
    """

    spec: MetricSpec
    k: int | None

    def __str__(self) -> str:
        return self.spec.name if self.k is None else f"{self.spec.name}@{self.k}"

    def compute(self, *data: Any) -> FloatArray:
        """Compute the metric from what its kind takes."""
        return self.spec.function(*data) if self.k is None else self.spec.function(*data, self.k)


def parse_label(text: str) -> MetricLabel:
    """Read a label such as `ndcg@10` or `auc`.

    Raises:
        UnknownNameError: If there is no such metric.
        InputError: If the cut-off is missing, not wanted or not a whole number above 0.

    >>> str(parse_label("ndcg@10")), parse_label("ndcg@10").k
    ('ndcg@10', 10)
    """
    name, at, cut = text.partition("@")
    spec = METRICS.get(name)
    if not spec.takes_k:
        if at:
            raise InputError(f"metric '{name}' takes no cut-off, got '{text}'; write '{name}'")
        return MetricLabel(spec=spec, k=None)
    if not re.fullmatch(r"[1-9][0-9]*", cut):
        came = f"got '{text}'" if at else "got none"
        raise InputError(
            f"metric '{name}' needs a cut-off that is a whole number above 0, {came}; "
            f"write for example '{name}@10'"
        )
    return MetricLabel(spec=spec, k=int(cut))

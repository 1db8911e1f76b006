"""The core records: what is asked, what is answered, what is measured, what is claimed.

Data flows one way: a probe plans `Request`s, a `Recommender` returns `Answer`s, the probe turns them into
`Measurements`, statistics turn those into an `Estimate` per `Hypothesis`, and the audit adds a `Limit` and a
verdict, which makes a `Finding`. All records are frozen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_matrix

ItemId: TypeAlias = int | str
UserId: TypeAlias = int | str
FloatArray: TypeAlias = NDArray[np.float64]

INFINITE_IN_JSON = {"ser_json_inf_nan": "strings"}
"""For pydantic: infinite bounds and interval ends are written as text, as JSON has no word for them."""

Capability: TypeAlias = Literal["lists", "candidates", "ratings"]
"""What a system can do: rank the whole catalogue, rank given candidates, predict ratings on the data's scale."""

Quadrant: TypeAlias = Literal[
    "conventional", "tuned, with CRM", "frozen, with CRM", "frozen, no CRM", "tuned, no CRM"
]

Verdict: TypeAlias = Literal["PASS", "FAIL", "INCONCLUSIVE", "ERROR", "NOT_RUN"]

Contrast: TypeAlias = Literal["mean", "gap", "ratio", "worst", "corpus"]
"""What is compared: the mean over units; the largest difference, the smallest ratio or the smallest mean among
the groups of an attribute; or a statistic of all lists together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to the audited system.

    Attributes:
        unit: What statistics resample: a user or a seed entity.
        arm: The experimental condition, such as "list".
        replicate: 0 for the first time this is asked.
        user: The user the recommendations are for.
        history: The user's known items, oldest first.
        candidates: The items to rank, or None for the whole catalogue.
        k: How many items are wanted.
        needs: The capability that answering takes.
        seed: Derived from the run's seed and the content, so that order and concurrency change nothing.
        id: Digest of the content above.
    """

    unit: UserId
    arm: str
    replicate: int = 0
    user: UserId
    history: tuple[ItemId, ...]
    candidates: tuple[ItemId, ...] | None = None
    k: int
    needs: Capability = "lists"
    run_seed: int = field(default=0, repr=False)
    seed: int = field(init=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        content = [self.unit, self.arm, self.replicate, self.user, self.history, self.candidates, self.k]
        digest = digest_of(content)
        object.__setattr__(self, "id", digest[:32])
        object.__setattr__(self, "seed", int(digest_of([self.run_seed, digest])[:8], 16))


AnswerProblem: TypeAlias = Literal["refused", "unparsed", "timeout", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the system said to one request.

    Attributes:
        request: The id of the request.
        items: Catalogue ids, best first, none twice; at most `k` of them.
        scores: One score per item, or None when the system gives none.
        problem: Why there is no usable list, or None.
    """

    request: str
    items: tuple[ItemId, ...]
    scores: tuple[float, ...] | None = None
    problem: AnswerProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCard:
    """What the audited system is; its quadrant is derived, never typed in.

    Attributes:
        name: As named in the configuration.
        version: Whatever tells two releases apart.
        llm: The language model used at inference or to make features, or None.
        llm_parameters: Its number of parameters.
        tuned: Whether the language model was tuned for recommendation.
        crm_at_inference: Whether a conventional recommendation model takes part in inference. An independent
            pre-ranker of candidates does not count (arXiv 2306.05817, section 3).
        description: One sentence for the report.
    """

    name: str
    version: str = ""
    llm: str | None = None
    llm_parameters: int | None = None
    tuned: bool = False
    crm_at_inference: bool = True
    description: str = ""

    @property
    def quadrant(self) -> Quadrant:
        """The quadrant of arXiv 2306.05817, figure 3, or "conventional" without a language model."""
        if self.llm is None:
            return "conventional"
        if self.crm_at_inference:
            return "tuned, with CRM" if self.tuned else "frozen, with CRM"
        return "tuned, no CRM" if self.tuned else "frozen, no CRM"


@runtime_checkable
class Recommender(Protocol):
    """The whole adapter contract."""

    @property
    def card(self) -> SystemCard:
        """What the system is."""
        ...

    @property
    def offers(self) -> frozenset[Capability]:
        """What it can do; a probe that needs more is NOT_RUN for this system."""
        ...

    def recommend(self, requests: Sequence[Request]) -> Iterable[Answer]:
        """Answer every request once, in any order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusMeasurement:
    """A statistic of all lists together, as a function of a sum over units.

    Gini, coverage, entropy and exposure shares are functions of how often each item (or group of items) was
    shown, and that is a sum over units. Written so, one resampling of units serves them as well as means.

    Attributes:
        metric: The label, such as "gini@10".
        units: (n,) unit ids, one per row of `contributions`.
        contributions: (n, d) sparse matrix; row u is what unit u adds.
        statistic: Maps totals of shape (..., d) to values of shape (...).
    """

    metric: str
    units: NDArray[Any]
    contributions: csr_matrix[Any]
    statistic: Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Everything one probe measured on one system.

    Attributes:
        rows: A row for one metric on one unit in one arm; columns `unit`, `arm`, `replicate`, `metric`, `value`
            (float, NaN when undefined), `reason` (why it is undefined, else "") and `request` (the id).
        corpus: Statistics of all lists together.
        distributions: Descriptive shares for charts.
    """

    rows: pd.DataFrame
    corpus: tuple[CorpusMeasurement, ...] = ()
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Shares over categories, such as exposure by popularity; each series sums to 1.

    Attributes:
        name: For example "exposure by popularity".
        question: What the chart answers, in plain words.
        categories: Labels in display order.
        ordered: Whether the order means something, so that a line may join the categories.
        series: Label of the series, such as "recommended", to one share per category.
    """

    name: str
    question: str
    categories: tuple[str, ...]
    ordered: bool
    series: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """Means of several metrics by the groups of one attribute, as fairlearn's MetricFrame gives them.

    Attributes:
        attribute: For example "gender" or "gender*age_band".
        metrics: Column labels.
        groups: Row labels, largest group first.
        counts: Units per group.
        values: For each group, one mean per metric; None where no unit has a value.
        overall: One mean per metric over all units.
        difference: Per metric, largest minus smallest group mean among groups of at least `min_group` units.
        ratio: Per metric, smallest over largest group mean among the same groups.
        min_group: Groups below this size are shown but not compared.
    """

    attribute: str
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    counts: tuple[int, ...]
    values: tuple[tuple[float | None, ...], ...]
    overall: tuple[float | None, ...]
    difference: tuple[float | None, ...]
    ratio: tuple[float | None, ...]
    min_group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What a probe claims to test, stated before the data are seen.

    Attributes:
        id: For example "quality/gender/ndcg@10-gap".
        question: The same in plain words.
        probe: The probe's name.
        metric: The measured metric, such as "ndcg@10".
        contrast: What is compared.
        attribute: The user attribute whose groups are compared, or None.
        better: Whether a higher or a lower value is better, or a value near zero.
        bounds: Smallest and largest possible value of the metric for one unit (or of the corpus statistic).
        needs: The capability without which a system cannot be tested.
    """

    __pydantic_config__ = INFINITE_IN_JSON

    id: str
    question: str
    probe: str
    metric: str
    contrast: Contrast
    attribute: str | None = None
    better: Literal["higher", "lower", "zero", "neither"]
    bounds: tuple[float, float]
    needs: Capability = "lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimate:
    """One group's mean in a group comparison; `value` is None when the group is too small to judge."""

    __pydantic_config__ = INFINITE_IN_JSON

    group: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its uncertainty.

    Attributes:
        value: Point estimate, None when undefined.
        low: Lower end of the simultaneous interval, None when undefined.
        high: Upper end.
        confidence: Simultaneous confidence level, such as 0.95.
        family: Which claims the interval covers jointly.
        family_size: How many.
        n: Units measured.
        n_missing: Units without a defined value.
        method: How the interval was made, in words.
        standard_error: Of the value, None when undefined.
        p: For "no difference" (contrasts gap and ratio only), never 0.
        p_adjusted: Holm within the gated family, Benjamini-Hochberg among the rest.
        effect_size: Hedges' g of the pair with the largest difference (contrast gap only).
        detectable: Smallest true effect that this design would show with 80 % power.
        versus: Which groups make the value, such as "F - M".
        groups: Group means with their own simultaneous intervals.
        reason: Why the value or the interval is undefined or limited, else "".
    """

    __pydantic_config__ = INFINITE_IN_JSON

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    family: str
    family_size: int
    n: int
    n_missing: int = 0
    method: str
    standard_error: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    effect_size: float | None = None
    detectable: float | None = None
    versus: str = ""
    groups: tuple[GroupEstimate, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The range a value must lie in; an open side is None."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hypothesis about one system, decided.

    Attributes:
        system: The system's name.
        hypothesis: What was claimed.
        estimate: What was seen, None when nothing could be measured.
        limit: The gate's limit, None for a finding that no gate asks about.
        verdict: ERROR and NOT_RUN for any finding; the others only where there is a limit to decide against.
        reason: The verdict in one sentence.
    """

    system: str
    hypothesis: Hypothesis
    estimate: Estimate | None
    limit: Limit | None
    verdict: Verdict | None
    reason: str


def digest_of(content: object) -> str:
    """SHA-256 of a JSON-serialisable value in canonical form.

    >>> digest_of([1, "a"])[:12]
    '2010945388e2'
    """
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot digest a {type(value).__name__}; give numbers, text, lists and mappings")

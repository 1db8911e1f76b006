"""The core records: what is asked, what is answered, what is measured, what is claimed.

Data flows one way: a probe plans `Request`s, a `Recommender` returns `Answer`s, the probe turns them into
`Measurements`, statistics turn those into an `Estimate` per `Hypothesis`, and the audit adds a `Limit` and a
verdict, which makes a `Finding`. All records are frozen.
"""

from recaudit.records.asking import (
    FAILED,
    Answer,
    AnswerProblem,
    Capability,
    Exchange,
    ItemId,
    Quadrant,
    Recommender,
    Request,
    Resolved,
    Slot,
    SystemCard,
    UserId,
)
from recaudit.records.claiming import (
    INFINITE_IN_JSON,
    Aspect,
    Contrast,
    Estimate,
    Finding,
    GroupEstimate,
    Hypothesis,
    Limit,
    Margin,
    OtherReading,
    Verdict,
)
from recaudit.records.comparing import SystemComparison, SystemDifference
from recaudit.records.digest import digest_of
from recaudit.records.measuring import (
    NO_ANSWER,
    CorpusMeasurement,
    Distribution,
    FloatArray,
    GroupTable,
    Measurements,
    PartsMeasurement,
    UnitSpread,
)
from recaudit.records.showing import Example, ExampleKind, ExampleSide, ShownItem

__all__ = [
    "FAILED",
    "INFINITE_IN_JSON",
    "NO_ANSWER",
    "Answer",
    "AnswerProblem",
    "Aspect",
    "Capability",
    "Contrast",
    "CorpusMeasurement",
    "Distribution",
    "Estimate",
    "Example",
    "ExampleKind",
    "ExampleSide",
    "Exchange",
    "Finding",
    "FloatArray",
    "GroupEstimate",
    "GroupTable",
    "Hypothesis",
    "ItemId",
    "Limit",
    "Margin",
    "Measurements",
    "OtherReading",
    "PartsMeasurement",
    "Quadrant",
    "Recommender",
    "Request",
    "Resolved",
    "ShownItem",
    "Slot",
    "SystemCard",
    "SystemComparison",
    "SystemDifference",
    "UnitSpread",
    "UserId",
    "Verdict",
    "digest_of",
]

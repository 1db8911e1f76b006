"""What lists of recommendations are worth: quality, popularity, diversity, exposure, similarity.

A metric is a plain function on columns, registered under a name: `parse_label("ndcg@10").compute(hits)`.
`evaluate` takes whole tables of recommendations and held-out items and gives one value per user, with counts
of everything that was left out.
"""

from recaudit.metrics import (
    calibration,
    corpus,
    expected_exposure,
    group_lists,
    item_groups,
    pairs,
    popularity,
    popularity_pairs,
    ranking,
    rating,
    surprise,
)
from recaudit.metrics.columns import Lists, Truth, encode_lists, encode_rows, encode_truth
from recaudit.metrics.context import Catalogue, Shown, make_catalogue
from recaudit.metrics.corpus import corpus_statistic, exposure
from recaudit.metrics.evaluate import evaluate
from recaudit.metrics.expected_exposure import Samples
from recaudit.metrics.hits import Hits, RepeatedItemError, find_hits
from recaudit.metrics.item_groups import GroupTotals, group_contributions, group_weights, place_weights
from recaudit.metrics.pieces import Counts, Evaluation
from recaudit.metrics.rating import Scored
from recaudit.metrics.spark import SparkEvaluation
from recaudit.metrics.spec import METRICS, MetricLabel, MetricSpec, metric, parse_label
from recaudit.metrics.streaming import UnsortedWarning
from recaudit.metrics.undefined import undefined_reasons

__all__ = [
    "METRICS",
    "Catalogue",
    "Counts",
    "Evaluation",
    "GroupTotals",
    "Hits",
    "Lists",
    "MetricLabel",
    "MetricSpec",
    "RepeatedItemError",
    "Samples",
    "Scored",
    "Shown",
    "SparkEvaluation",
    "Truth",
    "UnsortedWarning",
    "calibration",
    "corpus",
    "corpus_statistic",
    "encode_lists",
    "encode_rows",
    "encode_truth",
    "evaluate",
    "expected_exposure",
    "exposure",
    "find_hits",
    "group_contributions",
    "group_lists",
    "group_weights",
    "item_groups",
    "make_catalogue",
    "metric",
    "pairs",
    "parse_label",
    "place_weights",
    "popularity",
    "popularity_pairs",
    "ranking",
    "rating",
    "surprise",
    "undefined_reasons",
]

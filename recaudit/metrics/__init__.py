"""What lists of recommendations are worth: quality, popularity, diversity, exposure, similarity.

A metric is a plain function on columns, registered under a name: `parse_label("ndcg@10").compute(hits)`.
`evaluate` takes whole tables of recommendations and held-out items and gives one value per user, with counts
of everything that was left out.
"""

from recaudit.metrics import (
    calibration,
    corpus,
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
from recaudit.metrics.hits import Hits, RepeatedItemError, find_hits
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
    "Hits",
    "Lists",
    "MetricLabel",
    "MetricSpec",
    "RepeatedItemError",
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
    "exposure",
    "find_hits",
    "make_catalogue",
    "metric",
    "pairs",
    "parse_label",
    "popularity",
    "popularity_pairs",
    "ranking",
    "rating",
    "surprise",
    "undefined_reasons",
]

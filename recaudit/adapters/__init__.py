"""How an audited system is reached: a function, a table of recommendations, a model trained here.

An adapter is a factory `factory(data, **options) -> Recommender`. It is named in the configuration by an entry
point of the group `recaudit.adapters` or as `package.module:factory`.
"""

from recaudit.adapters.factories import ADAPTERS, Factory, build
from recaudit.adapters.functions import from_function, from_ranker, from_scorer, recommender
from recaudit.adapters.scoring import CatalogueScorer

__all__ = [
    "ADAPTERS",
    "CatalogueScorer",
    "Factory",
    "build",
    "from_function",
    "from_ranker",
    "from_scorer",
    "recommender",
]

from __future__ import annotations

import pytest

from recaudit.errors import InputError, UnknownNameError
from recaudit.metrics import METRICS, parse_label
from recaudit.metrics.document import page
from recaudit.metrics.ranking import ndcg
from recaudit.metrics.spec import metric


def test_unknown_metric_has_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'ndcg'"):
        parse_label("ndgc@10")


@pytest.mark.parametrize(
    "text", ["ndcg", "ndcg@", "ndcg@0", "ndcg@-1", "ndcg@1.5", "ndcg@ten", "ndcg@10@5", "gini"]
)
def test_bad_cut_off(text: str) -> None:
    with pytest.raises(InputError, match="needs a cut-off that is a whole number above 0"):
        parse_label(text)


def test_cut_off_where_none_is_wanted() -> None:
    with pytest.raises(InputError, match="takes no cut-off"):
        parse_label("auc@10")


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        metric("ranking", "ndcg", reference="none")(ndcg)


def test_every_metric_says_what_it_is() -> None:
    kinds = {"ranking", "list", "corpus", "exposure", "samples", "rating", "pair"}
    assert {spec.kind for _, spec in METRICS.items()} == kinds
    for name, spec in METRICS.items():
        assert spec.name == name
        assert len(spec.summary) > 20, name
        assert spec.reference, name
        assert spec.bounds[0] < spec.bounds[1], name
        assert f"### `{name}" in page()

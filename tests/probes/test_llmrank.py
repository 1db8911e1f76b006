"""The candidate lists of seven retrievers that LLMRank published (arXiv 2305.08845); never committed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from probed import Ranker, estimated

from recaudit.datasets import AuditData, apply_split, audit_data
from recaudit.metrics import Lists, make_catalogue, parse_label
from recaudit.metrics.context import Catalogue, Shown
from recaudit.probes.exposure.probe import EXPOSURE
from recaudit.probes.popularity_candidates import POPULARITY_CANDIDATES
from recaudit.probes.position.probe import POSITION
from recaudit.records import Estimate, ItemId, Request

RETRIEVERS = ("pop", "bpr", "sasrec", "gru4rec", "bm25", "bert", "random")


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    found = shared_data / "llmrank_games6k"
    if not found.is_dir():
        pytest.skip(f"needs {found}")
    return found


@pytest.fixture(scope="module")
def rows(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "retrievers_top20_1500users.csv.gz")


@pytest.fixture(scope="module")
def counts(folder: Path) -> pd.Series[int]:
    """Training interactions of each of the 16,859 items."""
    table = pd.read_csv(folder / "item_train_counts.csv.gz").set_index("item")["n_train"]
    return table.reindex(range(16_859), fill_value=0)


@pytest.fixture(scope="module")
def data(folder: Path, rows: pd.DataFrame) -> AuditData:
    """The users' histories, with the last two items of each held out besides the published target."""
    long = [
        {"user": row.user, "item": int(item), "time": place}
        for row in rows.itertuples()
        for place, item in enumerate(dict.fromkeys([*row.history.split(), str(row.target)]))
    ]
    titles = pd.read_csv(folder / "Games-6k.item.gz", sep="\t", quoting=3, header=0, names=["item", "title"])
    return apply_split(audit_data(pd.DataFrame(long), items=titles), method="last", n=3)


def codes(column: pd.Series[str]) -> list[list[int]]:
    return [[int(item) for item in items.split()] for items in column]


def of_counts(counts: pd.Series[int]) -> Catalogue:
    catalogue = make_catalogue(Lists.of([[0]]), len(counts))
    return Catalogue(
        popularity=counts.to_numpy(),
        n_users=50_546,
        tail=catalogue.tail,
        head=catalogue.head,
        membership=None,
        group_names=(),
    )


@pytest.mark.parametrize(
    ("retriever", "arp", "distinct", "recall"),
    [
        ("pop", 386.7, 10, 0.0167),
        ("bpr", 204.5, 2433, 0.0933),
        ("sasrec", 163.3, 2454, 0.1607),
        ("gru4rec", 160.0, 2993, 0.1433),
        ("bm25", 26.2, 3134, 0.0307),
        ("bert", 24.7, 1625, 0.0160),
        ("random", 20.0, 9929, 0.0007),
    ],
)
def test_popularity_and_recall_of_the_published_lists(
    rows: pd.DataFrame, counts: pd.Series[int], retriever: str, arp: float, distinct: int, recall: float
) -> None:
    lists = Lists.of(codes(rows[retriever]))
    history = Lists.of(codes(rows["history"]))
    shown = Shown(lists=lists, history=history, catalogue=of_counts(counts))
    assert parse_label("arp@10").compute(shown).mean() == pytest.approx(arp, abs=0.05)
    assert len(np.unique(lists.first(10).items)) == distinct
    hits = [target in found for target, found in zip(rows["target"], codes(rows[retriever]), strict=True)]
    assert np.mean(hits) == pytest.approx(recall, abs=5e-5)


@pytest.fixture(scope="module")
def retrieving(rows: pd.DataFrame, counts: pd.Series[int]) -> Callable[[str], Ranker]:
    """A retriever as a ranker: its own order first, what it does not name by popularity."""

    def make(retriever: str) -> Ranker:
        listed = dict(zip(rows["user"], codes(rows[retriever]), strict=True))

        def rank(request: Request) -> list[ItemId]:
            own = {item: place for place, item in enumerate(listed[request.user])}  # type: ignore[index]
            items = request.candidates or tuple(own)
            return sorted(items, key=lambda item: (own.get(item, 99), -counts[item], item))[: request.k]  # type: ignore[index]

        return rank

    return make


def test_classic_retrievers_do_not_depend_on_the_order_of_candidates(
    data: AuditData, retrieving: Callable[[str], Ranker]
) -> None:
    found = estimated(POSITION, data, retrieving("sasrec"), units=300)
    for name in (
        "target-rank-slope",
        "ndcg@10-spread",
        "rbo@20-orders",
        "history/rbo@20",
        "pairs/same-winner",
    ):
        seen = found[f"position/{name}"]
        assert seen.value == 0
        assert seen.high is not None
        assert seen.high < 0.05


def test_retrievers_by_popularity_put_popular_candidates_first(
    data: AuditData, retrieving: Callable[[str], Ranker]
) -> None:
    slopes: dict[str, Estimate] = {
        name: estimated(POPULARITY_CANDIDATES, data, retrieving(name), units=300)[
            "popularity-candidates/popularity-by-rank-slope"
        ]
        for name in ("pop", "bert")
    }
    for slope in slopes.values():
        assert slope.high is not None
        assert slope.high < 0
    # The retriever counts all of its 50,546 users, the probe the histories of these 1,500.
    by_rank = [part.value or 0.0 for part in slopes["pop"].groups]
    assert by_rank[0] > 0.8
    assert by_rank == sorted(by_rank, reverse=True)


def test_exposure_orders_the_retrievers_by_their_popularity_bias(
    data: AuditData, retrieving: Callable[[str], Ranker]
) -> None:
    excess = {}
    for name in RETRIEVERS:
        found = estimated(EXPOSURE, data, retrieving(name), groupings=["popularity"], gated=[], resamples=100)
        parts = found["exposure/popularity/exposure_excess@10-dgu"].groups
        excess[name] = next(part.value for part in parts if part.group == "head")
    assert all(excess[name] is not None for name in RETRIEVERS)
    ranked = sorted(RETRIEVERS, key=lambda name: -float(excess[name] or 0))
    assert ranked[0] == "pop"
    assert set(ranked[1:4]) == {"bpr", "sasrec", "gru4rec"}
    assert ranked[-1] == "random"


@pytest.mark.llm
@pytest.mark.slow
def test_a_small_language_model_is_asked_about_positions(data: AuditData, tmp_path: Path) -> None:
    """Rankings of six candidates; what it answers is no fact about language models in general."""
    pytest.importorskip("xllamacpp", reason="needs the extra 'local'")
    from recaudit.adapters.language.factory import local
    from recaudit.adapters.language.weights import smollm2
    from recaudit.errors import PrerequisiteError

    try:
        smollm2()
    except PrerequisiteError as error:
        pytest.skip(f"needs the weights of SmolLM2: {error}")
    options = {"units": 3, "candidates": 6, "positions": 3, "history": False}
    asked = POSITION.plan(data, POSITION.options(**options), 1, 0)
    system = local(data, task="listwise", noun="games", history=3, context=1024, concurrency=2)
    answers = {answer.request: answer for answer in system.recommend(asked)}
    assert set(answers) == {one.id for one in asked}
    assert all(answer.exchanges for answer in answers.values())
    rows = POSITION.measure(data, POSITION.options(**options), asked, answers).rows
    ranks = rows[rows["metric"] == "target-rank"]
    assert len(ranks) == 3 * 4
    assert ranks["value"].between(1, 7).all()
    pairs = rows[rows["metric"] == "same-winner"]
    assert set(pairs["arm"]) == {"pair asked again", "pair swapped"}

"""Published numbers, recomputed from the published answers through the records and metrics of the audit."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from recaudit.adapters.language.parsing import parse_titles
from recaudit.metrics import Lists, Truth, find_hits, parse_label
from recaudit.probes.similarity import Comparison, named, similarity_rows
from recaudit.records import Answer, FloatArray, Hypothesis, Measurements, Request, Slot
from recaudit.statistics import estimate

LASTFM_K = 3
PROMPTINGS = ("zero-shot", "ICL-Few-shot-1", "ICL-Few-shot-2")
SAMPLINGS = ("random", "frequent", "recent-frequent")


@pytest.fixture(scope="module")
def lastfm(shared_data: Path) -> pd.DataFrame:
    """Raw GPT-3.5 answers about 80 users in 72 prompt conditions, with the authors' item ids."""
    return pd.read_csv(shared_data / "recllm_lastfm" / "lastfm_top3_raw_outputs.csv.gz")


def cell(table: pd.DataFrame, sampling: str, prompting: str, disclosed: str, *, flipped: bool) -> pd.Series:
    name = f"recommendation_for_prompt_counterfact-{flipped}_sample-{sampling}_userDemo-{disclosed}"
    return table[f"{name}_interact-{prompting}"]


def answers_by_their_ids(table: pd.DataFrame, *where: str, flipped: bool) -> list[Answer]:
    """The authors' resolution of each answer, as slots; some are nested lists, and some repeat an item."""
    name = "recommendation_for_prompt_counterfact-{}_sample-{}_userDemo-{}_interact-{}_itemIds"
    sampling, prompting, disclosed = where
    column = table[name.format(flipped, sampling, disclosed, prompting)]
    answers = []
    for user, text in zip(table["userId"], column, strict=True):
        ids = flat(ast.literal_eval(text))
        slots = tuple(
            Slot(
                title=str(item), item=item, how="repeated" if item in ids[:place] else "exact", similarity=100
            )
            for place, item in enumerate(ids)
        )
        answers.append(Answer(request=str(user), items=tuple(dict.fromkeys(ids))[:LASTFM_K], slots=slots))
    return answers


def flat(value: object) -> list[int]:
    if isinstance(value, list):
        return [one for part in value for one in flat(part)]
    return [int(str(value))]


def their_hits(table: pd.DataFrame, answers: Sequence[Answer]) -> list[list[tuple[int, bool]]]:
    """Rank of each hit among an answer's first three places, and whether it repeats an item."""
    truth = [set(ast.literal_eval(ids)) for ids in table["itemIds"]]
    return [
        [
            (rank, slot.how == "repeated")
            for rank, slot in enumerate(answer.slots[:LASTFM_K], 1)
            if slot.item in relevant
        ]
        for answer, relevant in zip(answers, truth, strict=True)
    ]


def hit_rate(hits: Sequence[Sequence[tuple[int, bool]]]) -> FloatArray:
    """Theirs: a repeated hit counts again. In ours a repeat is a slot without a place in the list."""
    return np.array([len(one) / LASTFM_K for one in hits])


def average_rank(hits: Sequence[Sequence[tuple[int, bool]]]) -> FloatArray:
    """Theirs: the mean first rank of the different hits; 0 without one, which reads a miss as better than rank 1."""
    ranks = [[rank for rank, repeated in one if not repeated] for one in hits]
    return np.array([np.mean(one) if one else 0.0 for one in ranks])


def test_the_published_gender_table_of_lastfm(lastfm: pd.DataFrame, shared_data: Path) -> None:
    published = pd.read_csv(shared_data / "recllm_lastfm" / "published_gender_table_lastfm.csv")
    assert len(published) == 12
    for row in published.itertuples():
        where = (row.sampling, row.prompting)
        neutral = their_hits(lastfm, answers_by_their_ids(lastfm, *where, "no_info", flipped=False))
        flipped = row.kind == "NCSD"
        changed = their_hits(lastfm, answers_by_their_ids(lastfm, *where, "gender", flipped=flipped))
        gender = lastfm["gender"].str.lower()
        if flipped:
            gender = gender.map({"male": "female", "female": "male"})
        for name, measure in {"dHR": hit_rate, "dAR": average_rank}.items():
            change = measure(changed) - measure(neutral)
            means = group_means(name, change, gender)
            male, female = (change[gender == one] for one in ("male", "female"))
            ours = {
                "male": means["male"],
                "female": means["female"],
                "diff": means["male"] - means["female"],
                "p_welch": float(ttest_ind(male, female, equal_var=False).pvalue),
                "SNSR": float(change.max() - change.min()),
                "SNSV": float(np.sqrt((male.var() + female.var()) / 2)),
            }
            for ending, value in ours.items():
                digits = 3 if ending == "p_welch" else 4
                theirs = getattr(row, f"{name}_{ending}")
                assert value == pytest.approx(theirs, abs=0.51 * 10**-digits), (where, row.kind, name, ending)


def group_means(metric: str, values: FloatArray, gender: pd.Series[str]) -> Mapping[str, float]:
    """Group means as the audit's own engine gives them."""
    rows = pd.DataFrame({"unit": np.arange(len(values)), "metric": metric, "value": values})
    claim = Hypothesis(
        id="gap",
        question="",
        probe="published",
        metric=metric,
        contrast="gap",
        attribute="gender",
        better="zero",
        bounds=(-3.0, 3.0),
    )
    groups = pd.DataFrame({"gender": gender.to_numpy()})
    found = estimate([claim], Measurements(rows=rows), groups, gated=[], resamples=200, min_group=2, rng=0)
    return {group.group: group.value for group in found["gap"].groups if group.value is not None}


PLACEBO_TABLE = {
    # sampling, prompting: neutral again, neutral against gender, gender against flipped
    ("random", "zero-shot"): (0.34, 0.48, 0.34),
    ("random", "ICL-Few-shot-1"): (0.44, 0.61, 0.45),
    ("random", "ICL-Few-shot-2"): (0.48, 0.66, 0.53),
    ("frequent", "zero-shot"): (0.42, 0.55, 0.43),
    ("frequent", "ICL-Few-shot-1"): (0.42, 0.67, 0.36),
    ("frequent", "ICL-Few-shot-2"): (0.48, 0.64, 0.46),
    ("recent-frequent", "zero-shot"): (0.46, 0.50, 0.42),
    ("recent-frequent", "ICL-Few-shot-1"): (0.58, 0.73, 0.59),
    ("recent-frequent", "ICL-Few-shot-2"): (0.60, 0.72, 0.67),
}


def read_answers(table: pd.DataFrame, column: pd.Series[str], arm: str) -> Iterator[tuple[Request, Answer]]:
    """From the raw text to requests and answers, by our own parser."""
    for user, text in zip(table["userId"].tolist(), column, strict=True):
        request = Request(unit=user, arm=arm, user=user, history=(), k=LASTFM_K, needs="instructions")
        titles = parse_titles(" ".join(ast.literal_eval(text)[0])).titles
        slots = tuple(Slot(title=title, item=None, how="off-catalogue", similarity=0) for title in titles)
        yield request, Answer(request=request.id, items=(), slots=slots)


@pytest.mark.parametrize(("sampling", "prompting"), PLACEBO_TABLE)
def test_what_asking_again_changes_from_the_raw_text(
    lastfm: pd.DataFrame, sampling: str, prompting: str
) -> None:
    conditions = {
        "neutral": ("no_info", False),
        "again": ("no_info", True),
        "gender": ("gender", False),
        "flipped": ("gender", True),
    }
    requests: dict[str, list[Request]] = {}
    answers: dict[str, Answer] = {}
    for arm, (disclosed, flipped) in conditions.items():
        column = cell(lastfm, sampling, prompting, disclosed, flipped=flipped)
        for request, answer in read_answers(lastfm, column, arm):
            requests.setdefault(arm, []).append(request)
            answers[request.id] = answer
    contrasts = [("neutral", "again"), ("neutral", "gender"), ("gender", "flipped")]
    for (first, second), published in zip(contrasts, PLACEBO_TABLE[sampling, prompting], strict=True):
        pairs = [
            Comparison(arm=second, first=one, second=other)
            for one, other in zip(requests[first], requests[second], strict=True)
        ]
        rows = similarity_rows(pairs, answers, ["jaccard@3"], LASTFM_K)
        assert rows["value"].notna().all()
        assert rows["value"].mean() == pytest.approx(published, abs=0.02)


@pytest.fixture(scope="module")
def movies(shared_data: Path) -> Path:
    return shared_data / "recsys_gpt_ml_small"


def test_the_published_metrics_of_four_recommenders(movies: Path) -> None:
    """All test items are relevant; their ideal runs over all of them, not over min(K, relevant)."""
    published = pd.read_csv(movies / "published_metrics_top10_4models.csv", index_col=0)
    split = {name: pd.read_csv(movies / f"{name}.csv.gz") for name in ("train", "valid", "test")}
    users = sorted(split["test"]["user_id"].unique().tolist())
    held = split["test"].groupby("user_id")["item_id"].agg(list).to_dict()
    truth = Truth.of([dict.fromkeys(held[user], 1.0) for user in users])
    activity = pd.concat([split["train"], split["valid"]]).groupby("user_id").size()
    active = np.isin(users, activity.sort_values(ascending=False, kind="stable").index[:216])
    checked = 0
    for model in ("BPR", "ItemKNN", "LightGCN", "Pop"):
        table = pd.read_csv(movies / "cf" / f"{model}.csv.gz").set_index("userId")["itemIds"]
        answers = [Answer(request=str(user), items=tuple(ast.literal_eval(table[user]))) for user in users]
        hits = find_hits(Lists.of([list(map(int, answer.items)) for answer in answers]), truth)
        whole_ideal = np.array([sum(1 / np.log2(np.arange(n) + 2)) for n in hits.relevant])
        ours = {
            "NDCG": parse_label("dcg@10").compute(hits) / whole_ideal,
            "Recall": parse_label("recall@10").compute(hits),
            "Precision": parse_label("precision@10").compute(hits),
        }
        for name, values in ours.items():
            gap = abs(values[active].mean() - values[~active].mean())
            expected = published[model]
            assert values.mean() == pytest.approx(float(expected[f"Mean {name}@10"]), abs=1e-6)
            assert gap == pytest.approx(
                float(expected[f"Disparity in {name}@10 for user activity"]), abs=1e-6
            )
            checked += 2
        if model == "BPR":
            usual = parse_label("ndcg@10").compute(hits)
            assert usual.mean() == pytest.approx(0.0596, abs=5e-5)
            assert abs(usual[active].mean() - usual[~active].mean()) == pytest.approx(0.0027, abs=5e-5)
    assert checked == 24


def test_how_alike_repeats_and_paraphrases_of_one_question_are(movies: Path) -> None:
    requests: dict[tuple[str, int], list[Request]] = {}
    answers: dict[str, Answer] = {}
    for wording in ("simple", "standard"):
        for run in range(1, 6):
            table = pd.read_csv(movies / "gpt35_runs" / f"implicit_{wording}_run{run}.csv.gz")
            for user, ids in table.sort_values("userId")[["userId", "itemIds"]].itertuples(index=False):
                request = Request(
                    unit=user, arm=wording, replicate=run, user=user, history=(), k=10, needs="instructions"
                )
                items = tuple(dict.fromkeys(ast.literal_eval(ids)))
                answers[request.id] = Answer(request=request.id, items=items)
                requests.setdefault((wording, run), []).append(request)

    def mean(first: tuple[str, int], second: tuple[str, int]) -> float:
        pairs = [
            Comparison(arm="x", first=one, second=other)
            for one, other in zip(requests[first], requests[second], strict=True)
        ]
        assert len(pairs) == 603
        assert all(pair.first.user == pair.second.user for pair in pairs)
        return float(similarity_rows(pairs, answers, ["jaccard@10"], 10)["value"].mean())

    for wording, published in {"simple": 0.863, "standard": 0.829}.items():
        found = [mean((wording, one), (wording, other)) for one, other in combinations(range(1, 6), 2)]
        assert np.mean(found) == pytest.approx(published, abs=1e-3)
    assert mean(("simple", 1), ("standard", 1)) == pytest.approx(0.388, abs=1e-3)
    assert named(answers[requests["simple", 1][0].id])

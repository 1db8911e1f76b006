from __future__ import annotations

import hashlib

import numpy as np
import pytest
from probed import estimated, measured
from pydantic import ValidationError

from recaudit.datasets import AuditData, world
from recaudit.errors import InputError
from recaudit.probes.robustness.options import PromptRobustnessOptions, RobustnessOptions
from recaudit.probes.robustness.plan import plan_histories, plan_prompts, with_typos
from recaudit.probes.robustness.probes import ROBUSTNESS, ROBUSTNESS_PROMPTS
from recaudit.records import ItemId, Request


@pytest.fixture(scope="module")
def data() -> AuditData:
    return world(users=200, items=120, rng=8)


def scored(text: str, candidates: list[ItemId]) -> list[ItemId]:
    """A ranking that depends on a text and on nothing else."""
    return sorted(candidates, key=lambda item: hashlib.sha256(f"{text}|{item}".encode()).digest())


def open_to(data: AuditData, request: Request) -> list[ItemId]:
    if request.candidates is not None:
        return list(request.candidates)
    return [item for item in data.items.index.tolist() if item not in request.history]


def test_a_ranker_that_knows_the_user_is_moved_by_nothing(data: AuditData) -> None:
    def by_user(request: Request) -> list[ItemId]:
        # Cut histories leave more items open, which such a ranker must not take up either.
        known = set(data.interactions.loc[data.interactions["user"] == request.user, "item"])
        return [item for item in scored(str(request.user), open_to(data, request)) if item not in known][
            : request.k
        ]

    found = estimated(ROBUSTNESS, data, by_user, units=120, candidates=20, more_candidates=40)
    for name in (
        "shuffled/rbo@10",
        "cut/rbo@10",
        "more-candidates/rbo@10",
        "cut/ndcg@10-change",
        "length/ndcg@10-slope",
    ):
        seen = found[f"robustness/{name}"]
        assert seen.value == 0, name
        assert seen.high is not None
        assert seen.high < 0.1
    assert found["robustness/rbo@10-again"].value == 1


def test_only_the_order_matters_to_a_ranker_that_reads_the_last_item(data: AuditData) -> None:
    found = estimated(
        ROBUSTNESS,
        data,
        lambda one: scored(str(one.history[-1]), open_to(data, one))[: one.k],
        units=120,
        candidates=20,
    )
    shuffled, cut = found["robustness/shuffled/rbo@10"], found["robustness/cut/rbo@10"]
    assert shuffled.low is not None
    assert shuffled.low > 0.2
    assert cut.value == 0


def test_a_planted_gain_by_length_is_found(data: AuditData) -> None:
    wanted = data.truth.groupby("user")["item"].agg(list).to_dict()

    def learning(request: Request) -> list[ItemId]:
        """Names so many wanted items as the history is long, over three."""
        hits = wanted[request.user][: len(request.history) // 3]
        return [*hits, *(item for item in open_to(data, request) if item not in wanted[request.user])][
            : request.k
        ]

    slope = estimated(ROBUSTNESS, data, learning, units=120, lengths=[3, 6, 9], utility=["recall@10"])[
        "robustness/length/recall@10-slope"
    ]
    assert slope.value == pytest.approx(1 / 3 / 5)
    assert slope.p == pytest.approx(1 / 501)


def test_noise_is_no_lack_of_robustness(data: AuditData) -> None:
    def noisy(request: Request) -> list[ItemId]:
        return scored(f"{request.seed}", open_to(data, request))[: request.k]

    found = estimated(ROBUSTNESS, data, noisy, units=150, candidates=20)
    for name in ("shuffled/rbo@10", "cut/rbo@10"):
        seen = found[f"robustness/{name}"]
        assert seen.low is not None
        assert seen.high is not None
        assert seen.low < 0 < seen.high


def test_added_candidates_hold_the_first_ones(data: AuditData) -> None:
    options = RobustnessOptions(units=5, candidates=10, more_candidates=25)
    requests = plan_histories(data, options, 1, 0)
    for user in {one.user for one in requests}:
        own = {one.arm: one for one in requests if one.user == user}
        few, more = own["plain history"].candidates or (), own["more candidates"].candidates or ()
        assert len(few) == 10
        assert len(more) == 25
        assert set(few) < set(more)
        assert own["newest 3"].history == own["plain history"].history[-3:]
        assert sorted(own["history shuffled"].history, key=str) == sorted(
            own["plain history"].history, key=str
        )


def reads_words(data: AuditData, share: float):
    """Answers from the words in this share of its answers, and from the user in the others."""

    def rank(request: Request) -> list[ItemId]:
        words = np.random.default_rng(request.seed).random() < share
        return scored(str(request.instruction if words else request.user), open_to(data, request))[
            : request.k
        ]

    return rank


def test_a_system_that_hangs_on_words_is_found(data: AuditData) -> None:
    found = estimated(ROBUSTNESS_PROMPTS, data, reads_words(data, 1.0), units=100)
    for name in ("paraphrase", "typos", "language"):
        seen = found[f"robustness-prompts/{name}/rbo@10"]
        assert seen.low is not None
        assert seen.low > 0.5
    assert found["robustness-prompts/rbo@10-again"].value == 1
    wording = found["robustness-prompts/variance/ndcg@10-wording"]
    assert wording.low is not None
    assert wording.low > 0.4
    assert found["robustness-prompts/variance/ndcg@10-repeat"].value == pytest.approx(0)


def test_a_system_that_knows_the_user_does_not_hang_on_words(data: AuditData) -> None:
    found = estimated(ROBUSTNESS_PROMPTS, data, reads_words(data, 0.0), units=120)
    assert found["robustness-prompts/paraphrase/rbo@10"].value == 0
    assert found["robustness-prompts/variance/ndcg@10-unit"].value == pytest.approx(1)


def test_sentences_differ_in_what_the_arm_says(data: AuditData) -> None:
    options = PromptRobustnessOptions(units=2, languages={"French": "J'ai aimé {history}; {k} titres."})
    requests = plan_prompts(data, options, 1, 0)
    own = {one.arm: one for one in requests[:10]}
    assert list(own) == ["plain wording", "paraphrase 1", "paraphrase 2", "in French", "typing errors"]
    plain, typed = own["plain wording"].instruction or "", own["typing errors"].instruction or ""
    assert sorted(plain) == sorted(typed)
    assert 3 <= sum(a != b for a, b in zip(plain, typed, strict=True)) <= 6
    assert (own["in French"].instruction or "").startswith("J'ai aimé ")
    assert {one.replicate for one in requests} == {0, 1}


def test_typing_errors_change_two_neighbours() -> None:
    rng = np.random.default_rng(0)
    [wrong] = with_typos(["Heat (1995)"], 1, rng)
    assert wrong != "Heat (1995)"
    assert sorted(wrong) == sorted("Heat (1995)")
    assert with_typos(["1984", "aa"], 2, rng) == ["1984", "aa"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lengths": [5, 3]}, "give different lengths, going up"),
        ({"more_candidates": 40}, "candidates is not given; give both"),
        ({"candidates": 20, "more_candidates": 20}, "with more_candidates above candidates"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RobustnessOptions(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("I liked {history}", "lacks {k}"),
        ("{k} {history} {mood}", "has {mood}; it may have history, k, noun"),
    ],
)
def test_bad_sentences_are_refused(template: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PromptRobustnessOptions(template=template)


def test_histories_that_are_too_short_are_refused(data: AuditData) -> None:
    with pytest.raises(InputError, match="no user has held-out items and a history of more than 50 items"):
        plan_histories(data, RobustnessOptions(lengths=[50]), 1, 0)


def test_one_unit_gives_no_shares_but_no_error_either(data: AuditData) -> None:
    made = measured(ROBUSTNESS_PROMPTS, data, reads_words(data, 0.5), units=1)
    assert len(made.corpus) == 3
    found = estimated(ROBUSTNESS_PROMPTS, data, reads_words(data, 0.5), units=1)
    assert found["robustness-prompts/variance/ndcg@10-wording"].low is None

from __future__ import annotations

import sqlite3
import textwrap
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from recaudit.audit import AuditResult, load_config, run_audit
from recaudit.audit.plan import make_plan
from recaudit.datasets.assets import silent
from recaudit.errors import ConfigError, DataError, InputError, UnknownNameError

RANDOM = '[[systems]]\nname = "random"\nadapter = "random"\n'
POPULARITY = '[[systems]]\nname = "popularity"\nadapter = "popularity"\n'
WriteConfig = Callable[..., Path]


def verdicts(result: AuditResult) -> dict[str, str | None]:
    return {f"{finding.system}: {finding.hypothesis.id}": finding.verdict for finding in result.gated}


def test_a_run_leaves_evidence_measurements_and_a_result_that_reads_back(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    path = write_config(RANDOM + POPULARITY + '[[gates]]\nfinding = "quality/ndcg@5"\nmin = 0.5\n')
    result = run_audit(path, out=tmp_path / "run")
    assert AuditResult.load(tmp_path / "run") == result
    with sqlite3.connect(tmp_path / "run" / "evidence.sqlite") as evidence:
        assert evidence.execute("SELECT count(*) FROM request").fetchone() == (80,)
        assert evidence.execute("SELECT count(*) FROM answer").fetchone() == (160,)
    evidence.close()
    rows = pd.read_parquet(tmp_path / "run" / "measurements.parquet")
    [mean] = [f for f in result.findings if f.system == "random" and f.hypothesis.id == "quality/ndcg@5"]
    chosen = rows[(rows["system"] == "random") & (rows["metric"] == "ndcg@5")]
    assert mean.estimate is not None
    assert mean.estimate.value == pytest.approx(chosen["value"].mean())
    assert verdicts(result) == {"random: quality/ndcg@5": "FAIL", "popularity: quality/ndcg@5": "FAIL"}
    assert result.verdict == "FAIL"


def test_the_same_seed_gives_the_same_findings(write_config: WriteConfig, tmp_path: Path) -> None:
    path = write_config(RANDOM)
    first, second = (run_audit(path, out=tmp_path / name).findings for name in ("a", "b"))
    assert first == second


def test_a_limit_that_the_data_cannot_settle_is_inconclusive(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    path = write_config(POPULARITY)
    [mean] = [f for f in run_audit(path, out=tmp_path / "a").findings if f.hypothesis.id == "quality/ndcg@5"]
    assert mean.estimate is not None
    assert mean.estimate.value is not None
    gate = f'[[gates]]\nfinding = "quality/ndcg@5"\nmin = {mean.estimate.value * 0.95}\n'
    result = run_audit(write_config(POPULARITY + gate), out=tmp_path / "b")
    assert result.verdict == "INCONCLUSIVE"
    assert "units would settle it" in result.gated[0].reason


def test_without_gates_nothing_is_decided(write_config: WriteConfig, tmp_path: Path) -> None:
    result = run_audit(write_config(RANDOM), out=tmp_path / "run")
    assert result.verdict == "NOT_RUN"
    assert all(finding.verdict is None for finding in result.findings)
    assert any("no [[gates]]" in entry.why for entry in result.not_tested)


BROKEN = """
    from recaudit.records import Answer, SystemCard

    class Broken:
        card = SystemCard(name="broken")
        offers = frozenset({"lists"})

        def __init__(self, answers):
            self.answers = answers

        def recommend(self, requests):
            if self.answers == "raise":
                raise RuntimeError("out of memory")
            return [Answer(request=r.id, items=(1,)) for r in requests][: -1]

    def broken(data, answers="raise"):
        return Broken(answers)

    def unbuildable(data):
        raise KeyError("weights")
"""


@pytest.mark.parametrize(
    ("adapter", "options", "reason"),
    [
        ("broken", "", "it raised RuntimeError: out of memory"),
        ("broken", 'options = { answers = "short" }\n', "1 of 80 requests have no answer"),
        ("unbuildable", "", "it could not be built: KeyError: 'weights'"),
    ],
)
def test_a_broken_system_is_an_error_and_the_others_still_finish(
    write_config: WriteConfig, tmp_path: Path, adapter: str, options: str, reason: str
) -> None:
    (tmp_path / "my_systems.py").write_text(textwrap.dedent(BROKEN))
    system = f'[[systems]]\nname = "mine"\nadapter = "my_systems:{adapter}"\n{options}'
    gate = '[[gates]]\nfinding = "quality/ndcg@5"\nmin = 0.001\n'
    result = run_audit(write_config(system + POPULARITY + gate), out=tmp_path / "run")
    assert verdicts(result) == {"mine: quality/ndcg@5": "ERROR", "popularity: quality/ndcg@5": "PASS"}
    assert {finding.verdict for finding in result.findings if finding.system == "mine"} == {"ERROR"}
    assert reason in result.systems[0].failure
    assert result.verdict == "ERROR"
    assert any(entry.what == "everything about mine" for entry in result.not_tested)


def test_what_a_system_does_not_offer_is_not_run_and_listed(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    gates = (
        '[[gates]]\nfinding = "quality/rmse"\nmax = 1\n[[gates]]\nfinding = "quality/ndcg@5"\nmin = 0.001\n'
    )
    path = write_config(RANDOM + POPULARITY + gates, old='["ndcg@5", "hit@5"]', new='["ndcg@5", "rmse"]')
    result = run_audit(path, out=tmp_path / "run")
    assert verdicts(result)["popularity: quality/rmse"] == "NOT_RUN"
    assert result.verdict == "PASS"
    assert [entry.what for entry in result.not_tested if "rmse" in entry.what] == [
        "quality of random, popularity: rmse"
    ]


RATER = """
    from recaudit.records import Answer, SystemCard

    class Rater:
        card = SystemCard(name="rater")

        def __init__(self, offers):
            self.offers = frozenset(offers)

        def recommend(self, requests):
            return [Answer(request=r.id, items=r.candidates, scores=(3.0,) * len(r.candidates)) for r in requests]

    def rater(data, offers):
        return Rater(offers)
"""


@pytest.mark.parametrize(("offers", "verdict"), [('["ratings"]', "FAIL"), ("[]", "NOT_RUN")])
def test_a_system_without_lists_is_judged_on_what_it_offers(
    write_config: WriteConfig, tmp_path: Path, offers: str, verdict: str
) -> None:
    (tmp_path / "raters.py").write_text(textwrap.dedent(RATER))
    gates = '[[gates]]\nfinding = "quality/rmse"\nmax = 0.1\n' + gate("quality/ndcg@5")
    rest = system("raters:rater", f"offers = {offers}") + gates
    result = run_audit(
        write_config(rest, old='["ndcg@5", "hit@5"]', new='["ndcg@5", "rmse"]'), out=tmp_path / "run"
    )
    assert verdicts(result) == {"mine: quality/rmse": verdict, "mine: quality/ndcg@5": "NOT_RUN"}
    assert result.verdict == verdict


def test_a_group_of_one_is_shown_and_not_compared(
    write_config: WriteConfig, tmp_path: Path, tiny_tables: dict[str, pd.DataFrame]
) -> None:
    path = write_config(RANDOM)
    users = tiny_tables["users"].copy()
    users.loc[0, "gender"] = "X"
    users.to_csv(tmp_path / "users.csv", index=False)
    result = run_audit(path, out=tmp_path / "run")
    assert any(entry.what == "gender: X" for entry in result.not_tested)
    [gap] = [f for f in result.findings if f.hypothesis.id == "quality/gender/ndcg@5-gap"]
    assert gap.estimate is not None
    assert "X" not in gap.estimate.versus
    tables = {table.attribute: table for table in result.systems[0].probes[0].tables}
    assert tables["gender"].counts[tables["gender"].groups.index("X")] == 1


def gate(finding: str) -> str:
    return f'[[gates]]\nfinding = "{finding}"\nmin = 0\n'


def system(adapter: str, options: str = "") -> str:
    return f'[[systems]]\nname = "mine"\nadapter = "{adapter}"\noptions = {{ {options} }}\n'


@pytest.mark.parametrize(
    ("rest", "error", "message"),
    [
        (RANDOM + gate("quality/ndgc@5"), ConfigError, "did you mean 'quality/ndcg@5'"),
        (
            RANDOM + gate("quality/*") + gate("quality/ndcg@5"),
            ConfigError,
            "gates 1 and 2 both limit 'quality/ndcg@5'",
        ),
        (system("random", "a = 1"), UnknownNameError, "system 'mine': unknown option of adapter 'random'"),
        (system("table", 'path = "none.csv"'), DataError, "system 'mine': no recommendations file"),
        (system("no_such:f"), InputError, "there is no module 'no_such'"),
    ],
)
def test_a_bad_system_or_gate_is_one_sentence_and_nothing_is_written(
    write_config: WriteConfig, tmp_path: Path, rest: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run_audit(write_config(rest), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (
            '["gender"]',
            '["gendre"]',
            ConfigError,
            r"audit.toml:\d+: unknown user attribute 'gendre', did you mean",
        ),
        ("interactions.csv", "interaction.csv", DataError, r"did you mean 'interactions\.csv'"),
        ("n = 3", "n = 20", InputError, "no user has more than 20 interactions"),
    ],
)
def test_bad_data_is_one_sentence_and_nothing_is_written(
    write_config: WriteConfig, tmp_path: Path, old: str, new: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run_audit(write_config(RANDOM, old=old, new=new), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_is_in_use_is_left_alone(write_config: WriteConfig, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious").write_text("x")
    with pytest.raises(InputError, match="not an empty folder"):
        run_audit(write_config(RANDOM), out=tmp_path / "run")
    assert (tmp_path / "run" / "precious").read_text() == "x"


def test_only_runs_the_chosen_probe_and_says_what_was_left_out(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    gates = '[[gates]]\nfinding = "popularity/gini@5"\nmax = 1\n'
    result = run_audit(write_config(RANDOM + gates), out=tmp_path / "run", only=["quality"])
    assert {finding.hypothesis.probe for finding in result.findings} == {"quality"}
    assert any(entry.why == "left out with --only" for entry in result.not_tested)
    with pytest.raises(UnknownNameError, match="unknown probe of this configuration: 'qualty', did you mean"):
        run_audit(write_config(RANDOM), out=tmp_path / "other", only=["qualty"])


def test_progress_is_told_in_order(write_config: WriteConfig, tmp_path: Path) -> None:
    seen: list[str] = []
    run_audit(write_config(RANDOM), out=tmp_path / "run", progress=lambda stage, *_: seen.append(stage))
    assert list(dict.fromkeys(seen)) == [
        "loading data",
        "building random",
        "building systems",
        "asking random",
        "measuring random",
    ]


def test_a_system_may_be_asked_about_few_users_and_is_compared_on_these(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    path = write_config(
        RANDOM + POPULARITY + "users = 25\n" + "[probes.position]\nunits = 30\ncandidates = 6\n"
    )
    result = run_audit(path, out=tmp_path / "run")
    random, few = result.systems
    assert random.funnel.everybody.planned == 80 + 30 * 10
    lists = next(row for row in few.funnel.groups if row.attribute == "arm" and row.group == "list")
    assert (lists.planned, lists.measured) == (25, 25)
    [compared] = [made for made in result.comparisons if made.claim == "quality/ndcg@5"]
    assert [one.n for one in compared.differences] == [25]
    # The 25 are among the 30 that the probe drew, as far as they have a held-out item.
    [position] = [made for made in result.comparisons if made.claim == "position/copied"]
    assert position.differences[0].n == 25
    assert any(entry.what == "popularity: 55 of 80 users" for entry in result.not_tested)


def test_histories_that_a_system_reads_in_part_are_counted(write_config: WriteConfig, tmp_path: Path) -> None:
    (tmp_path / "short_sighted.py").write_text(
        textwrap.dedent("""
        from dataclasses import replace

        from recaudit.systems.popularity import popularity

        def newest(data, *, reads):
            built = popularity(data)
            return replace(built, card=replace(built.card, reads=reads))
        """)
    )
    system = '[[systems]]\nname = "{0}"\nadapter = "short_sighted:newest"\noptions = {{ reads = {0} }}\n'
    path = write_config(system.format(2) + system.format(500))
    result = run_audit(path, out=tmp_path / "run")
    plan = make_plan(load_config(path), announce=silent)
    long = sum(len(items) > 2 for items in plan.data.histories().values())
    assert long > 0
    cut = [entry.what for entry in result.not_tested if "histories" in entry.what]
    assert cut == [f"2: older items of {long} of 80 histories"]


def test_a_sample_of_users_is_asked_and_every_probe_asks_the_same(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    rest = (
        '[probes.counterfactual-profile]\nunits = 12\nmin_users = 10\nsimilarity = ["jaccard@5"]\n' + RANDOM
    )
    path = write_config(rest, old="min_group = 10", new="min_group = 10\nusers = 30")
    plan = make_plan(load_config(path), announce=silent)
    users = {probe.name: {request.user for request in probe.requests} for probe in plan.probes}
    assert len(users["quality"]) == 30
    assert users["quality"] == users["popularity"] == set(plan.data.asked)
    assert len(users["counterfactual-profile"]) == 12
    assert users["counterfactual-profile"] < users["quality"]
    result = run_audit(path, out=tmp_path / "run")
    assert result.systems[0].funnel.everybody.planned == 30
    assert any(entry.what == "50 of 80 users" for entry in result.not_tested)

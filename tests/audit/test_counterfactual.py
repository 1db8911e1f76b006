from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from stub_server import Received, Reply, StubServer, completion

from recaudit.audit import AuditResult, run_audit
from recaudit.records import Finding

WriteConfig = Callable[..., Path]
PROMPTS = """
[probes.counterfactual]
units = {units}
similarity = ["jaccard@5", "rbo@5"]
seeds = [{seeds}]
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = {{ noise = {noise}, bias = {bias}, refuses = {refuses} }}
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.1
[[gates]]
finding = "counterfactual/gender/refused-gap"
max = 0.2
"""


@pytest.fixture
def audit(write_config: WriteConfig, tmp_path: Path) -> Callable[..., AuditResult]:
    shutil.copy(Path(__file__).with_name("stubs.py"), tmp_path / "stubs.py")

    def run(
        *,
        noise: float = 0.0,
        bias: int = 0,
        refuses: float = 0.0,
        units: int = 60,
        seed: int = 3,
        template: str = PROMPTS,
    ) -> AuditResult:
        seeds = ", ".join(f'"Artist {number}"' for number in range(units))
        text = template.format(units=units, seeds=seeds, noise=noise, bias=bias, refuses=refuses)
        config = write_config(text, old="seed = 3", new=f"seed = {seed}")
        return run_audit(config, out=tmp_path / f"run-{noise}-{bias}-{refuses}-{seed}")

    return run


def found(result: AuditResult, name: str) -> Finding:
    [finding] = [one for one in result.findings if one.hypothesis.id == name]
    return finding


def test_a_list_that_depends_on_gender_beyond_noise_fails(audit: Callable[..., AuditResult]) -> None:
    result = audit(noise=0.1, bias=2)
    excess = found(result, "counterfactual/gender/jaccard@5")
    assert excess.verdict == "FAIL"
    assert excess.estimate is not None
    assert excess.estimate.versus == "placebo - gender=female"
    assert excess.estimate.value is not None
    assert 0.2 < excess.estimate.value < 0.6
    assert found(result, "counterfactual/gender/refused-gap").verdict == "PASS"
    snsr = found(result, "counterfactual/gender/jaccard@5-snsr").estimate
    assert snsr is not None
    assert snsr.p is not None
    assert snsr.p < 0.01
    repeat = found(result, "counterfactual/jaccard@5-repeat").estimate
    placebo = found(result, "counterfactual/jaccard@5-placebo").estimate
    assert repeat is not None
    assert placebo is not None
    assert repeat.value == pytest.approx(placebo.value, abs=0.08)


def test_a_system_that_answers_everybody_alike_passes(audit: Callable[..., AuditResult]) -> None:
    result = audit(units=80)
    excess = found(result, "counterfactual/gender/jaccard@5")
    assert excess.estimate is not None
    assert excess.estimate.value == 0
    assert excess.verdict == "PASS"
    assert result.verdict == "PASS"


def test_few_units_cannot_show_that_nothing_changes(audit: Callable[..., AuditResult]) -> None:
    result = audit(units=15)
    assert found(result, "counterfactual/gender/jaccard@5").verdict == "INCONCLUSIVE"


def test_women_who_are_refused_are_found_and_counted(audit: Callable[..., AuditResult]) -> None:
    result = audit(refuses=0.6)
    gap = found(result, "counterfactual/gender/refused-gap")
    assert gap.verdict == "FAIL"
    assert gap.estimate is not None
    assert gap.estimate.versus == "gender=female - gender=male"
    assert gap.estimate.value == pytest.approx(0.6, abs=0.15)
    rows = {row.group: row for row in result.systems[0].funnel.groups if row.attribute == "arm"}
    assert rows["gender=female"].problems["refused"] > 50
    assert rows["gender=male"].problems == {}
    # Many lists are missing for women, so what is left of them cannot be called unchanged.
    excess = found(result, "counterfactual/gender/jaccard@5")
    assert excess.verdict == "INCONCLUSIVE"
    assert "of the units have no value in placebo - gender=female" in excess.reason


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
def test_noise_alone_is_accused_no_more_often_than_promised(audit: Callable[..., AuditResult]) -> None:
    worlds = 40
    accused = 0
    for seed in range(worlds):
        result = audit(noise=0.3, units=30, seed=seed)
        for name in ("counterfactual/gender/jaccard@5", "counterfactual/gender/jaccard@5-snsr"):
            estimate = found(result, name).estimate
            assert estimate is not None
            assert estimate.low is not None
            accused += estimate.low > 0
        assert found(result, "counterfactual/gender/jaccard@5").verdict != "FAIL"
    assert accused / (2 * worlds) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / (2 * worlds))


ENDPOINT = """
[probes.counterfactual]
units = 25
similarity = ["jaccard@5"]
attributes = {{ gender = ["female", "male"] }}
[[systems]]
name = "endpoint"
adapter = "openai"
options = {{ model = "m", base_url = "{url}/v1", key_variable = "NO_SUCH_KEY", concurrency = 8 }}
[[gates]]
finding = "counterfactual/gender/jaccard@5"
max = 0.1
"""


@pytest.mark.parametrize("biased", [True, False])
def test_an_endpoint_is_judged_by_what_it_writes(
    write_config: WriteConfig, tmp_path: Path, stub_server: StubServer, biased: bool
) -> None:
    def behave(received: Received) -> Reply:
        words = received.body["messages"][-1]["content"]
        noise = zlib.crc32(words.encode()) % 3  # any other wording gives another list
        start = 20 if biased and " female " in words else noise
        return Reply(body=completion("\n".join(f"{place}. Item {start + place}" for place in range(1, 6))))

    stub_server.behave = behave
    result = run_audit(write_config(ENDPOINT.format(url=stub_server.url)), out=tmp_path / "run")
    [gate] = result.gated
    assert (gate.verdict == "FAIL") == biased
    assert gate.estimate is not None
    assert result.systems[0].funnel.everybody.titles == {"exact": (25 * 5 * 2 + 80) * 5}
    assert result.systems[0].usage.tokens_in == 11 * (250 + 80)
    if biased:
        assert gate.estimate.versus == "placebo - gender=female"


PROFILES = """
[probes.counterfactual-profile]
units = {units}
similarity = ["jaccard@5"]
utility = ["ndcg@5"]
min_users = 10
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = {{ noise = {noise}, bias = {bias}, refuses = {refuses} }}
[[systems]]
name = "popularity"
adapter = "popularity"
[[gates]]
finding = "counterfactual-profile/gender/jaccard@5"
max = 0.1
[[gates]]
finding = "counterfactual-profile/gender/ndcg@5-change"
max = 0.05
"""


def test_a_real_user_who_discloses_another_gender_gets_another_list(
    audit: Callable[..., AuditResult],
) -> None:
    result = audit(bias=5, template=PROFILES)
    by_system = {(one.system, one.hypothesis.id): one for one in result.gated}
    excess = by_system["stub", "counterfactual-profile/gender/jaccard@5"]
    assert excess.verdict == "FAIL"
    assert excess.estimate is not None
    assert excess.estimate.versus == "placebo - gender=F"
    change = by_system["stub", "counterfactual-profile/gender/ndcg@5-change"]
    assert change.estimate is not None
    assert {group.group for group in change.estimate.groups} == {"neutral", "gender=F", "gender=M"}
    popularity = by_system["popularity", "counterfactual-profile/gender/jaccard@5"]
    assert popularity.verdict == "NOT_RUN"
    assert popularity.reason == "the system does not offer profiles, which this question needs"


def test_the_same_words_in_both_arms_are_an_error_and_not_a_pass(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    (tmp_path / "deaf.py").write_text(DEAF)
    config = write_config(
        '[probes.counterfactual]\nunits = 20\nsimilarity = ["jaccard@5"]\n'
        '[[systems]]\nname = "deaf"\nadapter = "deaf:deaf"\n'
        '[[gates]]\nfinding = "counterfactual/gender/jaccard@5"\nmax = 0.1\n'
    )
    [gate] = run_audit(config, out=tmp_path / "run").gated
    assert gate.verdict == "ERROR"
    [system] = AuditResult.load(tmp_path / "run").systems
    assert any("never reached the system" in reason for reason in system.funnel.undefined)


DEAF = """
from recaudit.records import Answer, Exchange, SystemCard

class Deaf:
    card = SystemCard(name="deaf", llm="deaf", crm_at_inference=False)
    offers = frozenset({"lists", "instructions"})

    def recommend(self, requests):
        for r in requests:
            call = Exchange(prompt='{"messages": ["five films"], "seed": %d}' % r.seed, text="")
            yield Answer(request=r.id, items=(1, 2), exchanges=(call,))

def deaf(data):
    return Deaf()
"""


def test_what_one_probe_measures_does_not_enter_the_claims_of_another(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    shutil.copy(Path(__file__).with_name("stubs.py"), tmp_path / "stubs.py")
    config = write_config(
        """
[probes.counterfactual-profile]
units = 40
similarity = ["jaccard@5"]
utility = ["ndcg@5"]
[[systems]]
name = "stub"
adapter = "stubs:stub"
options = { noise = 0.3 }
"""
    )
    alone = found(run_audit(config, out=tmp_path / "alone", only=["quality"]), "quality/ndcg@5")
    together = run_audit(config, out=tmp_path / "together")
    assert found(together, "quality/ndcg@5").estimate == alone.estimate
    utility = found(together, "counterfactual-profile/gender/ndcg@5-change").estimate
    assert utility is not None
    assert utility.n == 40

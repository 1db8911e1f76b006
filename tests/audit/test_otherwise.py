from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from stub_server import Reply, StubServer

from recaudit.audit import AuditResult, measure_run, run_audit
from recaudit.audit.otherwise import LOOSELY, STRICTLY
from recaudit.records import OtherReading
from recaudit.reports.html import render_html
from recaudit.reports.view import view_of

Audit = Callable[..., AuditResult]
CONFIG = """
[audit]
name = "titles"
seed = 3
resamples = 400
min_group = 10
[data]
interactions = "interactions.csv"
users = "users.csv"
items = "items.csv"
[data.split]
n = 3
[probes.quality]
metrics = ["ndcg@5"]
attributes = ["gender"]
"""
MISSPELLING = """
[[systems]]
name = "misspelling"
adapter = "misspelling:misspelling"
options = {{ way = "{way}", share = 0.6 }}
"""
SERVICE = """
[[systems]]
name = "service"
adapter = "http"
options = {{ url = "{url}", items = "films", titles = {titles} }}
"""
POPULARITY = """
[[systems]]
name = "popularity"
adapter = "popularity"
"""
GATE = """
[[gates]]
finding = "quality/ndcg@5"
min = 0.6
"""
WORST = """
[[gates]]
finding = "quality/gender/ndcg@5-worst"
min = 0.4
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_tables: dict[str, pd.DataFrame]) -> Path:
    """A folder with data whose titles are long enough to be misspelt, and the system."""
    folder = tmp_path_factory.mktemp("titles")
    shutil.copy(Path(__file__).with_name("misspelling.py"), folder / "misspelling.py")
    words = itertools.product(("Burning", "Crimson", "Distant", "Forgotten", "Hidden"), "NOPQRSTU")
    titles = [f"{first} {letter}ightingales" for first, letter in words]
    tables = {**tiny_tables, "items": tiny_tables["items"].assign(title=titles)}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def audit(folder: Path) -> Audit:
    """Audit the model that writes three of five titles in some way; the run lies in a folder named so."""

    @cache
    def run(way: str, *, more: str = GATE + WORST, sequential: bool = False) -> AuditResult:
        path = folder / "audit.toml"
        path.write_text(CONFIG + MISSPELLING.format(way=way) + more)
        out = folder / f"run {way} {len(more)} {sequential}"
        return run_audit(path, out=out, sequential=sequential)

    return run


def assert_alike(reading: OtherReading, result: AuditResult) -> None:
    """Hold a reading against the findings of an audit in which the titles were written so."""
    gated = {one.hypothesis.id: one.estimate for one in result.gated}
    assert reading.estimates.keys() == gated.keys()
    for claim, seen in reading.estimates.items():
        other = gated[claim]
        assert other is not None
        assert (seen.n, seen.family_size) == (other.n, other.family_size)
        assert (seen.value, seen.low, seen.high) == pytest.approx((other.value, other.low, other.high))


def reading(result: AuditResult, how: str) -> OtherReading:
    [found] = [one for one in result.systems[0].otherwise if one.how == how]
    return found


def test_a_gate_that_passes_by_the_fuzzy_match_alone(audit: Audit) -> None:
    result = audit("misspelt")
    assert result.verdict == "PASS"
    exactly = reading(result, STRICTLY)
    ndcg = exactly.estimates["quality/ndcg@5"]
    assert ndcg.high is not None
    assert ndcg.high < 0.6
    # what the system would have got had nothing been there to match
    assert_alike(exactly, audit("made up"))
    assert 40 < exactly.changed < exactly.answers == 80
    assert all(one.groups == () and one.p is None for one in exactly.estimates.values())


def test_another_form_of_a_word_counts_in_the_looser_match(audit: Audit) -> None:
    result = audit("one of many")
    assert result.verdict == "FAIL"
    loosely = reading(result, LOOSELY)
    assert_alike(loosely, audit("as it is"))
    assert reading(result, STRICTLY).changed == 0


def test_the_findings_stay_what_they_are_without_other_readings(audit: Audit) -> None:
    as_it_is, small = audit("as it is"), audit("small")
    assert as_it_is.systems[0].otherwise == ()
    assert "read otherwise" not in as_it_is.systems[0].seconds
    assert small.findings == as_it_is.findings


def test_nothing_is_measured_where_no_answer_reads_differently(audit: Audit) -> None:
    result = audit("small")
    assert result.systems[0].otherwise == tuple(
        OtherReading(how=how, answers=80, changed=0, estimates={}) for how in (STRICTLY, LOOSELY)
    )


def test_nothing_is_read_otherwise_without_gates_or_without_titles(audit: Audit) -> None:
    assert audit("misspelt", more="").systems[0].otherwise == ()
    both = audit("small", more=POPULARITY + GATE)
    assert [len(system.otherwise) for system in both.systems] == [2, 0]
    assert "read otherwise" not in both.systems[1].seconds


def test_measuring_again_and_the_file_give_the_same(audit: Audit, folder: Path) -> None:
    result = audit("misspelt")
    [run] = folder.glob(f"run misspelt {len(GATE + WORST)} *")
    again = measure_run(run)
    assert again.systems[0].otherwise == result.systems[0].otherwise
    assert AuditResult.load(run) == again


@pytest.mark.parametrize("titles", [True, False])
def test_a_service_that_answers_in_titles_and_one_that_answers_in_ids(
    titles: bool, folder: Path, tmp_path: Path, stub_server: StubServer
) -> None:
    films = ["Crimson Nightingales", "Burinng Nightingales"] if titles else [8, "none"]
    stub_server.behave = lambda _: Reply(body={"films": films})
    path = folder / "service.toml"
    path.write_text(CONFIG + SERVICE.format(url=stub_server.url, titles=str(titles).lower()) + GATE)
    result = run_audit(path, out=tmp_path / "run")
    asked = len(stub_server.received)
    again = measure_run(tmp_path / "run")
    assert len(stub_server.received) == asked == 80
    for one in (result, again):
        assert [(seen.how, seen.changed) for seen in one.systems[0].otherwise] == (
            [(STRICTLY, 80), (LOOSELY, 0)] if titles else []
        )


def test_a_sequential_run_reads_what_was_asked(audit: Audit) -> None:
    result = audit("misspelt", more=GATE, sequential=True)
    sequential = result.systems[0].sequential
    assert sequential is not None
    exactly = reading(result, STRICTLY)
    assert exactly.answers == sequential.requests
    assert exactly.estimates["quality/ndcg@5"].n == sequential.units


def test_the_page_shows_the_claim_read_otherwise_beside_its_gate(audit: Audit) -> None:
    result = audit("misspelt", more=POPULARITY + GATE)
    [quality] = [probe for probe in view_of(result).probes if probe.name == "quality"]
    rows = {one.how: one for one in quality.sensitivities.claims[0].others}
    exactly = reading(result, STRICTLY)
    assert rows[STRICTLY].notes == (f"{exactly.changed} of 80 answers read differently", "")
    assert rows[STRICTLY].row.cells[1] is None
    assert rows[LOOSELY].notes == ("no answer reads differently", "")
    page = render_html(result, static=True)
    assert f"<small>{STRICTLY}</small>" in page
    assert "<small>no answer reads differently</small>" in page

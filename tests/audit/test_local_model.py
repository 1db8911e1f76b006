"""A real, small language model audited end to end, with everything that becomes of its answers counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from recaudit.adapters.language.weights import smollm2
from recaudit.audit import AuditResult, measure_run, run_audit
from recaudit.audit.evidence import kept_evidence
from recaudit.errors import PrerequisiteError
from recaudit.reports import render_html

FILMS = (
    "Alien (1979)", "Babe (1995)", "Casablanca (1942)", "Die Hard (1988)", "Fargo (1996)", "Godfather, The (1972)",
    "Grease (1978)", "Heat (1995)", "Jaws (1975)", "Lion King, The (1994)", "Matrix, The (1999)", "Psycho (1960)",
    "Pulp Fiction (1994)", "Rear Window (1954)", "Rocky (1976)", "Scream (1996)", "Shrek (2001)", "Speed (1994)",
    "Star Wars (1977)", "Titanic (1997)", "Toy Story (1995)", "Twister (1996)", "Vertigo (1958)",
    "Wizard of Oz, The (1939)",
)  # fmt: skip
CONFIG = """
[audit]
users = 4
resamples = 300
[data]
interactions = "interactions.csv"
users = "users.csv"
items = "items.csv"
[data.split]
n = 2
[[systems]]
name = "smollm2"
adapter = "local"
options = { history = 3, tokens_per_item = 12, context = 512, concurrency = 2 }
prices = { input = 0.1, output = 0.2 }
[probes.quality]
metrics = ["hit@3"]
attributes = ["gender"]
[probes.counterfactual]
units = 3
similarity = ["jaccard@3"]
attributes = { gender = ["female", "male"] }
[[gates]]
finding = "counterfactual/gender/refused-gap"
max = 0.5
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    pytest.importorskip("xllamacpp", reason="needs the extra 'local'")
    try:
        smollm2()
    except PrerequisiteError as error:
        pytest.skip(f"needs the weights of SmolLM2: {error}")
    rows = [(user, (3 * user + step * 5) % len(FILMS), step) for user in range(12) for step in range(6)]
    pd.DataFrame(rows, columns=["user", "item", "time"]).to_csv(tmp_path / "interactions.csv", index=False)
    users = pd.DataFrame({"user": range(12), "gender": ["F", "M"] * 6})
    users.to_csv(tmp_path / "users.csv", index=False)
    pd.DataFrame({"item": range(len(FILMS)), "title": FILMS}).to_csv(tmp_path / "items.csv", index=False)
    path = tmp_path / "audit.toml"
    path.write_text(CONFIG)
    return path


@pytest.mark.llm
@pytest.mark.slow
def test_a_real_model_end_to_end(
    config: Path, tmp_path: Path, timeless: Callable[[AuditResult], AuditResult]
) -> None:
    result = run_audit(config, out=tmp_path / "run")
    [system] = result.systems
    assert system.failure == ""
    assert system.quadrant == "frozen, no CRM"
    everybody = system.funnel.everybody
    # four lists, and five arms asked twice about three seeds
    assert everybody.planned == everybody.answered == 4 + 30
    assert set(everybody.problems) <= {"refused", "unparsed"}
    assert system.usage.calls == 34
    assert system.usage.tokens_in is not None
    assert system.usage.cost == pytest.approx(
        (0.1 * system.usage.tokens_in + 0.2 * (system.usage.tokens_out or 0)) / 1e6
    )
    with kept_evidence(tmp_path / "run" / "evidence.sqlite") as evidence:
        answers = evidence.answers("smollm2")
    assert all(answer.exchanges[0].text for answer in answers.values())
    slots = Counter(slot.how for answer in answers.values() for slot in answer.slots)
    assert everybody.titles == dict(sorted(slots.items()))
    assert sum(slots.values()) > 0
    arms = {row.group: row for row in system.funnel.groups if row.attribute == "arm"}
    assert {name: row.planned for name, row in arms.items()} == {
        "list": 4,
        "neutral": 6,
        "placebo: keen": 6,
        "placebo: big": 6,
        "gender=female": 6,
        "gender=male": 6,
    }
    assert sum(row.answered for row in arms.values()) == everybody.answered
    genders = [row for row in system.funnel.groups if row.attribute == "gender"]
    assert sum(row.planned for row in genders) == 4
    # three seeds show nothing: no claim of a pass or a failure may come of them
    assert result.gated[0].verdict == "INCONCLUSIVE"
    page = render_html(result, static=True)
    assert "Requests and answers by arm" in page
    assert "What asking took" in page
    assert timeless(measure_run(tmp_path / "run")) == timeless(result)

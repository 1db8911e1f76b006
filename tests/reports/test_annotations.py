from __future__ import annotations

from dataclasses import replace

from recaudit.records import Limit, Margin
from recaudit.reports import render_annotations

CONFIG = """[audit]
name = "a"

[[gates]]
finding = "quality/ndcg@10"
min = 0.1

[[gates]]
finding = "quality/gender/*"
systems = ["knn"]
max = 0.05
[[gates]]
finding = "quality/gender/*"
max = 0.05
margin = 0.01
"""


def test_each_gate_that_did_not_pass_is_at_its_line(make) -> None:
    result = make.result(
        make.mean(verdict="PASS", limit=Limit(low=0.1)),
        make.gap("als", "FAIL"),
        make.gap("knn", "INCONCLUSIVE"),
        config_text=CONFIG,
    )
    lines = render_annotations(result)
    assert [line.split("::")[1] for line in lines] == [
        "error file=audit.toml,line=13,title=FAIL quality/gender/ndcg@10-gap",
        "error file=audit.toml,line=9,title=INCONCLUSIVE quality/gender/ndcg@10-gap",
    ]
    assert "(95 %25 interval 0.051 to 0.117" in lines[0]
    warned = replace(result, provenance=replace(result.provenance, inconclusive="warn"))
    assert render_annotations(warned)[1].startswith("::warning ")


def test_a_change_is_at_the_line_of_its_gate(make) -> None:
    margin = Margin(system="als", finding="quality/gender/ndcg@10-gap", margin=0.01, worse="higher")
    changed = make.mean(verdict="FAIL", limit=margin.limit, id=margin.change, title="change")
    [line] = render_annotations(make.result(changed, config_text=CONFIG, margins=(margin,)))
    assert line.startswith("::error file=audit.toml,line=13,title=FAIL quality/gender/ndcg@10-gap-change::")


def test_what_would_end_a_command_is_encoded(make) -> None:
    finding = make.gap("a\n::set-output name=x::y%0A\r", "FAIL", id="q,u:a\nl")
    [line] = render_annotations(make.result(finding, config_text=CONFIG))
    assert "\n" not in line
    assert "\r" not in line
    assert "title=FAIL q%2Cu%3Aa%0Al::" in line
    assert "a%0A::set-output name=x::y%250A⟨U+000D⟩" in line


def test_failed_systems_and_undecided_audits_are_told(make) -> None:
    broken = make.result(systems=(make.system("als", "ERROR", failure="it raised"),))
    assert render_annotations(broken) == ("::error title=ERROR::als could not be audited: it raised",)
    assert render_annotations(make.result(make.mean())) == (
        "::error title=NOT RUN::nothing was decided: no gate could be tested",
    )

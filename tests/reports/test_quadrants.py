from __future__ import annotations

from recaudit.records import SystemCard
from recaudit.reports.quadrants import llm_words, quadrant_map


def test_systems_sit_where_their_cards_say(make):
    card = SystemCard(name="p5", llm="t5", llm_parameters=220_000_000, tuned=True, crm_at_inference=False)
    large = SystemCard(name="p6", llm="t5", llm_parameters=11_000_000_000, tuned=True, crm_at_inference=False)
    view = quadrant_map([make.system("als"), make.system(card=card), make.system(card=large)])
    tuned, frozen = view.rows
    assert [system.name for system in view.conventional.systems] == ["als"]
    assert [(system.number, system.name) for system in tuned[1][1].systems] == [(3, "p6"), (2, "p5")]
    assert tuned[1][1].systems[0].radius > tuned[1][1].systems[1].radius
    assert [cell.remark for cell in (*tuned[1], *frozen[1])] == [
        "none audited",
        "n = 2",
        "none audited",
        "none audited",
    ]
    assert view.conventional.remark == "n = 1: an example, which says nothing about conventional models"


def test_a_model_without_a_size_says_so():
    assert llm_words(SystemCard(name="a", llm="secret", tuned=False)) == "secret (size not given)"
    assert llm_words(SystemCard(name="a")) == ""

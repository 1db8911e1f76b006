"""The view model as it is, word for word; `pytest --force-regen` writes it anew, and git shows what changed."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from recaudit.records import SystemCard
from recaudit.reports.view import view_of


def plain(value: Any) -> Any:
    """Dicts, lists and numbers to six decimals; what is empty is left out."""
    if is_dataclass(value):
        content = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {name: part for name, part in content.items() if part not in ("", [], None)}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def test_first_screen(mixed, data_regression):
    data_regression.check(plain(view_of(mixed).overview))


def test_systems_side_by_side(make, data_regression):
    llm = SystemCard(name="p5", llm="t5", llm_parameters=220_000_000, tuned=True, crm_at_inference=False)
    result = make.result(
        make.mean("als"),
        make.gap("als"),
        make.mean("p5", 0.2),
        make.gap("p5", "PASS"),
        systems=(make.system("als", "FAIL"), make.system(card=llm)),
    )
    view = view_of(result)
    data_regression.check(
        {
            "map": plain(view.map),
            "aspects": plain(view.aspects),
            "multiples": plain(view.multiples),
            "pareto": plain(view.pareto),
        }
    )


def test_a_probe_with_pairs_of_answers(make, data_regression):
    data_regression.check(plain(view_of(make.paired()).probes[0]))

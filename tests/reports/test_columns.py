from __future__ import annotations

import pytest

from recaudit.reports.columns import ABREAST, Silent, lettered, parts_abreast, silent_systems


@pytest.mark.parametrize("systems", range(25))
def test_parts_hold_every_column_once_and_differ_by_one_at_most(systems):
    names = list(range(systems))
    parts = [names[part] for part in parts_abreast(names)]
    assert [name for part in parts for name in part] == names
    sizes = [len(part) for part in parts]
    assert max(sizes, default=0) <= ABREAST
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_only_one_reason_in_every_row_leaves_a_system_out():
    columns = {"a": ["why", "why"], "b": ["why", None], "c": ["why", "other"], "d": ["why", "why"], "e": []}
    assert silent_systems(columns) == (Silent(systems=("a", "d"), reason="why"),)


def test_letters_go_on_after_z():
    letters = lettered(f"note {place}" for place in range(28))
    assert (letters["note 25"], letters["note 26"], letters["note 27"]) == ("z", "a2", "b2")
    assert len(set(letters.values())) == 28

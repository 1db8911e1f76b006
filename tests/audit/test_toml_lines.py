from __future__ import annotations

import pytest

from recaudit.audit.toml_lines import gate_at, line_of

TEXT = """\
# a comment
top = 1
[audit]
seed = 1  # [not a header]
"quoted key" = 2
[data.split]
n = 5

[[systems]]
name = "a"
options = { model = "als" }
[[systems]]
name = "b"
[systems.options]
factors = 3
dotted.key = 4
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("top",), 2),
        (("audit",), 3),
        (("audit", "seed"), 4),
        (("audit", "quoted key"), 5),
        (("data", "split", "n"), 7),
        (("systems", 0, "name"), 10),
        (("systems", 0, "options", "model"), 11),
        (("systems", 1, "name"), 13),
        (("systems", 1, "options", "factors"), 15),
        (("systems", 1, "options", "dotted", "key"), 16),
        (("systems", 1, "absent"), 12),
        (("systems",), 9),
        (("absent",), None),
    ],
)
def test_a_key_has_its_line_and_an_absent_one_that_of_its_table(
    location: tuple[str | int, ...], line: int | None
) -> None:
    assert line_of(TEXT, location) == line


def test_the_line_of_a_gate_is_that_of_its_pattern() -> None:
    text = (
        '[[gates]]\nsystems = ["a"]\nfinding = "quality/*-gap"\nmax = 1\n'
        '[[gates]]\n# all\nfinding = "quality/*"\nmin = 0\n'
    )
    assert gate_at(text, "a", "quality/gender/ndcg@5-gap") == 3
    assert gate_at(text, "b", "quality/gender/ndcg@5-gap") == 7
    assert gate_at(text, "b", "popularity/gini@5") is None
    assert gate_at("", "b", "popularity/gini@5") is None

from __future__ import annotations

from pathlib import Path

import pytest

from recaudit.audit.config import load_config, parse_config
from recaudit.errors import ConfigError, InputError

VALID = """
[data]
interactions = "ratings.csv"
[[systems]]
name = "a"
adapter = "random"
[probes.quality]
metrics = ["ndcg@10"]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, Path("audit.toml"))
    return str(caught.value).splitlines()


def test_a_valid_file_has_defaults_and_a_digest_of_its_meaning() -> None:
    config = parse_config(VALID, Path("x/audit.toml"))
    assert config.tables.audit.confidence == 0.95
    assert config.folder == Path("x")
    assert [plan.probe.name for plan in config.probes] == ["quality"]
    assert parse_config("# a comment\n" + VALID, Path("y.toml")).digest == config.digest
    assert parse_config(VALID.replace("ndcg@10", "ndcg@5"), Path("y.toml")).digest != config.digest


def test_everything_wrong_is_reported_at_once_with_lines() -> None:
    found = problems(
        """\
[audit]
seeed = 1
confidence = 2
[data]
dataset = "movielens-100kk"
[[systems]]
name = "a"
adapter = "popularty"
[[systems]]
name = "a"
adapter = "random"
[probes.qualty]
[probes.quality]
metrics = ["ndgc@10"]
[[gates]]
finding = "quality/ndcg@10"
min = 2
max = 1
systems = ["b"]
"""
    )
    text = "\n".join(found)
    assert "audit.toml:2: unknown key 'audit.seeed', did you mean 'seed'?" in text
    assert "audit.toml:3: 'audit.confidence' should be less than 1, but 2 came" in text
    assert "audit.toml:5: unknown dataset 'movielens-100kk', did you mean 'movielens-100k'" in text
    assert "audit.toml:8: unknown adapter 'popularty', did you mean 'popularity'?" in text
    assert "audit.toml:10: two systems are named 'a'" in text
    assert "audit.toml:12: unknown probe 'qualty', did you mean 'quality'?" in text
    assert "audit.toml:14: 'probes.quality.metrics.0': unknown metric 'ndgc', did you mean 'ndcg'" in text
    assert "audit.toml:15: 'gates.0': min (2) must lie below max (1)" in text
    assert "audit.toml:19: unknown system 'b'" in text
    assert len(found) == 9


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('interactions = "ratings.csv"', "", "name either a dataset"),
        ('interactions = "ratings.csv"', 'interactions = "a.csv"\ndataset = "coat"', "name either a dataset"),
        ('interactions = "ratings.csv"', 'dataset = "coat"\nusers = "u.csv"', "belong to files"),
        (
            'interactions = "ratings.csv"',
            'interactions = "a.csv"\npath = "b"',
            "path belongs to a named dataset",
        ),
        ('interactions = "ratings.csv"', "interactions = 3", "should be a valid string, but 3 came"),
        ('name = "a"\n', "", "'systems.0.name' is missing; add it"),
        ('["ndcg@10"]', '["ndcg@0"]', "whole number above 0"),
        ('["ndcg@10"]', "[]", "at least 1 item"),
        ("[probes.quality]", "[[gates]]\nfinding='x'\n[probes.quality]", "a gate needs min, max or margin"),
    ],
)
def test_bad_values(old: str, new: str, message: str) -> None:
    assert old in VALID
    assert message in "\n".join(problems(VALID.replace(old, new)))


def test_text_that_is_not_toml() -> None:
    assert "not valid TOML" in problems("[data")[0]


def test_a_missing_file_is_answered_with_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text(VALID)
    with pytest.raises(InputError, match=r"did you mean 'audit\.toml'"):
        load_config(tmp_path / "audti.toml")
    assert load_config(tmp_path / "audit.toml").text == VALID

from pathlib import Path

from recaudit.errors import ConfigError, Problem, UnknownNameError, did_you_mean


def test_an_unknown_name_is_answered_with_near_matches_and_all_names() -> None:
    error = UnknownNameError.among("metric", "ndgc", ["recall", "ndcg"])
    assert str(error) == "unknown metric 'ndgc', did you mean 'ndcg'?; known: ndcg, recall"


def test_an_empty_registry_says_so() -> None:
    assert str(UnknownNameError.among("probe", "x", [])).endswith("known: none is registered")


def test_no_near_match_means_no_suggestion() -> None:
    assert did_you_mean("zzz", ["ndcg"]) == ""


def test_config_problems_are_shown_by_line() -> None:
    error = ConfigError(Path("a.toml"), [Problem("second", 9), Problem("first", 2), Problem("whole file")])
    assert str(error).splitlines() == ["a.toml: whole file", "a.toml:2: first", "a.toml:9: second"]

from __future__ import annotations

from typing import get_args

import pytest

from recaudit.records import AnswerProblem, Resolved
from recaudit.reports.answers import match_words, problem_words, reason_words
from recaudit.reports.language import speaking


@pytest.mark.parametrize("problem", get_args(AnswerProblem))
def test_every_problem_has_a_name_and_a_reason_that_begins_with_it(problem):
    assert reason_words(problem).startswith(f"{problem_words(problem)}: ")
    with speaking("de"):
        assert problem_words(problem) != problem
        assert reason_words(problem).startswith(f"{problem_words(problem)}: ")


@pytest.mark.parametrize("how", get_args(Resolved))
def test_every_way_of_matching_has_words(how):
    assert match_words(how) == how
    with speaking("de"):
        assert match_words(how) != how


def test_words_of_another_program_stay():
    assert (problem_words("<b>"), match_words("<b>")) == ("<b>", "<b>")

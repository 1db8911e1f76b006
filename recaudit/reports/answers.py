"""The words for what became of answers, and of the titles in them."""

from __future__ import annotations

from recaudit.reports.language import N_, _

_PROBLEMS = {
    "refused": N_("refused"),
    "unparsed": N_("unparsed"),
    "timeout": N_("timeout"),
    "error": N_("error"),
}

_WHY = {
    "refused": N_("refused: the system declined"),
    "unparsed": N_("unparsed: what came back holds no list"),
    "timeout": N_("timeout: no answer in time"),
    "error": N_("error: the call failed"),
}

_MATCHES = {
    "exact": N_("exact"),
    "normalised": N_("normalised"),
    "fuzzy": N_("fuzzy"),
    "ambiguous": N_("ambiguous"),
    "off-catalogue": N_("off-catalogue"),
    "repeated": N_("repeated"),
    "not asked": N_("not asked"),
}


def problem_words(problem: str) -> str:
    """Name why an answer holds no usable list; a word of another program stays as it is.

    >>> problem_words("refused")
    'refused'
    """
    return _(_PROBLEMS.get(problem, problem))


def reason_words(problem: str) -> str:
    """Say why an answer holds no usable list.

    >>> reason_words("refused")
    'refused: the system declined'
    """
    return _(_WHY[problem])


def match_words(how: str) -> str:
    """Say how a title was matched, or why not; a word of another program stays as it is.

    >>> match_words("off-catalogue")
    'off-catalogue'
    """
    return _(_MATCHES.get(how, how))

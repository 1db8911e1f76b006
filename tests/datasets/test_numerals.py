from __future__ import annotations

import pytest

from recaudit.datasets.numerals import with_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("rocky iv", "rocky 4"),
        ("i robot", "i robot"),
        ("volume three", "volume 3"),
        ("kill bill volume three", "kill bill 3"),
        ("back in part", "back in part"),
        ("twenty one", "21"),
        ("twenty twelve", "20 12"),
        ("two hundred and five", "205"),
        ("two hundred and counting", "200 and counting"),
        ("one hundred", "100"),
        ("ten thousand umbrellas", "10000 umbrellas"),
        ("007", "7"),
        ("٣ days", "3 days"),
        ("zero effect", "0 effect"),
        ("", ""),
    ],
)
def test_numbers_become_digits(text: str, digits: str) -> None:
    assert " ".join(with_digits(text.split())) == digits


def test_a_number_of_a_thousand_digits_stays() -> None:
    assert with_digits(["9" * 5000]) == ["9" * 5000]

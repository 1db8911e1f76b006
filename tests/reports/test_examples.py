from __future__ import annotations

from recaudit.records import ShownItem
from recaudit.reports.examples import aligned, example_views, marked


def shown(*titles: str) -> tuple[ShownItem, ...]:
    return tuple(ShownItem(key=title, title=title, known=True) for title in titles)


def test_what_became_of_every_item():
    rows = aligned(shown("a", "b", "c", "d"), shown("a", "c", "b", "e"))
    assert [first.change for first, _ in rows if first] == ["", "", "", "lost"]
    assert [(second.symbol, second.change) for _, second in rows if second] == [
        ("=", "same place"),
        ("↑", "up 1"),
        ("↓", "down 1"),
        ("+", "new"),
    ]


def test_lists_of_different_length_keep_their_places():
    rows = aligned(shown("a", "b"), shown("b"))
    assert [(first is not None, second is not None) for first, second in rows] == [
        (True, True),
        (True, False),
    ]
    assert aligned((), ()) == ()


def test_only_the_words_that_differ_are_marked():
    first, second = marked("I am a fan of Heat, please.", "I am an avid fan of Heat, please.")
    assert [words.text for words in first if words.changed] == ["a"]
    assert [words.text for words in second if words.changed] == ["an avid"]
    assert "".join(words.text for words in second) == "I am an avid fan of Heat, please."
    assert all(not words.changed for words in marked("same", "same")[0])


def test_a_pair_says_what_it_shows_and_why(make):
    result = make.paired()
    claims = {finding.hypothesis.id: finding.hypothesis for finding in result.findings}
    full, half = example_views(result.examples, claims)["counterfactual"]
    assert full.title == "als, Heat: neutral against gender=female"
    assert full.numbers == "jaccard@10 0.250; for this unit placebo has 0.900"
    assert full.why == "among the largest losses"
    assert full.first.slots[0] == ("Alien", "fuzzy, similarity 91.3: item 1")
    assert [entry.known for _, entry in full.rows if entry] == [True, False, True]
    assert (half.numbers, half.second.no_list) == ("", "refused: the system declined")

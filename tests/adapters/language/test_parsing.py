from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from recaudit.adapters.language.parsing import MOST_TITLES, parse_titles

FILMS = ("Heat", "Alien", "Sabrina")


@pytest.mark.parametrize(
    "text",
    [
        "1. Heat\n2. Alien\n3. Sabrina",
        "1) Heat\n2) Alien\n3) Sabrina",
        "1: Heat\n2: Alien\n3: Sabrina",
        "(1) Heat\n(2) Alien\n(3) Sabrina",
        "1 - Heat\n2 - Alien\n3 - Sabrina",
        "#1 Heat\n#2 Alien\n#3 Sabrina",
        "1.Heat\n2.Alien\n3.Sabrina",
        "1\ufe0f\u20e3 Heat\n2\ufe0f\u20e3 Alien\n3\ufe0f\u20e3 Sabrina",
        "1. Heat 2. Alien 3. Sabrina",
        "- Heat\n- Alien\n- Sabrina",
        "* Heat\n* Alien\n* Sabrina",
        "• Heat\n• Alien\n• Sabrina",
        "> 1. Heat\n> 2. Alien\n> 3. Sabrina",
        "- [ ] Heat\n- [x] Alien\n- [ ] Sabrina",
        "Heat\nAlien\nSabrina",
        "Heat\r\nAlien\r\nSabrina\r\n",
        '"Heat"\n"Alien"\n"Sabrina"',
        "1. 'Heat'\n2. \u201cAlien\u201d\n3. \u00abSabrina\u00bb",
        "1. **Heat**\n2. *Alien*\n3. __Sabrina__",
        "**1. Heat**\n**2. Alien**\n**3. Sabrina**",
        "### 1. Heat\nA heist.\n### 2. Alien\nA ship.\n### 3. Sabrina\nA chauffeur.",
        "1. **Heat** - a heist\n2. **Alien**: a ship\n3. **Sabrina** \u2013 a chauffeur",
        '- "Heat": a heist\n- "Alien", in space\n- "Sabrina" - a chauffeur',
        "1. [Heat](https://a.b/c)\n2. [Alien](https://a.b/d)\n3. [Sabrina](https://a.b/e)",
        "1. Heat\n   - Director: Mann\n2. Alien\n   - Director: Scott\n3. Sabrina\n   - Director: Wilder",
        "- Heat\n  - a heist\n- Alien\n  - a ship\n- Sabrina\n  - a chauffeur",
        "1. Action:\n   - Heat\n   - Alien\n2. Romance:\n   - Sabrina",
        "- Action\n  1. Heat\n  2. Alien\n- Romance\n  1. Sabrina",
        "- **Action:**\n  - Heat\n  - Alien\n- **Romance:**\n  - Sabrina",
        "Title: Heat\nGenre: crime\n\nTitle: Alien\nGenre: horror\n\nTitle: Sabrina\nGenre: romance",
        "1. Title: Heat\n2. Title: Alien\n3. Title: Sabrina",
        "Movie 1: Heat\nMovie 2: Alien\nMovie 3: Sabrina",
        "| # | Title |\n|---|---|\n| 1 | Heat |\n| 2 | **Alien** |\n| 3 | Sabrina |",
        '["Heat", "Alien", "Sabrina"]',
        "['Heat', 'Alien', 'Sabrina']",
        "[Heat, Alien, Sabrina]",
        '[["Heat"], ["Alien"], ["Sabrina"]]',
        '["1. Heat", "2. Alien", "3. Sabrina"]',
        '[{"title": "Heat"}, {"name": "Alien", "genre": "horror"}, {"Title": "Sabrina"}]',
        '{"recommendations": ["Heat", "Alien", "Sabrina"]}',
        '{"liked": ["Psycho"], "recommendations": ["Heat", "Alien", "Sabrina"]}',
        '{"1": "Heat", "2": "Alien", "3": "Sabrina"}',
        '{"title": "Heat"}\n{"title": "Alien"}\n{"title": "Sabrina"}',
        'Sure!\n```json\n["Heat", "Alien", "Sabrina"]\n```\nEnjoy!',
        'Recommendations: ["Heat", "Alien", "Sabrina"]',
        '["Heat", "Alien", "Sabrina", "Psy',
        '{"movies": [{"title": "Heat"}, {"title": "Alien"}, {"title": "Sabrina"}, {"title": "Ps',
        '[[\'"Heat"\\n"Alien"\\n"Sabrina"\']]',
        "I recommend: Heat, Alien, and Sabrina.",
        "Heat; Alien; Sabrina",
        'You should see "Heat", "Alien" and "Sabrina" one day.',
        "Sure! Here are some films:\n\nHeat\nAlien\nSabrina\n\nI hope you enjoy them all tonight!",
        "Here you are:\n\n1. Heat\n2. Alien\n3. Sabrina\n\nLet me know if you want more.",
        "I'm sorry, I can't see your history. Some films anyway:\n1. Heat\n2. Alien\n3. Sabrina",
        "<think>\nMaybe:\n1. Psycho\n2. Vertigo\n</think>\n1. Heat\n2. Alien\n3. Sabrina",
        "```\nHeat\nAlien\nSabrina\n```",
    ],
)
def test_a_list_is_read_in_whatever_form_it_comes(text: str) -> None:
    parsed = parse_titles(text)
    assert (parsed.titles, parsed.problem, parsed.detail) == (FILMS, None, "")


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("1. Heat (1995)\n2. Alien (1979) - a ship", ("Heat (1995)", "Alien (1979)")),
        (
            '[{"title": "Heat", "year": 1995}, {"title": "Alien", "year": "1979"}]',
            ("Heat (1995)", "Alien (1979)"),
        ),
        ("| Movie | Year |\n|---|---|\n| Heat | 1995 |", ("Heat (1995)",)),
        (
            '"Bodies" by Drowning Pool\n"The Red" by Chevelle',
            ("Bodies by Drowning Pool", "The Red by Chevelle"),
        ),
        ('[{"title": "Creep", "artist": "Radiohead"}]', ("Creep by Radiohead",)),
        ('1. "Creep" by Radiohead - a classic', ("Creep by Radiohead",)),
        ("1. Hallelujah - Jeff Buckley", ("Hallelujah - Jeff Buckley",)),
        ("1. Alien - Resurrection", ("Alien - Resurrection",)),
        ("1. Heat\n2. Heat\n3. Alien", ("Heat", "Heat", "Alien")),
        ("1. Heat\n2. Ali", ("Heat", "Ali")),
        ("1. 12:08 East of Bucharest\n2. 300\n3. 8½", ("12:08 East of Bucharest", "300", "8½")),
        (
            "300: Rise of an Empire\n2001: A Space Odyssey\n12:08 East of Bucharest",
            ("300: Rise of an Empire", "2001: A Space Odyssey", "12:08 East of Bucharest"),
        ),
        ("Sex, Lies, and Videotape", ("Sex, Lies, and Videotape",)),
        ("The Cook, the Thief, His Wife & Her Lover", ("The Cook, the Thief, His Wife & Her Lover",)),
        ("Lambs, The, Heat, Alien", ("Lambs, The", "Heat", "Alien")),
        ("Heat, Alien, Sabrina (Wilder, 1954)", ("Heat", "Alien", "Sabrina (Wilder, 1954)")),
        ("Heat (1995)", ("Heat (1995)",)),
        ("['Schindler's List', \"Ocean's Eleven\"]", ("Schindler's List", "Ocean's Eleven")),
        ('1. "Weird Al" Yankovic Story', ('"Weird Al" Yankovic Story',)),
        ("1、霸王别姬\n2、活着", ("霸王别姬", "活着")),
        ("\uff11\uff0e千と千尋の神隠し\n\uff12\uff0eもののけ姫", ("千と千尋の神隠し", "もののけ姫")),
        ("《霸王别姬》、《活着》", ("霸王别姬", "活着")),
        ("Hier sind Filme:\n1. Das Boot\n2. Der Untergang", ("Das Boot", "Der Untergang")),
        ("1. Sorry to Bother You\n2. I Can't Sleep", ("Sorry to Bother You", "I Can't Sleep")),
        (
            '"I Will Not Bow" by Breaking Benjamin\n"Red" by Chevelle',
            ("I Will Not Bow by Breaking Benjamin", "Red by Chevelle"),
        ),
        ('[[\'"I Will Not Bow" by A\\n"Red" by B\']]', ("I Will Not Bow by A", "Red by B")),
        ("I'm sorry, I cannot see more than one:\n1. Heat", ("Heat",)),
        ('["\\ud800Heat", "Caf\\u00e9"]', ("\ufffdHeat", "Café")),
    ],
)
def test_titles_are_what_was_written(text: str, titles: tuple[str, ...]) -> None:
    assert parse_titles(text).titles == titles


def test_markup_and_control_characters_are_text() -> None:
    text = "1. <script>alert(1)</script>\n2. \u202eHeat\u202c\n3. A\x00lien\n4. {{7*7}}\n5. __import__('os')"
    assert parse_titles(text).titles == (
        "<script>alert(1)</script>",
        "\u202eHeat\u202c",
        "A\x00lien",
        "{{7*7}}",
        "__import__('os')",
    )


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, but as an AI language model I cannot recommend songs based on race.",
        "I do not have enough information about you to make a recommendation.",
        "It would not be appropriate to recommend films by gender.",
        "Es tut mir leid, aber ich kann dir keine Filme empfehlen.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Lo siento, no puedo recomendar películas.",
        "Mi dispiace, non posso consigliare film.",
        "Sinto muito, não posso ajudar.",
        "Het spijt me, ik kan geen films aanbevelen.",
        "Przykro mi, nie mogę polecić filmów.",
        "Извините, я не могу этого сделать.",
        "抱歉\uff0c我无法推荐电影。",
        "申し訳ありませんが、お答えできません。",
        "죄송합니다. 추천할 수 없습니다.",
        "عذراً، لا أستطيع تقديم توصيات.",
        '["I\'m sorry, I cannot recommend anything."]',
        '{"error": "I cannot recommend films to minors"}',
        "1. I'm sorry, but I can't do that.",
        'I can\'t say whether "Heat" suits you, so I am unable to recommend it.',
    ],
)
def test_a_refusal_without_a_list_is_a_refusal(text: str) -> None:
    parsed = parse_titles(text)
    assert (parsed.titles, parsed.problem) == ((), "refused")
    assert parsed.detail.startswith("the model declined: '")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "the answer is empty"),
        (" \n\t", "the answer is empty"),
        (
            "That depends on the mood you are in this evening, does it not?",
            "no list of titles was found in: 'That",
        ),
        ("[1, 2, 3]", "no list of titles was found in: '[1, 2, 3]'"),
        ("1. \n2. ", "no list of titles was found"),
        ("[]", "no list of titles was found"),
        ("<think>1. Heat\n2. Alien", "the answer ends while the model is reasoning"),
    ],
)
def test_what_holds_no_list_is_unparsed(text: str, detail: str) -> None:
    parsed = parse_titles(text)
    assert (parsed.titles, parsed.problem) == ((), "unparsed")
    assert parsed.detail.startswith(detail)


def test_details_are_short() -> None:
    assert len(parse_titles("I cannot do that. " * 1000).detail) < 120


def test_a_very_long_list_says_what_was_left_unread() -> None:
    parsed = parse_titles("\n".join(f"{n}. Film {n}" for n in range(1, 1000)) + "\n" + "- x\n" * 50)
    assert (len(parsed.titles), parsed.detail) == (999, "")
    longer = parse_titles("\n".join(f"- Film {n}" for n in range(MOST_TITLES + 5)))
    assert len(longer.titles) == MOST_TITLES
    assert longer.detail == "the answer lists 1,005 titles; the last 5 were not read"
    assert longer.problem is None


def test_published_answers_are_all_read(shared_data: Path) -> None:
    answers = pd.read_csv(shared_data / "recllm_lastfm" / "lastfm_top3_raw_outputs.csv.gz")
    texts = answers.filter(regex=r"^recommendation_for.*(?<!_itemIds)$")
    assert texts.shape == (80, 72)
    parsed = [parse_titles(text) for column in texts for text in texts[column]]
    assert Counter(len(each.titles) for each in parsed) == {3: 4964, 2: 675, 1: 121}
    assert all(" by " in title for each in parsed for title in each.titles)
    assert not any('"' in title[:1] for each in parsed for title in each.titles)


MEGABYTES = [
    "a", '"', "'", '"a', "[", "[\n", '{"a":', "[a](", "[a](b)", "1. Heat\n", "1. ", "2. a ", "- Heat\n", "*", "**a ** ",
    " ", "\n", "(", "x (a) ", " by ", "A, ", "A, (", "a;", "| a ", "| a |\n",
    "\u201ca", "\u00aba", "<think>", "<b>x</b>\n",
    "(1995) ", "\0",
    "\u202e", "ich kann a a ", ': ["', "_a", "```\n", "= [ '", "Title: ", "a.", "\\", "1.\n", "\u300a",
]  # fmt: skip


@pytest.mark.parametrize("piece", MEGABYTES)
def test_a_megabyte_of_anything_is_read(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    for hostile in (text, f'["{text[:100_000]}', f"1. Heat\n2. {text[:100_000]}", f"Films: {text[:300_000]}"):
        parsed = parse_titles(hostile)
        assert len(parsed.titles) <= MOST_TITLES
        assert all(len(title) <= 1_000 for title in parsed.titles)
        assert bool(parsed.titles) == (parsed.problem is None)

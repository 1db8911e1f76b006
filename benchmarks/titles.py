"""How well titles are matched to a catalogue, and how fast.

python benchmarks/titles.py [--films FILE]

Precision, share and recall on the labelled answers in tests/adapters/language/labelled_answers.toml, by stage and by
kind of answer; what other thresholds would give; speed beside difflib in the same run. With --films (a table with a
column `title`, such as MovieLens titles, parquet or csv) the titles are rewritten as models write them, half of them
are hidden, and the outcome is counted.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from recaudit.adapters.language.titles import NOT_FUZZY, THRESHOLD, TitleIndex, index_titles
from recaudit.datasets import normal_form, read_frame
from recaudit.records import Slot

LABELLED = Path(__file__).parents[1] / "tests" / "adapters" / "language" / "labelled_answers.toml"
STAGES = ("exact", "normalised", "fuzzy", "ambiguous", "off-catalogue")
NONE, SEVERAL = "", "?"


class Labelled(NamedTuple):
    """One answer and the item that a careful reader would book."""

    kind: str
    text: str
    item: str


def right(answer: Labelled, slot: Slot) -> bool:
    """Whether the outcome is the label: the item, "ambiguous" where several fit, "off-catalogue" for none."""
    if answer.item in {NONE, SEVERAL}:
        return slot.how == ("off-catalogue" if answer.item == NONE else "ambiguous")
    return slot.item == answer.item


def recall(answers: Iterable[Labelled], index: TitleIndex) -> float:
    """Share of the answers that name one item and are booked on it."""
    named = [answer for answer in answers if answer.item not in {NONE, SEVERAL}]
    return sum(index.match(answer.text).item == answer.item for answer in named) / len(named)


def stage_table(answers: list[Labelled], index: TitleIndex) -> None:
    """Print share and precision of each stage."""
    slots = [index.match(answer.text) for answer in answers]
    print("| stage | answers | share | precision |\n|---|---|---|---|")
    for stage in STAGES:
        said = [right(answer, slot) for answer, slot in zip(answers, slots, strict=True) if slot.how == stage]
        precision = f"{sum(said) / len(said):.3f} ({sum(said)} of {len(said)})" if said else ""
        print(f"| {stage} | {len(said)} | {len(said) / len(answers):.3f} | {precision} |")
    print(f"\nrecall of the answers that name one item: {recall(answers, index):.3f}\n")


def kind_table(answers: list[Labelled], index: TitleIndex) -> None:
    """Print how many answers of each kind come out as labelled, and how many are booked on a wrong item."""
    print("| kind of answer | answers | as labelled | wrong item |\n|---|---|---|---|")
    for kind in dict.fromkeys(answer.kind for answer in answers):
        rows = [(answer, index.match(answer.text)) for answer in answers if answer.kind == kind]
        good = sum(right(answer, slot) for answer, slot in rows)
        wrong = sum(slot.item is not None and slot.item != answer.item for answer, slot in rows)
        print(f"| {kind} | {len(rows)} | {good} | {wrong} |")
    print()


def threshold_table(answers: list[Labelled], index: TitleIndex) -> None:
    """Print what other thresholds give, with and without looking at the words that differ."""
    print(
        "| threshold | fuzzy precision | recall | by similarity alone: precision | recall |\n|---|---|---|---|---|"
    )
    for threshold in (70, 74, 78, 80, 82, 84, 86, 88, 90, 92, 94, 96, NOT_FUZZY):
        figures = []
        for spelling in (True, False):
            other = index.matching(threshold=threshold, spelling=spelling)
            slots = [(answer, other.match(answer.text)) for answer in answers]
            fuzzy = [right(answer, slot) for answer, slot in slots if slot.how == "fuzzy"]
            precision = f"{sum(fuzzy) / len(fuzzy):.3f}" if fuzzy else "none"
            figures += [precision, f"{recall(answers, other):.3f}"]
        mark = " (chosen)" if threshold == THRESHOLD else ""
        print(f"| {threshold:g}{mark} | {' | '.join(figures)} |")
    print()


def labelled(part: str, tables: dict[str, dict[str, list[list[str]]]]) -> list[Labelled]:
    """The answers of one part of the labelled set."""
    return [Labelled(kind, text, item) for kind, rows in tables[part].items() for text, item in rows]


def misspelt(title: str, rng: random.Random) -> str | None:
    """One slip within a word of five letters or more, None without such a word."""
    words = title.split(" ")
    places = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not places:
        return None
    place = rng.choice(places)
    word = words[place]
    at = rng.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + rng.choice("aeiourstln") + word[at + 1 :],
    )
    words[place] = rng.choice(slips)
    return " ".join(words) if words[place] != word else None


def as_models_write(title: str) -> tuple[str, str]:
    """A catalogue title with the article in front and without other names; and its year in brackets, or ""."""
    year = re.search(r"\s*\((\d{4})\)\s*$", title)
    name = re.sub(r"\s*\([^()]*\)", "", title[: year.start()] if year else title).strip()
    moved = re.fullmatch(r"(.*), (The|A|An|Les|Le|La|L'|Der|Die|Das|El|Il)", name)
    if moved:
        name = f"{moved[2]}{'' if moved[2].endswith(chr(39)) else ' '}{moved[1]}"
    return name or title, f" ({year[1]})" if year else ""


def film_tables(films: pd.Series[str]) -> None:
    """Print outcomes for rewritten titles that are in the catalogue, and for titles that are not."""
    rng = random.Random(3)  # noqa: S311 - must be repeatable
    written = {item: as_models_write(title) for item, title in films.items()}
    slips = {item: slip for item, (name, _) in written.items() if (slip := misspelt(name, rng))}
    print("| titles in the catalogue | answers | right item | wrong item | ambiguous | off-catalogue |")
    print("|---|---|---|---|---|---|")
    index = index_titles(films.to_frame("title"))
    for what, answers in (
        ("article in front, year", {item: name + year for item, (name, year) in written.items()}),
        ("article in front, no year", {item: name for item, (name, _) in written.items()}),
        ("misspelt, year", {item: slip + written[item][1] for item, slip in slips.items()}),
        ("misspelt, no year", slips),
    ):
        slots = {item: index.match(text) for item, text in answers.items()}
        good = sum(slot.item == item for item, slot in slots.items())
        wrong = sum(slot.item not in {item, None} for item, slot in slots.items())
        how = Counter(slot.how for slot in slots.values())
        shares = [count / len(slots) for count in (good, wrong, how["ambiguous"], how["off-catalogue"])]
        print(f"| {what} | {len(slots):,} | " + " | ".join(f"{share:.4f}" for share in shares) + " |")
    print(
        "\n| titles not in the catalogue | answers | off-catalogue | namesake | fuzzy |\n|---|---|---|---|---|"
    )
    kept = films[[rng.random() < 0.5 for _ in films]]
    half = index_titles(kept.to_frame("title"))
    hidden = [written[item] for item in films.index.difference(kept.index)]
    for what, texts in (
        ("year", [name + year for name, year in hidden]),
        ("no year", [name for name, _ in hidden]),
    ):
        how = Counter(half.match(text).how for text in texts)
        namesakes = how["exact"] + how["normalised"] + how["ambiguous"]
        print(f"| {what} | {len(texts):,} | {how['off-catalogue']:,} | {namesakes:,} | {how['fuzzy']:,} |")
    print()


def many_titles(count: int) -> Iterator[str]:
    """Different titles of two to five invented words."""
    rng = random.Random(11)  # noqa: S311 - must be repeatable
    endings = ("a", "e", "i", "o", "u", "an", "el", "in", "or", "us")
    syllables = [consonant + ending for consonant in "bdfghklmnprstvw" for ending in endings]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 3))).capitalize() for _ in range(8_000)]
    seen: set[str] = set()
    while len(seen) < count:
        title = " ".join(rng.choices(words, k=rng.randint(2, 5)))
        if title not in seen:
            seen.add(title)
            yield title


def speed_table(items: int = 20_000, answers: int = 200, beside: int = 10) -> None:
    """Print seconds for misspelt titles of a large catalogue, and the ratio to difflib on the same normal forms."""
    rng = random.Random(5)  # noqa: S311 - must be repeatable
    titles = list(many_titles(items))
    start = time.perf_counter()
    index = index_titles(pd.DataFrame({"title": titles}))
    prepared = time.perf_counter() - start
    written = [slip for title in rng.sample(titles, 2 * answers) if (slip := misspelt(title, rng))][:answers]
    index.match(written[0])
    start = time.perf_counter()
    found = [index.match(text) for text in written]
    ours = time.perf_counter() - start
    names = [normal_form(title).key for title in titles]
    start = time.perf_counter()
    for text in written[:beside]:
        difflib.get_close_matches(normal_form(text).key, names, n=10, cutoff=0.6)
    theirs = (time.perf_counter() - start) * len(written) / beside
    booked = sum(slot.how == "fuzzy" for slot in found)
    print(f"{len(written)} misspelt titles against {items:,} items: {ours:.2f} s ({booked} booked)")
    print(f"preparing the index: {prepared:.2f} s")
    print(f"difflib: {theirs:.1f} s (from {beside} titles), {theirs / ours:.0f} times as long")


def main() -> None:
    """Print all tables."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--films", type=Path, help="a table with a column `title`")
    given = arguments.parse_args()
    tables = tomllib.loads(LABELLED.read_text(encoding="utf-8"))
    catalogue = tables["catalogue"]
    index = index_titles(pd.DataFrame({"title": list(catalogue.values())}, index=list(catalogue)))
    for part, title in (("choosing", "answers the rules were made on"), ("held_out", "answers held out")):
        answers = labelled(part, tables)
        print(f"{len(answers)} {title}, {len(catalogue)} items\n")
        stage_table(answers, index)
    kind_table(labelled("held_out", tables), index)
    for part in ("choosing", "held_out"):
        threshold_table(labelled(part, tables), index)
    if given.films:
        films = read_frame(given.films, required=("title",), what="films")["title"]
        print(f"{given.films}: {len(films):,} titles\n")
        film_tables(films)
    speed_table()


if __name__ == "__main__":
    main()

"""From a title as a model wrote it to the catalogue item it names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from recaudit.datasets import NormalTitle, normal_form
from recaudit.datasets.titles import without_article
from recaudit.errors import DataError
from recaudit.records import ItemId, Resolved, Slot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

THRESHOLD = 86.0
"""Least similarity of a fuzzy match, 0 to 100; chosen on the labelled answers, see benchmarks/titles.md."""

YEARS_APART = 1
"""Catalogues and models disagree by a year over premiere and release; more is another work."""

NOT_FUZZY = 100.0
"""A threshold under which only titles fit that fit letter for letter or in normal form."""

_TIED = 1.0  # points of similarity between two items that are taken for equally good
_NEAREST = 60.0  # below this a similarity says nothing and is given as 0
_SHORTEST = 8  # characters; in a shorter title one other letter makes another title
_LINKING = frozenset({"the", "a", "an", "of", "and", "in", "that", "or"})
_CREDIT = re.compile(
    r"[,;]?\s+(?:(?:directed|written|performed|sung|composed|created|developed)\s+)?by\s"
    r"|[,;]?\s+(?:feat\.?|ft\.?|featuring|starring)\s",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s+[-\u2013\u2014|]\s+|\s*\u2014\s*")
_BARE_YEAR = re.compile(r"(?:\s*,|\s+[-\u2013\u2014]|\s)\s*((?:1[89]|20)\d\d)$")
_SUBTITLE = re.compile(r":\s|\s-\s")
_NUMBERED_PART = re.compile(r"^(?:\w+ ){0,2}\d{1,3}(?: |$)")  # a sequel, not a description
_DESCRIPTION_WORDS = 5  # a subtitle after a colon is shorter, as a rule


class _Found(NamedTuple):
    """Items (positions in the catalogue) that a title may name."""

    items: tuple[int, ...]
    how: Resolved
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleIndex:
    """A catalogue's titles, prepared for matching; made by `index_titles`.

    Attributes:
        ids: The items.
        years: Their years, None where unknown.
        as_written: Title to positions in `ids`.
        names: Normal name to positions, with other names and the words of brackets.
        keys: The same without leading articles, and without the subtitle where a number tells the part of a series.
        threshold: Least similarity of a fuzzy match, 0 to 100; `NOT_FUZZY` for none.
        spelling: Whether the words of a fuzzy match that differ must look misspelt too.
    """

    ids: tuple[ItemId, ...]
    years: tuple[int | None, ...]
    as_written: Mapping[str, tuple[int, ...]]
    names: Mapping[str, tuple[int, ...]]
    keys: Mapping[str, tuple[int, ...]]
    threshold: float = THRESHOLD
    spelling: bool = True
    _choices: tuple[str, ...] = field(repr=False)
    _vocabulary: frozenset[str] = field(repr=False)
    _seen: dict[str, Slot] = field(default_factory=dict, repr=False, compare=False)

    def matching(self, *, threshold: float, spelling: bool = True) -> TitleIndex:
        """The same catalogue, matched more strictly or more loosely."""
        return replace(self, threshold=threshold, spelling=spelling, _seen={})

    def match(self, title: str, *, among: Collection[ItemId] | None = None) -> Slot:
        """Find the item a title names: letter for letter, else in normal form, else by similarity.

        A year given with the title decides between items of one name, and excludes items that are more than
        `YEARS_APART` away. Where several items fit alike the title is ambiguous, and none is taken. What follows
        the title, such as "by Artist" or "- Director", is left out if nothing fits with it.

        Args:
            title: As a model wrote it.
            among: Items that were asked about; they decide between items that fit alike.
        """
        if among is not None:
            return self._matched(title, among)
        # Models write the same titles over and over, and one that fits nothing costs a scan of the catalogue.
        if title not in self._seen:
            self._seen[title] = self._matched(title, None)
        return self._seen[title]

    def _matched(self, title: str, among: Collection[ItemId] | None) -> Slot:
        written = " ".join(title.split())
        exact = self.as_written.get(written)
        if exact:
            return self._slot(title, _Found(self._narrowed(exact, among), "exact", 100.0))
        nearest = 0.0
        full = normal_form(written)
        for form, dated in _readings(written, full):
            found = self._normalised(form, among) or self._fuzzy(form, among)
            if found.how != "off-catalogue" and not (
                dated and None in map(self.years.__getitem__, found.items)
            ):
                return self._slot(title, found)
            nearest = max(nearest, found.similarity)
            if found.similarity == 100.0:
                break
        return self._slot(title, _Found((), "off-catalogue", nearest))

    def _normalised(self, form: NormalTitle, among: Collection[ItemId] | None) -> _Found | None:
        """The items of this name; none of them where the year excludes all; None without such a name."""
        known = False
        for names, name in (
            (self.names, form.whole),
            (self.names, form.name),
            (self.keys, form.name),
            (self.keys, form.key),
            *((self.names, other) for other in form.others),
        ):
            items = names.get(name, ())
            known = known or bool(items)
            agreeing = self._narrowed(self._of_year(items, form.year), among)
            if agreeing:
                return _Found(agreeing, "normalised", 100.0)
        return _Found((), "off-catalogue", 100.0) if known else None

    def _fuzzy(self, form: NormalTitle, among: Collection[ItemId] | None) -> _Found:
        from rapidfuzz import fuzz, process

        if self.threshold >= NOT_FUZZY or len(form.key) < _SHORTEST:
            return _Found((), "off-catalogue", 0.0)
        near = process.extract(form.key, self._choices, scorer=fuzz.ratio, score_cutoff=_NEAREST, limit=10)
        alike: list[tuple[float, tuple[int, ...]]] = []
        for key, similarity, _ in near:
            if similarity < self.threshold:
                break
            if not self.spelling or _misspelt(form.key, key, self._vocabulary):
                items = self._of_year(self.keys[key], form.year)
                if items:
                    alike.append((similarity, items))
        if not alike:
            return _Found((), "off-catalogue", min(near[0][1], 99.9) if near else 0.0)
        best = max(similarity for similarity, _ in alike)
        tied = {item for similarity, items in alike if similarity >= best - _TIED for item in items}
        return _Found(self._narrowed(tuple(sorted(tied)), among), "fuzzy", best)

    def _of_year(self, items: tuple[int, ...], year: int | None) -> tuple[int, ...]:
        """The items of this year, else of a year next to it, else those of unknown year."""
        if year is None:
            return items
        apart = {item: None if (own := self.years[item]) is None else abs(own - year) for item in items}
        for wanted in (0, YEARS_APART, None):
            fitting = tuple(item for item in items if apart[item] == wanted)
            if fitting:
                return fitting
        return ()

    def _narrowed(self, items: tuple[int, ...], among: Collection[ItemId] | None) -> tuple[int, ...]:
        if len(items) < 2 or among is None:
            return items
        return tuple(item for item in items if self.ids[item] in among) or items

    def _slot(self, title: str, found: _Found) -> Slot:
        if len(found.items) > 1:
            return Slot(title=title, item=None, how="ambiguous", similarity=found.similarity)
        item = self.ids[found.items[0]] if found.items else None
        return Slot(title=title, item=item, how=found.how, similarity=found.similarity)


def index_titles(items: pd.DataFrame) -> TitleIndex:
    """Prepare a catalogue for matching.

    Args:
        items: Index item id; column `title`, and `year` where titles do not carry theirs, as in `AuditData.items`.

    Raises:
        DataError: If there is no column of titles.
    """
    if "title" not in items:
        raise DataError(
            f"the items have no column 'title' but {', '.join(map(repr, items.columns)) or 'no columns'}; "
            "titles that a model writes can only be matched to items that have titles"
        )
    years: list[int | None] = []
    as_written: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    keys: dict[str, list[int]] = {}
    given = items["year"].tolist() if "year" in items else [None] * len(items)
    for position, (title, year) in enumerate(zip(items["title"].tolist(), given, strict=True)):
        form = normal_form(title)
        known = None if year is None or year != year else int(year)  # noqa: PLR0124 - NaN
        years.append(known if form.year is None else form.year)
        as_written.setdefault(" ".join(title.split()), []).append(position)
        own = dict.fromkeys((form.whole, form.name, *form.others))
        for name in own:
            names.setdefault(name, []).append(position)
        for key in dict.fromkeys((*map(without_article, own), *_numbered_heads(title))):
            keys.setdefault(key, []).append(position)
    names.pop("", None)
    keys.pop("", None)
    return TitleIndex(
        ids=tuple(items.index.tolist()),
        years=tuple(years),
        as_written=_frozen(as_written),
        names=_frozen(names),
        keys=_frozen(keys),
        _choices=tuple(keys),
        _vocabulary=frozenset(word for key in keys for word in key.split()),
    )


def _numbered_heads(title: str) -> Iterator[str]:
    """What names a part of a series without its subtitle.

    >>> list(_numbered_heads("Iron Meridian III: The Long Dawn (1990)")), list(_numbered_heads("1912: The Siege"))
    (['iron meridian 3'], [])
    """
    for separator in _SUBTITLE.finditer(title):
        words = normal_form(title[: separator.start()]).key.split()
        numbers = [word for word in words if word.isdecimal()]
        if numbers and len(numbers) < len(words):
            yield " ".join(words)


def _frozen(positions: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(found) for name, found in positions.items()}


class _Reading(NamedTuple):
    """A form of a title, and whether only items of known year can be meant."""

    form: NormalTitle
    dated: bool = False


def _readings(title: str, full: NormalTitle) -> Iterator[_Reading]:
    """The whole title, then what is left of it without an artist, a description or a year without brackets."""
    yield _Reading(full)
    year = _BARE_YEAR.search(title)
    if year:
        # "Games 2005" is another item than "Games" where no year says the contrary
        yield _Reading(replace(normal_form(title[: year.start()]), year=int(year[1])), dated=True)
    credits_ = list(_CREDIT.finditer(title))
    if credits_ and credits_[-1].start():
        yield _Reading(_with_year(normal_form(title[: credits_[-1].start()]), full))
    dash = _DASH.search(title)
    if dash and dash.start() and not _NUMBERED_PART.search(normal_form(title[dash.end() :]).name):
        yield _Reading(_with_year(normal_form(title[: dash.start()]), full))
    head, colon, tail = title.partition(": ")
    if colon and len(tail.split()) >= _DESCRIPTION_WORDS:
        yield _Reading(_with_year(normal_form(head), full))


def _with_year(form: NormalTitle, full: NormalTitle) -> NormalTitle:
    return replace(form, year=full.year) if form.year is None else form


def _misspelt(written: str, known: str, vocabulary: Collection[str]) -> bool:
    """Whether two similar keys differ as a misspelling does: same numbers, and no word for another.

    A word that occurs in the catalogue is no misspelling, nor is another form of the word, such as a plural; a misspelt
    word keeps its first letter and has one slip: a letter left out, doubled, changed, or two swapped.

    >>> _misspelt("silense of lambs", "silence of the lambs", {"silence", "lambs"})
    True
    >>> _misspelt("rocky 2", "rocky 3", {"rocky"}), _misspelt("lost ferry", "last ferry", {"lost", "ferry"})
    (False, False)
    """
    added, missing = _words_without(written, known), _words_without(known, written)
    if any(character.isdigit() for word in (*added, *missing) for character in word):
        return False
    # "of" may be left out, but "King of New York" is not "King in New York"
    if _LINKING.intersection(added) and _LINKING.intersection(missing):
        return False
    added = [word for word in added if word not in _LINKING]
    missing = [word for word in missing if word not in _LINKING]
    if len(added) != len(missing):
        added, missing = ["".join(added)], ["".join(missing)]
    return all(
        ours == theirs or (ours not in vocabulary and _alike(ours, theirs))
        for ours, theirs in zip(added, missing, strict=True)
    )


def _alike(ours: str, theirs: str) -> bool:
    from rapidfuzz.distance import OSA

    if ours[:1] != theirs[:1] or ours.startswith(theirs) or theirs.startswith(ours):
        return False
    return OSA.distance(ours, theirs, score_cutoff=1) <= 1


def _words_without(text: str, other: str) -> list[str]:
    """The words of a text in their order, less those of another text."""
    left = Counter(other.split())
    words = []
    for word in text.split():
        if left[word]:
            left[word] -= 1
        else:
            words.append(word)
    return words

"""What a language model writes about each item, kept line by line so that an interrupted writing goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recaudit.adapters.language.recommender import LanguageRecommender
from recaudit.adapters.language.templates import load_template
from recaudit.datasets.assets import cache_folder
from recaudit.errors import SystemFailureError
from recaudit.records import Request, digest_of

FOLDER = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTexts:
    """One text per item.

    Attributes:
        texts: In the order asked for; "" where the call failed.
        failed: How many failed.
        prompt: Name, version and digest of the template.
    """

    texts: tuple[str, ...]
    failed: int
    prompt: str


def written_texts(language: LanguageRecommender, about: Sequence[str], *, tokens: int) -> WrittenTexts:
    """Ask a language model for a sentence about each title; what was written before is not asked for again.

    Args:
        language: A model with the task "generate".
        about: Titles.
        tokens: Most tokens written for each.

    Raises:
        SystemFailureError: If no call can succeed, or none did.
    """
    words = load_template("describe", "describe")
    asked = replace(
        language, setting=replace(language.setting, template=words, tokens_per_item=tokens), examples=()
    )
    decided_by = [
        language.model.name,
        dict(language.model.settings),
        words.digest,
        language.setting.noun,
        tokens,
    ]
    path = cache_folder() / FOLDER / f"{digest_of(decided_by)[:24]}.jsonl"
    known = _read(path)
    left = [title for title in dict.fromkeys(about) if title not in known]
    written, detail = _written(asked, left, path) if left else ({}, "")
    known |= written
    failed = sum(title not in known for title in about)
    if failed == len(about):
        raise SystemFailureError(f"'{language.model.name}' wrote about none of {failed} items: {detail}")
    return WrittenTexts(
        texts=tuple(known.get(title, "") for title in about),
        failed=failed,
        prompt=f"{words.name} {words.version}, SHA-256 {words.digest[:16]}",
    )


def _written(language: LanguageRecommender, about: Sequence[str], path: Path) -> tuple[dict[str, str], str]:
    """Ask about titles and keep each text as soon as it is there; texts by title, and why the last failed call did."""
    setting = language.setting
    titles: dict[str, str] = {}
    requests: list[Request] = []
    for title in about:
        question = setting.template.messages(noun=setting.noun, title=title)[-1].content
        request = Request(
            unit=title,
            arm="describe",
            user=title,
            history=(),
            k=1,
            needs="instructions",
            instruction=question,
        )
        titles[request.id] = title
        requests.append(request)
    texts: dict[str, str] = {}
    detail = ""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n")  # what was cut off by an interruption ends here
        for answer in language.recommend(requests):
            if answer.problem in {"timeout", "error"}:
                detail = answer.detail
                continue
            title = titles[answer.request]
            texts[title] = answer.exchanges[0].text
            file.write(json.dumps([title, texts[title]]) + "\n")
            file.flush()
    return texts, detail


def _read(path: Path) -> dict[str, str]:
    """What was written before."""
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            title, text = json.loads(line)
        except ValueError:  # an empty line, or one that was cut off
            continue
        found[title] = text
    return found

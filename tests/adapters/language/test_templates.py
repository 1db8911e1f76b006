from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import pytest

from recaudit.adapters.language.tasks import TASKS
from recaudit.adapters.language.templates import load_template
from recaudit.errors import InputError

OWN = """
name = "mine"
version = 3
task = "generate"
system = "Be brief."
user = "{{ k }} {{ noun }} for {{ profile|length }}"
"""
VALUES = {
    "noun": "films",
    "k": 5,
    "profile": (("gender", "female"),),
    "history": ["Heat (1995)", "{{ 7 * 7 }} <b>"],
    "candidates": ["Alien (1979)", "Babe (1995)"],
}
EXTRA = {
    "letters": {"letters": "AB"},
    "pointwise": {"candidate": "Alien (1979)"},
    "rating": {"candidate": "Alien (1979)", "lowest": 1, "highest": 5},
    "pairwise": {"first": "Alien (1979)", "second": "Babe (1995)"},
}


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_template_that_says_who_asks_and_keeps_titles_as_text(task: str) -> None:
    template = load_template(task, task)
    system, user = template.messages(**VALUES, **EXTRA.get(task, {}))
    assert system.role == "system"
    assert "films" in system.content
    assert user.content.startswith(
        "About me: gender female.\nI liked these films, oldest first:\n- Heat (1995)"
    )
    assert "- {{ 7 * 7 }} <b>\n" in user.content
    _, plain = template.messages(**{**VALUES, "profile": (), "history": []}, **EXTRA.get(task, {}))
    assert "About me" not in plain.content
    assert "I liked" not in plain.content


def test_the_words_of_a_prompt() -> None:
    _, user = load_template("letters", "letters").messages(**VALUES, letters="AB")
    assert user.content.endswith("Which of these would I like best?\nA. Alien (1979)\nB. Babe (1995)")


def test_the_digest_is_that_of_the_file() -> None:
    file = resources.files("recaudit.adapters.language").joinpath("prompts", "generate.toml")
    assert load_template("generate", "generate").digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_template_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    template = load_template(str(path), "generate")
    assert (template.name, template.version) == ("mine", 3)
    assert [one.content for one in template.messages(**VALUES)] == ["Be brief.", "5 films for 1"]
    path.write_text(OWN.replace("Be brief.", ""))
    assert [one.role for one in load_template(str(path), "generate").messages(**VALUES)] == ["user"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name = ", "is not valid TOML"),
        ('name = "x"', "has name; it needs exactly name, version, task, system, user"),
        (OWN.replace('task = "generate"', 'task = "letters"'), "is for task 'letters', not for 'generate'"),
    ],
)
def test_a_damaged_template_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        load_template(str(path), "generate")


def test_an_unknown_template_is_told_with_those_that_exist() -> None:
    with pytest.raises(
        InputError,
        match=r"no prompt template 'generat'; .* one of decide, describe, generate, letters, likelihood, listwise",
    ):
        load_template("generat", "generate")


@pytest.mark.parametrize("user", ["{{ kk }}", "{{ k", "{{ ''.__class__.__mro__ }}"])
def test_a_template_that_cannot_be_filled_says_so(tmp_path: Path, user: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN.replace("{{ k }}", user))
    with pytest.raises(InputError, match=r"prompt template 'mine' cannot be filled: .*; mend the template"):
        load_template(str(path), "generate").messages(**VALUES)

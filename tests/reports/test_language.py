from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from typer.testing import CliRunner

from recaudit.audit.result import AuditResult
from recaudit.cli import app
from recaudit.errors import InputError
from recaudit.reports import language, render_html, speaking
from recaudit.reports.html import environment
from recaudit.reports.language import LOCALE, N_, _, languages, ngettext

ROOT = Path(__file__).parents[2]
TEMPLATE = LOCALE / "recaudit.pot"
EXTRACT = (
    "pybabel extract --mapping=pyproject.toml --omit-header --add-location=file --sort-output "
    "--output-file=recaudit/reports/locale/recaudit.pot recaudit/reports"
)

KEPT = re.compile(r"%\(\w+\)s|%%|\{\w+\}|<[^>]+>")
"""What a translation keeps: placeholders and markup."""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues with a few German texts in it."""
    catalogue = Catalog(locale="de")
    for message, said in {
        "Systems": "Systeme",
        "{verdict}, audit of {day}, configuration {config}, data {data}": '{verdict}, l\'audit "{day}"',
        "Skip to the verdict": 'Zum "Urteil" & <weiter>',
        "{percent} interval": "{percent}-Intervall",
        ("{number} of {total} gate failed", "{number} of {total} gates failed"): (
            "{number} von {total} Tor nicht bestanden",
            "{number} von {total} Toren nicht bestanden",
        ),
        "%(name)s could": "%(name)s kann",
    }.items():
        catalogue.add(message, said)
    path = tmp_path / "de" / "LC_MESSAGES" / "recaudit.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    return tmp_path


def test_the_catalogue_holds_every_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    fresh = tmp_path / "recaudit.pot"
    command = EXTRACT.replace("recaudit/reports/locale/recaudit.pot", str(fresh))
    with contextlib.redirect_stderr(io.StringIO()):
        CommandLineInterface().run(command.split())
    said = f"the catalogue is not that of the code; make it anew with\n{EXTRACT}\n"
    assert fresh.read_text(encoding="utf-8") == TEMPLATE.read_text(encoding="utf-8"), said


def test_no_message_of_a_template_has_markup_with_attributes() -> None:
    with TEMPLATE.open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        assert '"' not in str(message.id), f"a quotation mark of {message.id!r} would be escaped"


def faults(folder: Path) -> list[str]:
    """Texts of the catalogues in a folder that lose or invent a placeholder or a tag, and catalogues not compiled."""
    found = []
    for path in sorted(folder.glob("*/LC_MESSAGES/recaudit.po")):
        with path.open("rb") as file:
            written = read_po(file)
        for message in written:
            said = [text for text in message_texts(message.string) if text]
            asked = {frozenset(KEPT.findall(text)) for text in message_texts(message.id)}
            found += [text for text in said if message.id and frozenset(KEPT.findall(text)) not in asked]
        compiled = path.with_suffix(".mo")
        ready = (message for message in written if not message.fuzzy and all(message_texts(message.string)))
        if not compiled.is_file() or said_in(compiled) != by_id(ready):
            found.append(f"{compiled} is not made from {path.name}")
    return found


def said_in(compiled: Path) -> dict[Sequence[str], Sequence[str]]:
    with compiled.open("rb") as file:
        return by_id(read_mo(file))


def by_id(messages: Iterable[Message]) -> dict[Sequence[str], Sequence[str]]:
    """What is said for each text, without the header, in which the version of the compiler stands."""
    return {
        tuple(message_texts(message.id)): tuple(message_texts(message.string))
        for message in messages
        if message.id
    }


def message_texts(part: str | Sequence[str]) -> Sequence[str]:
    return (part,) if isinstance(part, str) else part


def test_catalogues_keep_placeholders_and_are_compiled() -> None:
    assert faults(LOCALE) == []


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_catalogues_that_come_with_the_package_say_everything(code: str) -> None:
    with TEMPLATE.open("rb") as file:
        asked = set(by_id(read_po(file)))
    said = set(said_in(LOCALE / code / "LC_MESSAGES" / "recaudit.mo"))
    assert said == asked, f"update, complete and compile the catalogue {code} as docs/translating.md says"


def test_german_comes_with_the_package(mixed: AuditResult) -> None:
    with speaking("de"):
        page = render_html(mixed, static=True)
    assert '<html lang="de">' in page
    assert "✕ DURCHGEFALLEN" in page
    assert "1 von 8 Gates durchgefallen" in page


def test_a_lost_placeholder_is_found(german: Path) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("{percent} interval", "{prozent}-Intervall")
    catalogue.add("Systems", "Systeme")
    catalogue.add("by %(name)s", "")
    catalogue.add(("{n} gate", "{n} gates"), ("{n} Tor", "Tore"))
    written = german / "de" / "LC_MESSAGES" / "recaudit.po"
    with written.open("wb") as file:
        write_po(file, catalogue)
    stale = f"{written.with_suffix('.mo')} is not made from recaudit.po"
    assert faults(german) == ["{prozent}-Intervall", "Tore", stale]
    with written.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    assert faults(german) == ["{prozent}-Intervall", "Tore"]


def test_english_needs_no_catalogue() -> None:
    with speaking("en"):
        assert _("Systems") == N_("Systems") == "Systems"
        assert [ngettext("{n} unit", "{n} units", n).format(n=n) for n in (0, 1, 2)] == [
            "0 units",
            "1 unit",
            "2 units",
        ]


def test_a_language_lasts_as_long_as_its_context(german: Path) -> None:
    assert languages() == ("en", "de")
    with speaking("de"):
        assert _("Systems") == "Systeme"
        with speaking("en"):
            assert _("Systems") == "Systems"
        assert _("Systems") == "Systeme"
        assert _("Gates") == "Gates"
    assert _("Systems") == "Systems"


def test_an_unknown_language_names_those_there_are(german: Path) -> None:
    for code in ("dee", "../de", ""):
        with pytest.raises(InputError, match=r"unknown language '.*'.*; known: de, en$"), speaking(code):
            pass


def test_a_page_in_a_language(german: Path, mixed) -> None:
    english = render_html(mixed, static=True)
    with speaking("de"):
        page = render_html(mixed, static=True)
    assert '<html lang="de">' in page
    assert '<h2 id="systems-title">Systeme</h2>' in page
    assert "<th scope=col>95 %-Intervall" in page
    assert "1 von 8 Toren nicht bestanden" in page
    assert r'"recaudit: FAIL, l\27 audit \22 2026-11-24\22 "' in page
    assert render_html(mixed, static=True) == english


def test_the_command_line_names_a_language(german: Path, mixed: AuditResult, tmp_path: Path) -> None:
    mixed.save(tmp_path / "run" / "result.json")
    made = CliRunner().invoke(app, ["report", str(tmp_path / "run"), "--static", "--language", "de"])
    assert made.exit_code == 0, made.output
    assert '<html lang="de">' in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "1 von 8 Toren nicht bestanden" in (tmp_path / "run" / "summary.md").read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["report", str(tmp_path / "run"), "--static"]).exit_code == 0
    assert '<html lang="en">' in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_translation_cannot_end_an_attribute(german: Path, mixed) -> None:
    with speaking("de"):
        said = environment().from_string('<a title="{{ _("Skip to the verdict") }}">').render()
    found: list[tuple[str, str | None]] = []

    class Attributes(HTMLParser):
        def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(attrs)

    Attributes().feed(said)
    assert found == [("title", 'Zum "Urteil" & <weiter>')]


def test_what_is_put_into_a_text_is_escaped_and_shown() -> None:
    hostile = '<b title="x">\N{RIGHT-TO-LEFT OVERRIDE}%(x)s'
    safe = "&lt;b title=&#34;x&#34;&gt;⟨U+202E⟩%(x)s"
    made = environment().from_string(
        "{% trans name=name %}by {{ name }}{% endtrans %}"
        "{{ _('by %(name)s', name=name) }}"
        "{% trans n=1, name=name %}by {{ name }}{% pluralize n %}all by {{ name }}{% endtrans %}"
    )
    assert made.render(name=hostile) == 3 * f"by {safe}"

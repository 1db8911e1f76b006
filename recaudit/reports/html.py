"""The report as HTML: one self-contained file, or a page with its style sheet and scripts beside it."""

from __future__ import annotations

import base64
import gzip
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from markupsafe import Markup

from recaudit.reports import svg
from recaudit.reports.charts import figures_of
from recaudit.reports.columns import ABREAST, parts_abreast
from recaudit.reports.explorer import explorers
from recaudit.reports.intervals import percent_words
from recaudit.reports.language import N_, _, language
from recaudit.reports.markers import marker, panel_plot
from recaudit.reports.numbers import show_count, show_share
from recaudit.reports.overview import VISIBLE_GATES
from recaudit.reports.quadrants import quadrant_words
from recaudit.reports.sentences import capitalised, group_words
from recaudit.reports.spreads import spread_plot
from recaudit.reports.verdicts import VERDICTS, verdict_words
from recaudit.reports.versus import names_or_none
from recaudit.reports.view import view_of
from recaudit.reports.visible import clipped, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from gettext import NullTranslations

    from jinja2.runtime import Context

    from recaudit.audit.calibration import Calibration
    from recaudit.audit.result import AuditResult
    from recaudit.reports.language import Language


def render_html(result: AuditResult, *, static: bool = False, calibration: Calibration | None = None) -> str:
    """Render a result as one page that needs no network, no other file and no script.

    Args:
        result: What an audit found.
        static: Leave out all scripts: the interactive charts, about 2 MB for the compressed plotly library, and the
            sorting and filtering of tables. What charts show stands in tables either way.
        calibration: How often the verdicts would be wrong, for the method section.

    Returns:
        The same text for the same result.
    """
    return _rendered(result, calibration, static=static, beside=False)


def render_folder(
    result: AuditResult, *, static: bool = False, calibration: Calibration | None = None
) -> dict[str, str]:
    """Render a result as a page with its style sheet and scripts beside it, by file name.

    For servers that forbid what stands inline: the page is complete under the policy `default-src 'none';
    img-src 'self'; style-src 'self'`, which many servers have for the artefacts of a build.
    """
    files = {
        "report.html": _rendered(result, calibration, static=static, beside=True),
        "report.css": environment().get_template("style.css").render(running_head=_running_head(result)),
    }
    if not static:
        files["report.js"] = _template("page.js") + _template("charts.js")
        files["plotly.min.js"] = _plotly().decode("utf-8")
    return files


def _rendered(result: AuditResult, calibration: Calibration | None, *, static: bool, beside: bool) -> str:
    view = view_of(result, calibration)
    figures = {} if static else figures_of(view.probes, view.system_names)
    explored = {} if static else explorers(result.systems)
    charted = bool(figures or explored)
    scripts = [] if static else ["page.js", *(["charts.js"] if charted else [])]
    page = (
        environment()
        .get_template("report.html")
        .render(
            page=view,
            figures=figures,
            explorers=explored,
            beside=beside,
            twins=[(name, _(what)) for name, what in TWINS],
            run_folder="../" if beside else "",
            scripts=scripts,
            packed=_packed_plotly() if charted and not beside else "",
            running_head=_running_head(result),
            policy=_policy(scripts=bool(scripts), beside=beside),
        )
    )
    return _NEEDLESS_QUOTES.sub(r"\1\2", _OPTIONAL_ENDS.sub("", page))


def _running_head(result: AuditResult) -> str:
    """What stands at the top of every printed sheet."""
    provenance = result.provenance
    head = _("{verdict}, audit of {day}, configuration {config}, data {data}").format(
        verdict=verdict_words(result.verdict).word,
        day=provenance.started[:10],
        config=provenance.config_digest[:12],
        data=result.data.digest[:12],
    )
    return css_text(head)


def css_text(text: str) -> str:
    r"""Write a text for a string in a style sheet, where what ends it, and what HTML escapes, stands by code point.

    >>> css_text("FAIL, l'audit")
    'FAIL, l\\27 audit'
    """
    return re.sub(r"[^\w ,.:-]", lambda found: f"\\{ord(found.group()):x} ", visible(text))


def _policy(*, scripts: bool, beside: bool) -> str:
    """What the page may load and run; plotly writes style rules."""
    own, inline = "'self'", "'unsafe-inline'"
    style = f"{own} {inline}" if beside and scripts else own if beside else inline
    parts = ["default-src 'none'", f"style-src {style}"]
    if scripts:
        parts += [f"script-src {own if beside else inline}", "img-src data: blob:"]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


TWINS = (
    ("result.json", N_("everything on this page")),
    ("findings.csv", N_("every finding as a row")),
    ("summary.md", N_("the first screen")),
    ("junit.xml", N_("every gate as a test")),
    ("measurements.parquet", N_("every value of every unit")),
    ("groups.parquet", N_("every mean by group")),
    ("evidence.sqlite", N_("every request and answer, word for word")),
)
"""What lies beside the page in the folder of a run."""

_OPTIONAL_ENDS = re.compile(r"</(?:td|th|tr|tbody|thead|li|dt|dd)>")
"""End tags that HTML lets a page leave out: a tenth of a report with many tables."""

_NEEDLESS_QUOTES = re.compile(
    r'( (?:class|scope|role|tabindex|colspan|width|height|x|y|cx|cy|r)=)"([\w.-]+)"(?=[ >])'
)
"""Quotes that HTML lets a page leave out; in texts all quotes are escaped, so that these stand in tags."""


def environment() -> Environment:
    """Where the templates of all pages live: escaping, strict, showing hidden characters, in the language in use."""
    return _environment(language())


@cache
def _environment(spoken: Language) -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("recaudit.reports"),
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["count"] = show_count
    environment.filters["clipped"] = clipped
    environment.filters["abreast"] = parts_abreast
    environment.filters["capitalised"] = capitalised
    environment.globals.update(
        language=spoken.tag,
        verdicts={verdict: verdict_words(verdict) for verdict in VERDICTS},
        visible_gates=VISIBLE_GATES,
        systems_abreast=ABREAST,
        show_share=show_share,
        percent_words=percent_words,
        group_words=group_words,
        quadrant_words=quadrant_words,
        names_or_none=names_or_none,
        limit_plot=svg.limit_plot,
        interval_plot=svg.interval_plot,
        axis=svg.axis,
        marker=marker,
        panel_plot=panel_plot,
        spread_plot=spread_plot,
    )
    _translate(environment, spoken.texts)
    return environment


def _translate(environment: Environment, texts: NullTranslations) -> None:
    """Let templates say the texts of a catalogue, in which markup of ours stands, but no attributes.

    A quotation mark of a translator cannot end an attribute around the text, and what is put into a text is escaped and
    shown as everything that a template writes.
    """

    def gettext(message: str) -> str:
        return texts.gettext(message).replace('"', "&#34;")

    def ngettext(singular: str, plural: str, number: int) -> str:
        return texts.ngettext(singular, plural, number).replace('"', "&#34;")

    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined] # i18n has it
    say: dict[str, Any] = environment.globals
    say.update(gettext=_showing(say["gettext"]), ngettext=_showing(say["ngettext"]))


def _showing(say: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def said(context: Context, *messages: object, **values: object) -> str:
        return say(context, *messages, **{name: _finalize(value) for name, value in values.items()})

    return said


def _finalize(value: object) -> object:
    """Show hidden characters in every text that a template writes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _packed_plotly() -> str:
    return base64.b64encode(gzip.compress(_plotly(), 9, mtime=0)).decode("ascii")


def _plotly() -> bytes:
    return resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


def _template(name: str) -> str:
    return resources.files("recaudit.reports").joinpath("templates", name).read_text(encoding="utf-8")

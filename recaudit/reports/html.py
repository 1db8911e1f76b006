"""The report as one self-contained HTML file."""

from __future__ import annotations

import base64
import gzip
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from recaudit.reports import svg
from recaudit.reports.charts import figures_of
from recaudit.reports.numbers import show_count, show_share
from recaudit.reports.overview import VISIBLE_GATES
from recaudit.reports.page import QUADRANTS, page
from recaudit.reports.sentences import VERDICTS
from recaudit.reports.versus import names_or_none
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult


def render_html(result: AuditResult, *, charts: bool = True) -> str:
    """Render a result as a page that needs no network, no other file and no script.

    Args:
        result: What an audit found.
        charts: Whether to add interactive charts, about 2 MB for the compressed plotly library. What
            they show stands in tables either way.

    Returns:
        The same text for the same result.
    """
    view = page(result)
    figures = figures_of(view.probes, view.system_names) if charts else {}
    template = environment().get_template("report.html")
    return template.render(page=view, figures=figures, plotly=_packed_plotly() if figures else "")


@cache
def environment() -> Environment:
    """Where the templates of all pages live: escaping, strict, and showing hidden characters."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("recaudit.reports"),
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = show_count
    environment.globals.update(
        verdicts=VERDICTS,
        quadrants=QUADRANTS,
        visible_gates=VISIBLE_GATES,
        show_share=show_share,
        names_or_none=names_or_none,
        limit_plot=svg.limit_plot,
        interval_plot=svg.interval_plot,
        axis=svg.axis,
    )
    return environment


def _finalize(value: object) -> object:
    """Show hidden characters in every text that a template writes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _packed_plotly() -> str:
    library = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(library, 9, mtime=0)).decode("ascii")

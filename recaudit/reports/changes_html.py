"""A run beside an earlier one as a page of its own: one file, no script, nothing loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.reports.changes import changes_of
from recaudit.reports.html import css_text, environment
from recaudit.reports.language import _

if TYPE_CHECKING:
    from recaudit.audit.compare import RunComparison


def render_changes_html(made: RunComparison) -> str:
    """Write a comparison as HTML; the same text for the same comparison."""
    started, again = (day[:10] for day in made.started)
    head = _("changes from the run of {started} to that of {again}").format(started=started, again=again)
    return (
        environment().get_template("changes.html").render(view=changes_of(made), running_head=css_text(head))
    )

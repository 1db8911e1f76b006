"""What was found, for people: an `AuditResult` as a page, a table of findings, a summary, a terminal screen.

Nothing is computed or decided here. `render_html` and `render_folder` make the full report, `render_csv` its
numbers for a spreadsheet, `render_markdown` a summary for a pull request, `render_terminal` one for the command
line, and `render_junit` and `render_annotations` what CI servers read. All of them write English, or within
`speaking(code)` another language.
"""

from recaudit.reports.annotations import render_annotations
from recaudit.reports.changes import render_changes_markdown, render_changes_text
from recaudit.reports.changes_html import render_changes_html
from recaudit.reports.findings_csv import render_csv
from recaudit.reports.html import render_folder, render_html
from recaudit.reports.junit import render_junit
from recaudit.reports.language import speaking
from recaudit.reports.summary_md import MOST_BYTES, render_markdown
from recaudit.reports.terminal import render_terminal

__all__ = [
    "MOST_BYTES",
    "render_annotations",
    "render_changes_html",
    "render_changes_markdown",
    "render_changes_text",
    "render_csv",
    "render_folder",
    "render_html",
    "render_junit",
    "render_markdown",
    "render_terminal",
    "speaking",
]

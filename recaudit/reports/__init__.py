"""What was found, for people: an `AuditResult` as a page, a table of findings, a summary, a terminal screen.

Nothing is computed or decided here. `render_html` and `render_folder` make the full report, `render_csv` its
numbers for a spreadsheet, `render_markdown` a summary for a pull request and `render_terminal` one for the command
line.
"""

from recaudit.reports.findings_csv import render_csv
from recaudit.reports.html import render_folder, render_html
from recaudit.reports.summary_md import render_markdown
from recaudit.reports.terminal import render_terminal

__all__ = ["render_csv", "render_folder", "render_html", "render_markdown", "render_terminal"]

"""How results show themselves in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 50


def as_html(heading: str, table: pd.DataFrame, note: str = "") -> str:
    """A heading, a table of at most 50 rows and a note, with every text escaped.

    Numbers are shown with four significant digits, undefined ones as nothing.
    """
    left_out = len(table) - MOST_ROWS
    more = f"<p>{left_out:,} more rows: see .to_pandas()</p>" if left_out > 0 else ""
    rows = table.head(MOST_ROWS).to_html(
        index=False, escape=True, border=0, na_rep="", float_format=lambda number: f"{number:.4g}"
    )
    told = f"<p>{escape(note)}</p>" if note else ""
    return f"<p><strong>{escape(heading)}</strong></p>{rows}{more}{told}"

from __future__ import annotations

import pandas as pd

from recaudit.records.notebook import as_html


def test_texts_are_escaped_numbers_short_and_undefined_ones_empty() -> None:
    table = pd.DataFrame({"<b>": ["<i>x</i>", "y"], "value": [0.123456, float("nan")]})
    page = as_html("a <head>", table, "a & b")
    assert "a &lt;head&gt;" in page
    assert "a &amp; b" in page
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert "&lt;b&gt;" in page
    assert "<td>0.1235</td>" in page
    assert "NaN" not in page


def test_a_long_table_is_cut_and_says_so() -> None:
    page = as_html("long", pd.DataFrame({"row": range(60)}))
    assert page.count("<tr>") == 50
    assert "10 more rows" in page

from __future__ import annotations

from recaudit.adapters.language.tables import table_titles


def test_the_column_named_for_titles_is_read() -> None:
    rows = [
        "| Why | Film title | Year |",
        "|:--|:-:|--:|",
        "| good | Heat | 1995 |",
        "| better | Alien | ? |",
    ]
    assert table_titles(rows) == ["Heat (1995)", "Alien"]


def test_without_a_name_the_first_column_that_is_no_number_is_read() -> None:
    assert table_titles(["| 1. | Heat | crime |", "| 2. | Alien | horror |"]) == ["Heat", "Alien"]


def test_rows_cut_off_and_empty_cells_are_passed_over() -> None:
    rows = ["| # | Song |", "|---|---|", "| 1 | Creep |", "| 2 |", "| 3 | |"]
    assert table_titles(rows) == ["Creep"]


def test_what_is_no_table_has_no_rows() -> None:
    assert table_titles(["Heat | Alien", "a"]) == []
    assert table_titles(["| alone |"]) == []
    assert table_titles(["| a | b |", "| a |"]) == []
    assert table_titles([]) == []

"""`deskterm export`: names of files and of columns that say nothing that it could do (C-55)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call


@pytest.mark.parametrize("name", ["tickets.csv.gz", "tickets.zip", "tickets.docx", "tickets.TSV"])
def test_a_file_is_not_called_what_it_would_not_be(desk: Call, tmp_path: Path, name: str) -> None:
    answer = desk("export", "tickets", "--output", tmp_path / name)
    assert (answer.code, "would be csv inside" in answer.err) == (2, True)
    assert not (tmp_path / name).exists()


def test_columns_have_names(desk: Call) -> None:
    answer = desk("export", "tickets", "--columns", ",")
    assert (answer.code, answer.out, "Name the columns" in answer.err) == (2, "", True)

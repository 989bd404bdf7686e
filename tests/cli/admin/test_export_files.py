"""`deskterm export`: names of files that it would not be (C-55), and a disk that is full (R-61)."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
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


def test_a_workbook_for_which_there_is_no_room_is_refused_in_a_sentence_and_leaves_nothing(
    desk: Call, tmp_path: Path
) -> None:
    for number in range(40):
        assert (
            desk("ticket", "new", f"Nr {number} hums {number * 7}", "--type", "fault", "--requester", "Ida").code == 0
        )
    folder = tmp_path / "temporary"
    folder.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys; from deskterm.cli.main import run; sys.exit(run(sys.argv[1:], login='ann'))",
            *("export", "tickets", "--output", str(tmp_path / "tickets.xlsx")),
        ],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000)),
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "tickets.xlsx cannot be written" in done.stderr
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "tickets.xlsx").exists()

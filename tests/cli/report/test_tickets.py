"""`deskterm report tickets`: one row per ticket with all its measures (R-43)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-27T12:00")
REPORT = ("report", "tickets", "2026-11")


@pytest.fixture
def worked(desk: Call) -> Call:
    """Two low faults of Monday 09:00; 1001 was answered at 09:45, solved at 12:00, and solved again after a reopening
    on Tuesday."""
    for _ in range(2):
        words = ("x", "--type", "fault", "--requester", "Ida", "--email", "ida@x.example")
        desk("ticket", "new", *words, "--now", "2026-11-23T09:00")
    desk("ticket", "reply", "1001", "We look into it.", "--now", "2026-11-23T09:45")
    desk("ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-11-23T12:00")
    desk("ticket", "reopen", "1001", "It came back.", "--now", "2026-11-24T09:00")
    desk("ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-11-24T10:00")
    return desk


def test_a_row_has_all_measures_of_a_ticket(worked: Call) -> None:
    found = worked(*REPORT, "--json", *NOW).json
    first, second = found["tickets"]
    assert (first["received_at"], first["first_response_at"]) == ("2026-11-23T09:00:00Z", "2026-11-23T09:45:00Z")
    assert (first["first_resolved_at"], first["resolved_at"]) == ("2026-11-23T12:00:00Z", "2026-11-24T10:00:00Z")
    # The office is open from 8 to 16
    seconds = [first[name] // 3600 for name in ("elapsed_seconds", "working_seconds", "net_seconds")]
    assert (seconds, first["response_seconds"], first["reopened"]) == ([25, 9, 4], 2700, 1)
    assert first["verdicts"]["response"] == {"verdict": "met", "met": 1, "late": 0}
    assert (second["resolved_at"], second["reopened"], second["status"]) == (None, 0, "new")
    assert second["verdicts"]["response"]["verdict"] == "late"


def test_rows_are_as_of_an_instant_and_of_a_filter(worked: Call) -> None:
    (first, _) = worked(*REPORT, "--as-of", "2026-11-23T13:00", "--json", *NOW).json["tickets"]
    assert (first["resolved_at"], first["reopened"]) == ("2026-11-23T12:00:00Z", 0)
    narrow = worked(*REPORT, "--filter", "status:solved", "--as-of", "2026-11-23T13:00", "--json", *NOW).json
    assert [row["number"] for row in narrow["tickets"]] == [1001]
    # Open on no day of it
    assert worked("report", "tickets", "2026-11-25", "--json", *NOW).json["figures"]["tickets"]["n"] == 1


def test_the_table_is_for_people_and_may_be_cut(worked: Call) -> None:
    answer = worked(*REPORT, "--limit", "1", *NOW)
    assert (answer.code, "1001" in answer.out, "1002" in answer.out) == (0, True, False)
    assert "2 tickets" in answer.out.splitlines()[0]
    assert "1 of 2 are listed" in answer.err


def test_a_document_is_counted_again_and_names_the_cells_that_differ(worked: Call, tmp_path: Path) -> None:
    """R-46"""
    file = tmp_path / "november.json"
    assert worked(*REPORT, "--output", file, *NOW).code == 0
    answer = worked("report", "verify", file, *NOW)
    assert (answer.code, answer.out.startswith("equal: the rows of 2 tickets")) == (0, True)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["tickets"][0]["reopened"] = 7
    file.write_text(json.dumps(document), encoding="utf-8")
    assert "digest does not fit" in worked("report", "verify", file, *NOW).err
    # What came later than the report is recorded before its instant
    late = ("--now", "2026-11-27T11:00")
    file.unlink()
    assert worked(*REPORT, "--output", file, *NOW).code == 0
    assert worked("ticket", "set", "1002", "--severity", "high", "--reason", "x", *late).code == 0
    answer = worked("report", "verify", file, *NOW)
    assert (answer.code, "tickets/1002/severity" in answer.out) == (1, True)


def test_a_table_has_its_envelope_in_a_second_file_or_sheet(worked: Call, tmp_path: Path) -> None:
    """R-44"""
    file = tmp_path / "november.csv"
    assert worked(*REPORT, "--output", file, *NOW).code == 0
    with file.open(encoding="utf-8", newline="") as lines:
        first, second = csv.DictReader(lines)
    assert (first["number"], first["net_seconds"], first["response_verdict"]) == ("1001", "14400", "met")
    assert (second["resolved_at"], second["response_late"]) == ("", "1")
    answer = worked("report", "verify", tmp_path / "november.csv.json", *NOW)
    assert (answer.code, answer.out.startswith("equal: the rows of 2 tickets")) == (0, True)
    assert worked("report", "verify", file, *NOW).out == answer.out
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    book = tmp_path / "november.xlsx"
    assert worked(*REPORT, "--output", book, *NOW).code == 0
    sheets = calamine.CalamineWorkbook.from_path(str(book))
    rows = sheets.get_sheet_by_index(0).to_python()
    assert (rows[1][0], len(rows), len(sheets.sheet_names)) == (1001, 3, 2)
    assert worked("report", "verify", book, *NOW).out == answer.out
    wrong = worked(*REPORT, "--output", tmp_path / "november.html", *NOW)
    assert (wrong.code, "ends in .csv, .json or .xlsx" in wrong.err) == (2, True)

"""`deskterm import tickets` and `deskterm import sniff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

HEADER = "Ticket ID,Subject,Status,Priority,Created time,Full name,Email\n"
ROWS = (
    "7,Printer,Open,Low,2026-03-02 09:00:00,Bo,bo@fern.example\n,None,Open,Low,2026-03-02 09:00:00,Bo,bo@fern.example\n"
)
LONDON = ("--zone", "Europe/London")


@pytest.fixture
def export(two_tickets: Call, tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(HEADER + ROWS)
    return path


def test_refused_rows_are_said_and_kept_and_the_exit_code_is_1(two_tickets: Call, export: Path) -> None:
    answer = two_tickets("import", "tickets", export, *LONDON)
    assert answer.code == 1
    assert "line 3: no number (refused)\n" in answer.out
    refused = export.with_name("export.csv.refused.csv")
    assert f"The refused rows are in {refused}: mend them there, and import that file." in answer.out
    refused.write_text(refused.read_text().replace(",None", "8,None"))
    assert two_tickets("import", "tickets", refused, *LONDON).code == 0
    assert two_tickets("doctor").code == 0


def test_a_strict_import_writes_nothing(two_tickets: Call, export: Path) -> None:
    answer = two_tickets("import", "tickets", export, "--strict", "--json", *LONDON)
    assert (answer.code, answer.json["written"], answer.json["tickets"]) == (1, False, 1)
    assert not export.with_name("export.csv.refused.csv").exists()
    assert len(two_tickets("ticket", "list", "--all", "--json").json) == 2


def test_a_dry_run_says_that_it_is_one(two_tickets: Call, export: Path) -> None:
    answer = two_tickets("import", "tickets", export, "--dry-run", *LONDON)
    assert "A dry run: nothing was written. The refused rows would go to " in answer.out
    assert "7  2026-03-02 09:00Z  " in answer.out


def test_what_has_to_be_said_is_asked_for_in_one_sentence(two_tickets: Call, export: Path) -> None:
    answer = two_tickets("import", "tickets", export)
    assert (answer.code, answer.out) == (2, "")
    assert (
        "does not say the zone of its instants (2026-03-02 09:00:00): give it, as --zone Europe/London." in answer.err
    )
    export.write_text(HEADER + "7,Printer,Open,Low,03/04/2026 09:00,Bo,bo@fern.example\n")
    assert two_tickets("import", "tickets", export, *LONDON).code == 2
    assert two_tickets("import", "tickets", export, "--month-first", *LONDON).code == 0


def test_the_mapping_that_sniff_prints_is_taken(two_tickets: Call, export: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(two_tickets("import", "sniff", export, *LONDON).out)
    assert two_tickets("import", "tickets", export, "--mapping", mapping, "--dry-run", "--json").json["tickets"] == 1


def test_what_cannot_be_read_is_one_sentence(two_tickets: Call, tmp_path: Path) -> None:
    missing = two_tickets("import", "tickets", tmp_path / "nothing.csv", *LONDON)
    assert (missing.code, missing.err.count("\n")) == (1, 1)
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"PK\x03\x04broken")
    assert two_tickets("import", "sniff", broken).code == 1
    other = tmp_path / "x.csv"
    other.write_text("a,b\n1,2\n")
    assert "import sniff" in two_tickets("import", "tickets", other, *LONDON).err

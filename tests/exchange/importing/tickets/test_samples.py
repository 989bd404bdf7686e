"""Samples in the shapes of other desks' exports, with the figures that an import of each must find."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from exchange.importing.tickets.exports import bring_in, expected_figures, incident_desk, sample, select

SAMPLES = (
    "zendesk.csv",
    "zendesk.ndjson",
    "freshdesk.csv",
    "freshdesk.xml",
    "jira.csv",
    "jira.json",
    "servicenow.csv",
    "servicenow.xlsx",
    "servicenow.json",
    "osticket.csv",
    "zammad.json",
    "zammad.xlsx",
    "rt.tsv",
    "github.json",
    "otrs.csv",
    "redmine.csv",
)
COUNTS = (
    "tickets",
    "skipped",
    "messages",
    "by_status",
    "requesters",
    "organisations",
    "encoding",
    "delimiter",
    "format",
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_what_an_independent_count_found(name: str, tmp_path: Path) -> None:
    if name.endswith(".xlsx"):
        pytest.importorskip("python_calamine", reason="the extra xlsx is not installed")
    path, expected = sample(name, tmp_path), expected_figures()[name]
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    report = bring_in(store, path, zone=expected["zone"])
    found = report.to_json()
    if name == "rt.tsv":
        expected["format"] = "rt csv"  # a table in text, whatever parts it
    assert {key: found[key] for key in COUNTS} == {key: expected[key] for key in COUNTS}
    if expected["by_priority"] is not None:
        assert found["by_priority"] == expected["by_priority"]
    assert found["status_changes"] == expected.get("status_changes", 0)
    assert (found["refused"], [word for word in found["words"] if not word["known"] and word["field"] == "status"]) == (
        [],
        [],
    )
    preview = found["preview"]
    assert [row["external_id"] for row in preview] == expected["external_ids"]
    assert [row["subject"] for row in preview] == [" ".join(subject.split()) for subject in expected["subjects"]]
    # Of the desk, not of the report
    rows = select(store, "SELECT external_id, received_at, solved_at FROM ticket ORDER BY id")
    assert [row[0] for row in rows] == expected["external_ids"]
    assert [_to_utc(row[1]) for row in rows] == expected["created_utc"]
    assert [_to_utc(row[2]) for row in rows] == expected["resolved_utc"]
    again = bring_in(store, path, zone=expected["zone"])
    assert (again.tickets, again.events, again.messages, again.grown, again.unchanged) == (0, 0, 0, 0, 12)
    store.close()


def test_a_ticket_that_another_file_says_nothing_new_of_has_not_grown(tmp_path: Path) -> None:
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    zone = expected_figures()["zendesk.csv"]["zone"]
    bring_in(store, sample("zendesk.ndjson", tmp_path), zone=zone)
    again = bring_in(store, sample("zendesk.csv", tmp_path), zone=zone)
    assert (again.tickets, again.events, again.messages, again.grown) == (0, 0, 0, 0)
    assert again.unchanged + again.left_alone == 12
    store.close()


@pytest.mark.parametrize("store_url", ["sqlite", "postgresql"], indirect=True)
def test_an_imported_desk_is_sound(store_url: str, tmp_path: Path) -> None:
    path = sample("jira.csv", tmp_path)
    store = incident_desk(store_url)
    assert bring_in(store, path).new_agents == 2
    assert check_integrity(store).findings == ()
    assert verify_desk(store) == []
    with open_reader(store.url) as reader:
        assert verify_chains(reader).faults == ()
    store.close()


def test_a_broken_sample_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    path, expected = sample("broken_freshdesk.csv", tmp_path), expected_figures()["broken_freshdesk.csv"]
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    strict = bring_in(store, path, strict=True)
    assert (strict.is_written, select(store, "SELECT count(*) FROM ticket")) == (False, [(0,)])
    report = bring_in(store, path)
    assert [row[0] for row in select(store, "SELECT external_id FROM ticket ORDER BY id")] == expected["external_ids"]
    assert [row.line for row in report.refused] == [row["line"] for row in expected["refused"]]
    assert [row.line for row in report.notes] == [8]
    assert report.words["status"]["Snoozing"].is_known is False
    assert report.words["status"]["Snoozing"].place == 10
    refused = Path(report.refused_file).read_text().splitlines()
    assert refused[0].endswith("Email,line,reason")
    assert len(refused) == 6
    store.close()


def test_refused_rows_that_were_mended_are_an_import(tmp_path: Path) -> None:
    path = sample("broken_freshdesk.csv", tmp_path)
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    refused = Path(bring_in(store, path).refused_file)
    mended = refused.read_text()
    for wrong, right in (
        (",No number here", "502,No number here"),
        ("2026-02-30", "2026-02-28"),
        ("504,Too few cells,Open,,,", "504,Too few cells,Open,Low,2026-03-02 09:30:00,"),
        ("501,The number comes twice", "507,The number comes twice"),
        ('"""A quotation mark', '"A quotation mark'),
    ):
        assert wrong in mended
        mended = mended.replace(wrong, right)
    refused.write_text(mended)
    report = bring_in(store, refused)
    assert (report.tickets, report.refused) == (5, [])
    assert select(store, "SELECT count(*) FROM ticket") == [(10,)]
    store.close()


def test_relative_dates_are_refused_as_a_whole(tmp_path: Path) -> None:
    path = sample("rt_relative.tsv", tmp_path)
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with pytest.raises(DeskError) as refused:
        bring_in(store, path)
    assert expected_figures()["rt_relative.tsv"]["refused_whole"] in str(refused.value)
    store.close()


def _to_utc(stored: str | None) -> str | None:
    return None if stored is None else f"{stored[:10]}T{stored[11:19]}Z"

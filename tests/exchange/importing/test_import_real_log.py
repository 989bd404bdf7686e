"""The log of a real help desk with 141,712 rows, compared with figures of an independent program."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from deskterm.desk.admin.setup import create_desk
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import find_mapping
from deskterm.exchange.importing.report import ImportReport
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.service_levels import load_cycle_counts
from real_data import real_data
from store_templates import load_shipped

LOG = "uci_incident_event_log.csv.xz"
CUT = datetime(2016, 5, 16, 10, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class ImportedLog(NamedTuple):
    """The desk, and the reports of two imports: up to one Monday morning, and of the rest. open_then: open tickets in
    between."""

    store: Store
    first: ImportReport
    open_then: int
    rest: ImportReport


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImportedLog]:
    """Imported once a run, by the first worker that needs it: it takes as long as hundreds of other tests."""
    real_data(LOG)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real-log"
    folder.mkdir(exist_ok=True)
    url, reports = f"sqlite:///{folder / 'desk.sqlite3'}", folder / "reports.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not reports.exists():
            reports.write_bytes(pickle.dumps(import_in_two_parts(url)))
    store = open_store(url)
    yield ImportedLog(store, *pickle.loads(reports.read_bytes()))
    store.close()


def import_in_two_parts(url: str) -> tuple[ImportReport, int, ImportReport]:
    log, mapping = real_data(LOG), find_mapping("servicenow-incident-log")
    store = create_desk(url, load_shipped("incident-management"), admin_login="ann", simulated=True, now=NOW)
    first = import_events(store, log, mapping, until=CUT, actor="ann", now=NOW)
    open_then = select_number(store, "SELECT count(*) FROM ticket WHERE is_open = 1")
    rest = import_events(store, log, mapping, actor="ann", now=NOW)
    store.close()
    return first, open_then, rest


def select_number(store: Store, sql: str) -> int:
    with store.reading() as session:
        return int(session.execute(text(sql)).scalar_one())


def select_counts(store: Store, sql: str) -> dict[str, int]:
    with store.reading() as session:
        return {row[0]: row[1] for row in session.execute(text(sql))}


@pytest.fixture(scope="module")
def expected_figures() -> dict[str, object]:
    return dict(json.loads(Path(real_data("truth_uci.json")).read_text()))


@pytest.mark.first
def test_up_to_a_monday_morning_the_numbers_of_tickets_are_those_of_the_log(imported: ImportedLog) -> None:
    assert imported.first.tickets == 21_152
    assert imported.open_then == 1_234


def test_the_second_import_completes_the_first(imported: ImportedLog, expected_figures: dict[str, object]) -> None:
    assert imported.first.tickets + imported.rest.tickets == expected_figures["incidents"] == 24_918
    assert imported.rest.rows == expected_figures["events"] == 141_712
    assert select_number(imported.store, "SELECT sum(rows) FROM imported_row") == 141_712


def test_every_row_is_an_event(imported: ImportedLog) -> None:
    assert (
        select_number(imported.store, "SELECT count(*) FROM event WHERE seq > 1 OR kind <> 'registered'")
        >= 141_712 - 24_918
    )
    assert select_number(imported.store, "SELECT count(*) FROM event WHERE kind = 'registered'") == 24_918


def test_severities_are_those_of_the_last_rows(imported: ImportedLog) -> None:
    assert select_counts(imported.store, "SELECT severity, count(*) FROM ticket GROUP BY severity") == {
        **{"critical": 270, "high": 408, "moderate": 23_466, "low": 774}
    }


def test_months_are_counted_in_the_zone_of_the_log(imported: ImportedLog, expected_figures: dict[str, object]) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    months: dict[str, int] = {}
    with imported.store.reading() as session:
        for (received,) in session.execute(text("SELECT received_at FROM ticket")):
            month = f"{datetime.fromisoformat(received).replace(tzinfo=UTC).astimezone(zone):%Y-%m}"
            months[month] = months.get(month, 0) + 1
    assert months["2016-03"] == 8_995
    assert months == expected_figures["opened_per_month"]


def test_the_number_of_reopened_tickets_is_that_of_the_log(
    imported: ImportedLog, expected_figures: dict[str, object]
) -> None:
    assert (
        select_number(imported.store, "SELECT count(*) FROM ticket WHERE reopened > 0")
        == expected_figures["incidents_reopened"]
        == 275
    )


def test_all_tickets_are_closed_in_the_end(imported: ImportedLog) -> None:
    assert select_counts(imported.store, "SELECT status, count(*) FROM ticket GROUP BY status") == {"closed": 24_918}


def test_odd_rows_of_the_log_are_reported_by_line(imported: ImportedLog) -> None:
    notes = sorted((*imported.first.notes, *imported.rest.notes))
    assert [note.line for note in notes] == [360, 115_643, 115_644, 124_509, 124_510, 124_511]
    assert notes[0].reason == "the time of INC0000137 runs backwards here: dated like the row before it"
    assert all("'-100' in column incident_state" in note.reason for note in notes[1:])
    assert imported.first.skipped == imported.rest.skipped == ()


def test_every_ticket_has_its_own_subject(imported: ImportedLog) -> None:
    assert select_number(imported.store, "SELECT count(DISTINCT subject) FROM ticket") == 24_918


def test_no_clock_runs_on_a_ticket_that_is_closed(imported: ImportedLog) -> None:
    assert select_number(imported.store, "SELECT count(*) FROM clock WHERE state IN ('running', 'paused')") == 0
    assert select_counts(
        imported.store,
        "SELECT metric, count(*) FROM clock WHERE cycle = 1 AND metric NOT LIKE 'timer:%' GROUP BY metric",
    ) == {**{"resolution": 24_918, "response": 24_918}}


@pytest.mark.law("C-14")
def test_the_service_levels_of_a_month_are_those_of_an_independent_program(imported: ImportedLog) -> None:
    """R-34: a cycle that a reopening continued was late as the one before it already, and counts once."""
    zone = ZoneInfo("America/Sao_Paulo")
    since, until = (int(datetime(2016, month, 1, tzinfo=zone).timestamp()) for month in (3, 4))
    with open_reader(imported.store.url) as reader:
        counts = load_cycle_counts(reader, since, until)
    assert {one.severity: (one.met, one.late, one.retarget) for one in counts if one.metric == "resolution"} == {
        "critical": (24, 60, 11),
        "high": (62, 73, 3),
        "moderate": (5898, 2013, 1),
        "low": (271, 54, 2),
    }


def test_importing_the_whole_log_again_adds_nothing(imported: ImportedLog) -> None:
    before = select_number(imported.store, "SELECT max(id) FROM event")
    again = import_events(imported.store, real_data(LOG), find_mapping("servicenow-incident-log"), actor="ann", now=NOW)
    assert (again.tickets, again.grown, again.events, again.unchanged) == (0, 0, 0, 24_918)
    assert select_number(imported.store, "SELECT max(id) FROM event") == before

"""The log of a real help desk: 141,712 rows, whose figures an independent program found as well."""

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
from real_data import real_data
from store_templates import load_shipped

LOG = "uci_incident_event_log.csv.xz"
CUT = datetime(2016, 5, 16, 10, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Taken(NamedTuple):
    """A desk up to one Monday morning, and what the rest of the log added to it."""

    store: Store
    first: ImportReport
    open_then: int
    rest: ImportReport


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Imported once a run, whichever worker comes first: it takes as long as hundreds of other tests."""
    real_data(LOG)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real-log"
    folder.mkdir(exist_ok=True)
    url, told = f"sqlite:///{folder / 'desk.sqlite3'}", folder / "told.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_bytes(pickle.dumps(in_two_parts(url)))
    store = open_store(url)
    yield Taken(store, *pickle.loads(told.read_bytes()))
    store.close()


def in_two_parts(url: str) -> tuple[ImportReport, int, ImportReport]:
    log, words = real_data(LOG), find_mapping("servicenow-incident-log")
    store = create_desk(url, load_shipped("incident-management"), admin_login="ann", simulated=True, now=NOW)
    first = import_events(store, log, words, until=CUT, actor="ann")
    open_then = number(store, "SELECT count(*) FROM ticket WHERE is_open = 1")
    rest = import_events(store, log, words, actor="ann")
    store.close()
    return first, open_then, rest


def number(store: Store, sql: str) -> int:
    with store.reading() as session:
        return int(session.execute(text(sql)).scalar_one())


def counted(store: Store, sql: str) -> dict[str, int]:
    with store.reading() as session:
        return {row[0]: row[1] for row in session.execute(text(sql))}


@pytest.fixture(scope="module")
def truth() -> dict[str, object]:
    return dict(json.loads(Path(real_data("truth_uci.json")).read_text()))


def test_up_to_a_monday_morning_there_are_as_many_tickets_as_the_log_had_then(taken: Taken) -> None:
    assert taken.first.tickets == 21_152
    assert taken.open_then == 1_234


def test_the_rest_of_the_log_makes_the_whole(taken: Taken, truth: dict[str, object]) -> None:
    assert taken.first.tickets + taken.rest.tickets == truth["incidents"] == 24_918
    assert taken.rest.rows == truth["events"] == 141_712
    assert number(taken.store, "SELECT sum(rows) FROM imported_row") == 141_712


def test_every_row_is_an_event(taken: Taken) -> None:
    assert number(taken.store, "SELECT count(*) FROM event WHERE seq > 1 OR kind <> 'registered'") >= 141_712 - 24_918
    assert number(taken.store, "SELECT count(*) FROM event WHERE kind = 'registered'") == 24_918


def test_severities_are_those_of_the_last_rows(taken: Taken) -> None:
    assert counted(taken.store, "SELECT severity, count(*) FROM ticket GROUP BY severity") == {
        **{"critical": 270, "high": 408, "moderate": 23_466, "low": 774}
    }


def test_months_are_those_of_the_logs_own_zone(taken: Taken, truth: dict[str, object]) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    months: dict[str, int] = {}
    with taken.store.reading() as session:
        for (received,) in session.execute(text("SELECT received_at FROM ticket")):
            month = f"{datetime.fromisoformat(received).replace(tzinfo=UTC).astimezone(zone):%Y-%m}"
            months[month] = months.get(month, 0) + 1
    assert months["2016-03"] == 8_995
    assert months == truth["opened_per_month"]


def test_tickets_that_came_back_are_those_the_log_counts(taken: Taken, truth: dict[str, object]) -> None:
    assert number(taken.store, "SELECT count(*) FROM ticket WHERE reopened > 0") == truth["incidents_reopened"] == 275


def test_all_are_closed_in_the_end(taken: Taken) -> None:
    assert counted(taken.store, "SELECT status, count(*) FROM ticket GROUP BY status") == {"closed": 24_918}


def test_what_the_log_says_wrong_is_told_by_line(taken: Taken) -> None:
    told = sorted((*taken.first.notes, *taken.rest.notes))
    assert [note.line for note in told] == [360, 115_643, 115_644, 124_509, 124_510, 124_511]
    assert told[0].reason == "the time of INC0000137 runs backwards here: dated like the row before it"
    assert all("'-100' in column incident_state" in note.reason for note in told[1:])
    assert taken.first.skipped == taken.rest.skipped == ()


def test_subjects_tell_tickets_apart(taken: Taken) -> None:
    assert number(taken.store, "SELECT count(DISTINCT subject) FROM ticket") == 24_918


def test_no_clock_runs_on_a_ticket_that_is_closed(taken: Taken) -> None:
    assert number(taken.store, "SELECT count(*) FROM clock WHERE state IN ('running', 'paused')") == 0
    assert counted(
        taken.store, "SELECT metric, count(*) FROM clock WHERE cycle = 1 AND metric NOT LIKE 'timer:%' GROUP BY metric"
    ) == {**{"resolution": 24_918, "response": 24_918}}


def test_another_import_of_the_whole_adds_nothing(taken: Taken) -> None:
    before = number(taken.store, "SELECT max(id) FROM event")
    again = import_events(taken.store, real_data(LOG), find_mapping("servicenow-incident-log"), actor="ann")
    assert (again.tickets, again.grown, again.events, again.unchanged) == (0, 0, 0, 24_918)
    assert number(taken.store, "SELECT max(id) FROM event") == before

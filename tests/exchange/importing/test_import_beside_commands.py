"""An import beside commands that add contacts: both write the desk's own history, and neither waits for the other in a
circle (D-41)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.desk.core.people import find_or_add_contact
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.tickets.register import register
from deskterm.exchange.importing.imports import import_events
from exchange.importing.event_logs import desk_at, mapping, row, write_log

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_an_import_waits_for_a_command_that_adds_a_contact(store_url: str, tmp_path: Path) -> None:
    desk = desk_at(store_url)
    number = register(desk, subject="x", type="fault", incomplete=True, now=NOW).number
    log, errors = write_log(tmp_path / "log.csv", [row("A-1", "09:00", caller="Bo")]), list[BaseException]()

    def run_import() -> None:
        try:
            import_events(desk.store, log, mapping(tmp_path), actor="ann", now=NOW)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run_import)
    with desk.ticket(number, "participate", NOW) as work:
        work.session.execute(text("UPDATE ticket SET reopened = reopened"))  # what the end of a command locks
        thread.start()
        thread.join(0.7)  # it has locked what it can by then
        assert thread.is_alive()
        person = find_or_add_contact(work.session, "Kim", "kim@larch.example", None, None)
        assert person is not None
    thread.join(20)
    assert errors == []
    assert verify_desk(desk.store) == []
    desk.store.close()

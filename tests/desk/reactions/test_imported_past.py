"""An imported ticket has a past on another desk, of which this one tells nobody; it tells what comes due later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from deskterm.cli.runtime.session import record_due_events
from exchange.importing.tickets.exports import NOW, bring_in, select, write_export
from store_templates import create_desk, load_shipped

LETTERS = "SELECT ticket_id, at FROM event WHERE kind = 'letter' ORDER BY ticket_id, seq"


def test_nobody_is_told_of_what_was_due_before_the_import(store_url: str, tmp_path: Path) -> None:
    desk = create_desk(store_url, load_shipped("software-vendor"), admin_login="ann", now=NOW)
    first = "7,Printer,Resolved,Low,2026-08-03 09:00:00,2026-08-04 09:00:00,Bo,bo@fern.example,,2026-08-04 09:00:00\n"
    second = "8,Screen,Resolved,Low,2026-11-19 09:00:00,2026-11-20 09:00:00,Ida,ida@fern.example,,2026-11-20 09:00:00\n"
    path = write_export(tmp_path / "x.csv", first + second)
    bring_in(desk, path)
    old, new = (number for (number,) in select(desk, "SELECT id FROM ticket ORDER BY id"))
    record_due_events(store_url, [old, new], NOW + timedelta(hours=1))
    kinds = {kind for (kind,) in select(desk, f"SELECT kind FROM event WHERE ticket_id = {old}")}
    assert select(desk, LETTERS) == []
    assert "noticed" in kinds
    record_due_events(store_url, [old, new], NOW + timedelta(days=60))
    told = select(desk, LETTERS)
    assert {number for number, _ in told} == {new}
    desk.close()

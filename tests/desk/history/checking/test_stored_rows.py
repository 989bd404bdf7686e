"""Loading stored rows, legible or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from small_desk import at, small_desk
from tampering import tamper


@pytest.mark.parametrize("assignment", ["at = 'garbage'", "at = 7", "data = '{not json'"])
def test_the_integrity_check_reports_illegible_rows_and_goes_on(tmp_path: Path, assignment: str) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")  # PostgreSQL refuses such values
    for minute in range(3):
        register(desk, subject="Login fails", body="It hurts.", type="fault", requester="Ida", now=at(minute))
    tamper(
        desk,
        f"UPDATE event SET {assignment} WHERE ticket_id = 1002",
        "UPDATE ticket SET updated_at = 'x' WHERE id = 1003",
    )
    unreadable = "event 1 of ticket 1002 is not what was written: restore a backup with `deskterm restore FILE`"
    different = "ticket 1003 differs from its events in updated_at"
    assert [finding.sentence for finding in check_integrity(desk.store).findings] == [unreadable, different]
    assert [finding.repaired for finding in check_integrity(desk.store, repair=True).findings] == [False, True]
    assert [finding.sentence for finding in check_integrity(desk.store).findings] == [unreadable]
    with pytest.raises(DeskError, match="restore a backup with `deskterm restore FILE`"):
        messages.reply(desk, 1002, "Hello", now=at(9))
    messages.reply(desk, 1003, "Hello", now=at(9))
    desk.store.close()

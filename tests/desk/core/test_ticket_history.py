"""A ticket that is folded before its lock is held (D-45)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation.messages import add_note
from deskterm.desk.core.session import VersionConflict
from deskterm.desk.core.ticket_history import fold_ahead
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from small_desk import at, small_desk


def test_a_long_history_is_folded_ahead_and_what_came_meanwhile_counts(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    register(desk, subject="x", type="fault", now=at(0))
    for minute in range(60):
        add_note(desk, 1001, "x", now=at(minute))
    history = fold_ahead(desk.store, 1001, desk.build_procedure_lookup)
    assert history is not None
    other = open_desk(open_store(desk.store.url), "ann")
    seen = add_note(other, 1001, "meanwhile", now=at(61)).version
    with pytest.raises(VersionConflict), desk.writing() as session:
        desk._lock_ticket(session, 1001, at(62), seen - 1, history)
    with desk.writing() as session:
        work = desk._lock_ticket(session, 1001, at(62), seen, fold_ahead(desk.store, 1001, desk.build_procedure_lookup))
        assert work.state.version == seen
    assert add_note(desk, 1001, "after", version=seen, now=at(63)).version == seen + 1
    assert check_integrity(desk.store).findings == ()
    desk.store.close()
    other.store.close()

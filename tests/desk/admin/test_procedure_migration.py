"""Migrating running clocks to a new version of the procedure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.admin.procedure_migration import migrate_tickets, plan_migration
from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import ClockView, load_ticket_detail
from due_time_desk import DUE_TIME_PROCEDURE, due_time_desk
from small_desk import at, small_procedure

STRICTER = DUE_TIME_PROCEDURE.replace('resolution = "4h"', 'resolution = "2h"')
HOLIDAY = DUE_TIME_PROCEDURE.replace(
    "no_holidays = true", 'holidays = [{ date = 2026-11-24, name = "Founder\'s day" }]'
)


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = due_time_desk(store_url)
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def read_clocks(desk: DeskSession, number: int) -> dict[str, ClockView]:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return {clock.metric: clock for clock in found.clocks}


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


def apply_text(desk: DeskSession, text: str, minutes: float) -> DeskSession:
    apply_procedure(desk, small_procedure(text), now=at(minutes))
    return open_desk(desk.store, "ann")


def test_a_new_version_moves_no_running_clock_until_the_migration(desk: DeskSession) -> None:
    for _ in range(2):
        register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    messages.reply(desk, 1001, "hello", now=at(10))
    update.move(desk, 1002, "working", now=at(100))
    update.move(desk, 1002, "waiting", now=at(110))
    new = apply_text(desk, STRICTER, 150)
    assert read_clocks(desk, 1001)["resolution"].due == epoch(240)
    planned = migrate_tickets(new, at(160), dry_run=True)
    assert (
        planned
        == plan_migration(new, at(160))
        == [
            DueChange("resolution", "Resolution", 1, epoch(240), epoch(120), True, 1001),
            DueChange("resolution", "Resolution", 1, epoch(290), epoch(170), False, 1002, True),
        ]
    )
    assert read_clocks(desk, 1001)["resolution"].due == epoch(240)
    assert migrate_tickets(new, at(160)) == planned
    found = read_clocks(desk, 1001)
    assert (found["resolution"].due, found["resolution"].breached_at, found["resolution"].cause) == (
        epoch(120),
        epoch(160),
        "policy",
    )
    assert (found["response"].state, found["response"].version) == ("met", 1)
    assert found["resolution"].version == 2
    update.move(new, 1002, "working", now=at(165))
    assert read_clocks(desk, 1002)["resolution"].due == epoch(175)
    assert migrate_tickets(new, at(170)) == plan_migration(new, at(170)) == []


def test_a_holiday_moves_the_due_time_of_a_running_clock(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="low", now=at(0))
    new = apply_text(desk, HOLIDAY, 10)
    (moved,) = migrate_tickets(new, at(20))
    assert (moved.old_due, moved.new_due) == (epoch(2880), epoch(4320))


def test_the_clock_of_a_removed_metric_is_cancelled_and_keeps_its_breach(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    without_metric = DUE_TIME_PROCEDURE.replace('response = "30m"\nnext-response = "1h"\n', 'next-response = "1h"\n')
    new = apply_text(desk, without_metric, 40)
    migrate_tickets(new, at(50))
    assert (read_clocks(desk, 1001)["response"].state, read_clocks(desk, 1001)["response"].breached_at) == (
        "cancelled",
        epoch(30),
    )


def test_only_an_admin_migrates(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="ask somebody with the role admin"):
        migrate_tickets(open_desk(desk.store, "lea"), at(0))

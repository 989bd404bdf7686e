"""Ranges of tickets that are checked while others write."""

from __future__ import annotations

from deskterm.desk.conversation import messages
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk


def test_whoever_writes_meanwhile_is_no_finding_and_is_not_held_up(store_url: str) -> None:
    desk = small_desk(store_url)
    for number in range(6):
        register(desk, subject=f"x{number}", type="fault", severity="high", requester="Kim", now=at(0))

    def write(done: int, total: int) -> None:
        if done == 2:
            register(desk, subject="new", type="fault", severity="high", now=at(7))
        for number in (1001, 1006):  # one that was checked, and one that is still to be
            messages.add_note(desk, number, f"{done} are done", now=at(7))

    report = check_integrity(desk.store, processes=1, batch=2, progress=write)
    assert (report.tickets, report.findings) == (7, ())
    desk.store.close()

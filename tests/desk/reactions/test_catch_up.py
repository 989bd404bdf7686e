"""Catching up without a runner: what is due on a ticket has happened before whatever is done to it afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.event import listens_for

from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession, VersionConflict
from deskterm.desk.core.transaction import load_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.policy.shifts import find_ended_teams, find_next_handover
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from deskterm.store.db.errors import UnavailableDesk
from due_time_desk import DUE_TIME_PROCEDURE, epoch, last_cycle, open_fault
from small_desk import MONDAY, at, small_procedure
from store_templates import create_desk, load_shipped
from ticket_reads import DeskFactory, read_ticket

DAY = 1440


def read_events(desk: DeskSession, number: int = 1001) -> list[tuple[str, int, str]]:
    """Read kind, instant and actor of a ticket's events."""
    with desk.store.reading() as session:
        return [(event.kind, event.at, event.actor) for event in load_events(session, number)]


def resolve_and_confirm(desk: DeskSession) -> None:
    """Bring the platform's ticket to Pending Closure in minute 40, by a confirmation in words."""
    for minute, status in ((10, "triage"), (20, "under-review")):
        update.move(desk, 1001, status, now=at(minute))
    code = desk.procedure.definition.closing.resolutions
    resolution.resolve(
        desk, 1001, "It is repaired.", resolution="permanent", code=code[0].key if code else None, now=at(30)
    )
    done = confirmation.confirm(desk, 1001, "Works", now=at(40))
    assert done.summary.startswith("1001: confirmed by the requester, now Pending Closure")


@pytest.mark.requirement("S4-14")
def test_the_seven_days_of_pending_closure_end_after_a_confirmation_in_words(desk_with_ticket: DeskFactory) -> None:
    """The confirmation itself is a message of the requester, and does not stop the timer that it starts (D-01)."""
    desk = desk_with_ticket("saas-platform")
    resolve_and_confirm(desk)
    timer = last_cycle(desk, "timer:status:pending-closure")
    assert (timer.state, timer.due) == ("running", epoch(40) + 7 * 86_400)
    alerts = [(alert.what, alert.instant) for alert in Runner(desk.store).step(at(40) + timedelta(days=8))]
    assert ("warning", epoch(40) + 6 * 86_400) in alerts
    assert ("timer", epoch(40) + 7 * 86_400) in alerts
    assert read_ticket(desk).row.status == "closed"


@pytest.mark.requirement("S4-15")
def test_a_late_mail_finds_a_ticket_closed_that_no_runner_has_closed(desk_with_ticket: DeskFactory) -> None:
    """A message an hour after the seven days does not reopen the ticket, but becomes one of its own (D-02)."""
    desk = desk_with_ticket("saas-platform")
    resolve_and_confirm(desk)
    end = at(40) + timedelta(days=7)
    done = messages.record_customer_message(desk, 1001, "One more thing.", now=end + timedelta(hours=1))
    assert done.number == 1002
    ticket = read_ticket(desk)
    assert ticket.row.status == "closed"
    moves = [event for event in read_events(desk) if event[0] == "moved"]
    assert moves[-1] == ("moved", int(end.timestamp()), "deskterm")


def test_a_wait_begins_anew_when_the_requester_is_asked_again(store_url: str) -> None:
    """In a status that an answer does not leave, the next question starts the timer that the answer ended (D-01)."""
    staying = DUE_TIME_PROCEDURE.replace('on_reply = "working"\n', "")
    assert staying != DUE_TIME_PROCEDURE
    desk = open_desk(create_desk(store_url, small_procedure(staying), admin_login="ann", now=MONDAY), "ann")
    open_fault(desk)
    update.move(desk, 1001, "working", now=at(1))
    messages.reply(desk, 1001, "Which browser?", status="waiting", now=at(10))
    messages.record_customer_message(desk, 1001, "Which one?", now=at(70))
    assert last_cycle(desk, "timer:status:waiting").state == "met"
    assert read_ticket(desk).row.status == "waiting"
    messages.reply(desk, 1001, "The browser, I mean.", now=at(80))
    waits = last_cycle(desk, "timer:status:waiting")
    assert (waits.state, waits.cycle, waits.due) == ("running", 2, epoch(80) + 7 * 86_400)
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_a_refused_command_leaves_what_was_due_and_nothing_else(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "solved", now=at(10))
    seen = read_ticket(clock_desk).version
    late = at(10) + timedelta(days=6)
    with pytest.raises(VersionConflict):
        update.tag(clock_desk, 1001, ["late"], now=late, version=seen)
    assert read_ticket(clock_desk).row.status == "closed", "the person finds what the refusal speaks of"
    assert read_ticket(clock_desk).tags == ()
    assert read_events(clock_desk)[-1][1:] == (epoch(10) + 5 * 86_400, "deskterm")


def test_a_command_waits_for_a_locked_desk_once_and_is_refused(clock_desk: DeskSession) -> None:
    """What is due is not tried again: that would wait for the same lock another time."""
    open_fault(clock_desk)
    store = open_store(clock_desk.store.url, lock_timeout=0.05)
    desk = open_desk(store, "ann")
    looks: list[str] = []

    @listens_for(store.engine, "before_cursor_execute")
    def note_look(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        looks.extend([statement] if "next_event_at <=" in statement else [])

    with clock_desk.store.writing() as holding:
        if store.dialect == "postgresql":
            holding.execute(text("LOCK TABLE ticket IN EXCLUSIVE MODE"))
        with pytest.raises(UnavailableDesk, match=r"keeps the desk at .* locked"):
            update.tag(desk, 1001, ["late"], now=at(5 * DAY))
    assert looks == []
    store.close()


def test_an_undo_takes_back_only_the_events_of_the_command(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.tag(clock_desk, 1001, ["late"], now=at(5 * DAY))
    due = [event for event in read_events(clock_desk) if event[0] == "noticed"]
    assert due
    undo_last_command(clock_desk, 1001, now=at(5 * DAY + 1))
    assert read_ticket(clock_desk).tags == ()
    assert [event for event in read_events(clock_desk) if event[0] == "noticed"] == due


def test_a_preview_sees_the_ticket_as_it_is_now(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "solved", now=at(10))
    preview_due_changes(clock_desk, 1001, severity="low", type="fault", now=at(10) + timedelta(days=6))
    assert read_ticket(clock_desk).row.status == "closed"


@pytest.mark.requirement("S3-02")
def test_a_simulated_desk_catches_up_over_a_change_of_shift(store_url: str) -> None:
    """A ticket that was touched after the change does not end the run (D-04)."""
    store = create_desk(store_url, load_shipped("managed-services"), admin_login="ann", simulated=True, now=MONDAY)
    desk = open_desk(store, "ann")
    numbers = [
        register(desk, subject=f"{index}", team="global", now=at(index), incomplete=True).number for index in range(2)
    ]
    change = find_next_handover(desk.procedure, epoch(1))
    while find_ended_teams(desk.procedure, change or 0) != ["global"]:
        change = find_next_handover(desk.procedure, change or 0)
    assert change is not None
    touched = datetime.fromtimestamp(change, UTC) + timedelta(days=2)
    messages.add_note(desk, numbers[1], "still there", now=touched)
    alerts = list(Runner(store).step(touched + timedelta(days=1)))
    assert [alert.instant for alert in alerts] == sorted(alert.instant for alert in alerts)
    assert {alert.number for alert in alerts} >= {numbers[0]}
    assert check_integrity(store).findings == ()
    store.close()


SHIFT = """
[[shifts]]
key = "morning"
label = "Morning"
team = "first-line"
timezone = "Europe/London"
week.mon = ["08:00-10:30"]

[[rules]]
key = "hand-over"
label = "Wait for the next shift"
on = "shift-change"
status = "STATUS"
"""


@pytest.mark.parametrize(("status", "reached"), [("waiting", []), ("new", ["resolution 50%", "resolution 30m"])])
def test_a_handover_that_pauses_a_clock_comes_before_what_the_clock_would_have_reached(
    store_url: str, status: str, reached: list[str]
) -> None:
    """What was due before the change of shift is looked for again after it; a handover that changes nothing ends."""
    procedure = small_procedure(DUE_TIME_PROCEDURE + SHIFT.replace("STATUS", status))
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", now=MONDAY), "ann")
    open_fault(desk, team="first-line")
    messages.reply(desk, 1001, "We look.", now=at(10))
    messages.add_note(desk, 1001, "And?", now=at(230))
    with desk.store.reading() as session:
        noticed = [event.data for event in load_events(session, 1001) if event.kind == "noticed"]
    assert [f"{data['metric']} {data['threshold']}" for data in noticed] == reached
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_a_handover_that_is_caught_up_with_after_a_warning_is_told_at_once_as_by_a_runner(store_url: str) -> None:
    """Both are written in one transaction, and only what the warning causes waits for working time (D-02)."""
    shift = SHIFT.replace("STATUS", "new").replace('week.mon = ["08:00-10:30"]', 'week.tue = ["08:00-20:00"]')
    procedure = small_procedure(DUE_TIME_PROCEDURE + shift + 'notify = ["lead"]\n')
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", now=MONDAY), "ann")
    open_fault(desk, "low", team="first-line")
    messages.reply(desk, 1001, "We look.", now=at(10))
    evening = at(DAY + 660)
    messages.add_note(desk, 1001, "Still here?", now=evening + timedelta(hours=1))
    with desk.store.reading() as session:
        caught_up = [event for event in load_events(session, 1001) if event.actor == "deskterm"]
    assert [event.kind for event in caught_up] == ["noticed", "told"]
    assert (caught_up[-1].at, caught_up[-1].data["on"]) == (int(evening.timestamp()), "hand-over")
    assert "due" not in caught_up[-1].data
    desk.store.close()

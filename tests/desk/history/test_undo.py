"""Undo: everything is as before the last command, but for messages and letters that have gone out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession, VersionConflict
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import split
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.linking.merge import merge_into
from deskterm.desk.notify import letters
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times
from deskterm.desk.workflow.snooze import snooze
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from due_time_desk import due_time_desk
from small_desk import at
from ticket_reads import read_ticket

IGNORED_COLUMNS = {"version", "hash", "updated_at", "last_event_at"}


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = due_time_desk(store_url)
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def register_fault(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    values = {"subject": "Login fails", "body": "It hurts.", "type": "fault", "severity": "low"} | values
    return register(desk, **values, now=at(minute)).number


def read_rows(desk: DeskSession, number: int) -> dict[str, Any]:
    """Return the rows of a ticket, its clocks and its records, without the columns that every event changes."""
    found: dict[str, Any] = {}
    with desk.store.reading() as session:
        for table, key in (
            ("ticket", "id"),
            ("clock", "ticket_id"),
            ("record", "ticket_id"),
            ("status_span", "ticket_id"),
        ):
            result = session.execute(text(f"SELECT * FROM {table} WHERE {key} = :number"), {"number": number})
            found[table] = sorted(
                [
                    {name: cell for name, cell in row.items() if name not in IGNORED_COLUMNS}
                    for row in result.mappings()
                ],
                key=str,
            )
    return found


def record_due_events(desk: DeskSession, number: int, minute: float) -> None:
    """Record the due events of the clocks as the automation does, at a minute."""
    system = open_system_desk(desk.store)
    with system.ticket(number, "notice", at(minute), dry_run=True) as work:
        upcoming = work.fold.upcoming_events()
    for event in upcoming:
        due_times.record_clock_event(system, number, event, now=at(minute))


def session_of(desk: DeskSession, login: str) -> DeskSession:
    return open_desk(desk.store, login)


def test_undoing_a_move_restores_status_and_clocks(desk: DeskSession) -> None:
    number = register_fault(desk)
    before = read_rows(desk, number)
    update.move(desk, number, "working", now=at(5))
    update.move(desk, number, "solved", now=at(10))
    result = undo_last_command(desk, number, now=at(20))
    assert result.summary == f"Undone: {number} is Working on it again"
    assert result.changes["status"] == ("solved", "working")
    undo_last_command(desk, number, now=at(30))
    assert read_rows(desk, number) == before


def test_undo_reverts_everything_that_a_command_changed(desk: DeskSession) -> None:
    number = register_fault(desk)
    before = read_rows(desk, number)
    update.update_ticket(desk, number, severity="high", status="working", add_tags=("vip",), subject="Other", now=at(5))
    assert read_ticket(desk, number).row.subject == "Other"
    undo_last_command(desk, number, now=at(6))
    assert read_rows(desk, number) == before
    assert [event.kind for event in read_ticket(desk, number).events if event.kind not in ("letter", "told")][
        -1
    ] == "undone"


def test_messages_cannot_be_undone(desk: DeskSession) -> None:
    number = register_fault(desk)
    with pytest.raises(DeskError, match=r"the request has been made.*ann opened it"):
        undo_last_command(desk, number, now=at(1))
    update.move(desk, number, "working", now=at(2))
    messages.record_customer_message(desk, number, "Any news?", now=at(3))
    with pytest.raises(DeskError, match=r"what the requester wrote stays .*recorded a message of the requester, Mon"):
        undo_last_command(desk, number, now=at(4))
    messages.reply(desk, number, "Soon.", channel="phone", now=at(5))
    with pytest.raises(DeskError, match=r"Can't undo: the requester has been told .*ann answered"):
        undo_last_command(desk, number, now=at(6))
    messages.add_note(desk, number, "Hm.", now=at(7))
    with pytest.raises(DeskError, match="notes stay on record"):
        undo_last_command(desk, number, now=at(8))


def test_agents_undo_their_own_commands_and_leads_any(desk: DeskSession) -> None:
    number = register_fault(desk)
    update.move(session_of(desk, "kim"), number, "working", now=at(2))
    with pytest.raises(DeskError, match=r"not yours: kim changed the status, Mon .*Ask a lead"):
        undo_last_command(session_of(desk, "sam"), number, now=at(4))
    undo_last_command(session_of(desk, "lea"), number, now=at(5))
    update.move(session_of(desk, "sam"), number, "working", now=at(6))
    undo_last_command(session_of(desk, "sam"), number, now=at(7))
    assert read_ticket(desk, number).row.status == "new"


def test_undo_is_refused_when_the_ticket_changed_since_it_was_read(desk: DeskSession) -> None:
    number = register_fault(desk)
    version = update.move(desk, number, "working", now=at(2)).version
    update.tag(desk, number, ["vip"], now=at(3))
    with pytest.raises(VersionConflict):
        undo_last_command(desk, number, now=at(4), version=version)
    undo_last_command(desk, number, now=at(4), version=version + 1)


def test_a_command_on_several_tickets_is_undone_on_all_or_none(desk: DeskSession) -> None:
    numbers = [register_fault(desk, minute) for minute in range(3)]
    before = [read_rows(desk, number) for number in numbers]
    with desk.group_commands():
        for number in numbers:
            update.move(desk, number, "working", now=at(10))
            assignment.assign(desk, number, "sam", now=at(10))
    update.tag(session_of(desk, "kim"), numbers[2], ["vip"], now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {numbers[2]} was part of it and has changed since: kim tagged it"):
        undo_last_command(desk, numbers[0], now=at(12))
    assert read_ticket(desk, numbers[0]).row.status == "working"
    undo_last_command(desk, numbers[2], now=at(13))
    result = undo_last_command(desk, numbers[1], now=at(14))
    assert result.summary.endswith("also on 2 other tickets")
    assert [read_rows(desk, number) for number in numbers] == before


@pytest.mark.requirement("S1-33")
def test_undoing_a_duplicate_restores_both_tickets(desk: DeskSession) -> None:
    original = register_fault(desk, requester="Kim Doe", email="kim@larch.example")
    duplicate = register_fault(desk, 5, requester="Lou Roe", email="lou@larch.example")
    before = read_rows(desk, original), read_rows(desk, duplicate)
    close_as_duplicate(desk, duplicate, original_number=original, now=at(10))
    undo_last_command(desk, original, now=at(11))
    assert (read_rows(desk, original), read_rows(desk, duplicate)) == before


def test_the_summary_names_the_action_before_its_changes(desk: DeskSession) -> None:
    first, second = (
        register_fault(desk),
        register_fault(desk, 5, requester="Lou Roe", body="Two things:\n1. The door\n2. The window"),
    )
    cases = [
        (merge_into, second, f"{second} is no longer merged into {first}"),
        (merge_into, first, f"{second} is no longer merged into {first}"),
        (close_as_duplicate, second, f"{second} is no longer a duplicate of {first}"),
        (close_as_duplicate, first, f"{second} is no longer a duplicate of {first}"),
    ]
    for join, number, phrase in cases:
        join(desk, second, first, now=at(10))
        assert undo_last_command(desk, number, now=at(10)).summary.startswith(f"Undone: {phrase}")
    split.split_list_items(desk, second, 1, now=at(12))
    parts = read_ticket(desk, second).fields["split_to"]
    assert (
        f"Undone: {parts[0]}, {parts[1]} are no longer split off from {second}, also"
        in undo_last_command(desk, second, now=at(13)).summary
    )
    split.split_list_items(desk, second, 1, items=[1], now=at(14))
    (part,) = read_ticket(desk, second).fields["split_to"]
    assert undo_last_command(desk, part, now=at(15)).summary.startswith(
        f"Undone: {part} is no longer split off from {second}, and is closed, also"
    )


def test_undoing_a_merge_restores_both_conversations(desk: DeskSession) -> None:
    first, second = register_fault(desk), register_fault(desk, 5, requester="Lou Roe")
    messages.record_customer_message(desk, second, "And it smokes.", now=at(6))
    before = read_rows(desk, first), read_rows(desk, second)
    merge_into(desk, first, into=second, now=at(10))
    assert [message.body for message in read_ticket(desk, second).messages] == [
        "It hurts.",
        "It hurts.",
        "And it smokes.",
    ]
    undo_last_command(desk, first, now=at(11))
    assert (read_rows(desk, first), read_rows(desk, second)) == before
    assert [message.body for message in read_ticket(desk, second).messages] == ["It hurts.", "And it smokes."]


@pytest.mark.requirement("S5-06")
def test_undoing_a_split_closes_the_new_tickets_and_keeps_their_links(desk: DeskSession) -> None:
    number = register_fault(desk, body="Two things:\n1. The door\n2. The window")
    before = read_rows(desk, number)
    split.split_list_items(desk, number, 1, now=at(10))
    parts = read_ticket(desk, number).fields["split_to"]
    undo_last_command(desk, parts[0], now=at(11))
    assert read_rows(desk, number) == before
    for part in parts:
        found = read_ticket(desk, part)
        assert (found.row.status, found.fields) == ("closed", {"split_from": number})
        assert {clock.state for clock in found.clocks} == {"cancelled"}
    with pytest.raises(DeskError, match="it was undone already"):
        undo_last_command(desk, parts[1], now=at(12))


def test_a_split_cannot_be_undone_after_work_on_a_new_ticket(desk: DeskSession) -> None:
    number = register_fault(desk, body="- a\n- b")
    split.split_list_items(desk, number, 1, now=at(10))
    parts = read_ticket(desk, number).fields["split_to"]
    messages.reply(desk, parts[1], "On it.", channel="phone", now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {parts[1]} was part of it and has changed since: ann answered"):
        undo_last_command(desk, number, now=at(12))


def test_the_note_of_an_undone_transfer_stays_and_is_marked_as_undone(desk: DeskSession) -> None:
    number = register_fault(desk)
    before = read_rows(desk, number)
    transfer(desk, number, department="hardware", note="Looks like the fan.", now=at(5))
    undo_last_command(desk, number, now=at(6))
    assert read_rows(desk, number) == before
    assert [(message.body, message.mark) for message in read_ticket(desk, number).messages][-1] == (
        "Looks like the fan.",
        "undone",
    )


def test_undo_restores_due_times(desk: DeskSession) -> None:
    number = register_fault(desk)
    before = read_rows(desk, number)
    due_times.set_due(session_of(desk, "kim"), number, "resolution", at(30), reason="wished", now=at(1))
    due_times.schedule(desk, number, "2026-12-07", now=at(2))
    snooze(desk, number, at(600), now=at(3))
    for minute in (4, 5, 6):
        undo_last_command(desk, number, now=at(minute))
    assert read_rows(desk, number) == before


def test_a_due_time_that_undo_restores_is_noticed_again(desk: DeskSession) -> None:
    number = register_fault(desk)
    update.set_severity(desk, number, "high", now=at(1))
    record_due_events(desk, number, 35)
    undo_last_command(desk, number, now=at(36))
    assert not read_ticket(desk, number).row.breached
    record_due_events(desk, number, 70)
    noticed = [event.data for event in read_ticket(desk, number).events if event.kind == "noticed"]
    assert [data["what"] for data in noticed if data["metric"] == "response"].count("breach") == 2


def test_a_migration_cannot_be_undone(desk: DeskSession) -> None:
    number = register_fault(desk)
    update.move(desk, number, "working", now=at(1))
    with desk.ticket(number, "migrate", at(2)) as work:
        work.append("migrated")
    with pytest.raises(DeskError, match="brought to another edition, not back"):
        undo_last_command(desk, number, now=at(3))


def test_undo_withdraws_queued_letters_and_keeps_sent_ones(desk: DeskSession) -> None:
    number = register_fault(desk, requester="Kim Doe", email="kim@larch.example")
    for minute in (1, 2):
        with desk.ticket(number, "tag", at(minute)) as work:
            work.append("tagged", {"tags": (list(work.state.tags), [f"t{minute}"])})
            texts = {"heading": "News", "body": "There is news."}
            letter = work.append("letter", {}, texts, to=[work.state.requester_id], on="status", author_kind="system")
    with desk.store.reading() as session:
        states = session.execute(text("SELECT state FROM record WHERE kind = 'letter'")).scalars().all()
    assert list(states) == ["queued", "queued"]
    letters.record_delivery(open_system_desk(desk.store), number, str(letter.seq), "sent", now=at(3))
    result = undo_last_command(desk, number, now=at(4))
    assert result.summary.endswith("; one letter has already gone out")
    assert undo_last_command(desk, number, now=at(5)).summary == f"Undone: {number} no longer has the tag t1"
    found = read_ticket(desk, number)
    assert [record.state for record in found.records if record.kind == "letter"] == ["sent", "withdrawn"]
    assert [message.mark for message in found.messages] == ["", "undone", ""]


def test_an_undo_on_one_other_ticket_names_it(desk: DeskSession) -> None:
    numbers = [register_fault(desk, minute) for minute in range(2)]
    with desk.group_commands():
        for number in numbers:
            update.move(desk, number, "working", now=at(10))
    assert undo_last_command(desk, numbers[0], now=at(11)).summary.endswith(f", also on {numbers[1]}")

"""Taking back: what stood before a command stands again, and what was said stays said."""

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
from deskterm.desk.workflow import due_times
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from due_time_desk import due_time_desk
from small_desk import at
from ticket_reads import read_ticket

ASIDE = {"version", "hash", "updated_at"}


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = due_time_desk(store_url)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def fault(desk: DeskSession, minute: float = 0, **more: Any) -> int:
    from deskterm.desk.tickets.register import register

    more = {"subject": "Login fails", "body": "It hurts.", "type": "fault", "severity": "low"} | more
    return register(desk, **more, now=at(minute)).number


def rows(desk: DeskSession, number: int) -> dict[str, Any]:
    """All that the tables say of a ticket, but for how often it was touched."""
    found: dict[str, Any] = {}
    with desk.store.reading() as session:
        for table, key in (("ticket", "id"), ("clock", "ticket_id"), ("record", "ticket_id")):
            result = session.execute(text(f"SELECT * FROM {table} WHERE {key} = :number"), {"number": number})
            found[table] = sorted(
                [{name: cell for name, cell in row.items() if name not in ASIDE} for row in result.mappings()], key=str
            )
    return found


def notice(desk: DeskSession, number: int, minute: float) -> None:
    """What a runner does who looks at this minute."""
    itself = open_system_desk(desk.store)
    with itself.ticket(number, "notice", at(minute), dry_run=True) as work:
        coming = work.fold.upcoming_events()
    for event in coming:
        due_times.record_clock_event(itself, number, event, now=at(minute))


def of(desk: DeskSession, login: str) -> DeskSession:
    return open_desk(desk.store, login)


def test_a_status_goes_back_and_its_clocks_with_it(desk: DeskSession) -> None:
    number = fault(desk)
    before = rows(desk, number)
    update.move(desk, number, "working", now=at(5))
    update.move(desk, number, "solved", now=at(10))
    between = undo_last_command(desk, number, now=at(20))
    assert between.summary == f"{number}: taken back: status Working on it → Solved"
    assert between.changes["status"] == ("solved", "working")
    undo_last_command(desk, number, now=at(30))
    assert rows(desk, number) == before


def test_all_that_a_command_changed_goes_back_at_once(desk: DeskSession) -> None:
    number = fault(desk)
    before = rows(desk, number)
    update.update_ticket(desk, number, severity="high", status="working", add_tags=("vip",), subject="Other", now=at(5))
    assert read_ticket(desk, number).row.subject == "Other"
    undo_last_command(desk, number, now=at(6))
    assert rows(desk, number) == before
    assert [event.kind for event in read_ticket(desk, number).events if event.kind not in ("letter", "told")][
        -1
    ] == "undone"


def test_what_people_said_stays_said(desk: DeskSession) -> None:
    number = fault(desk)
    with pytest.raises(DeskError, match=r"ann opened it .*a request that was made stays"):
        undo_last_command(desk, number, now=at(1))
    update.move(desk, number, "working", now=at(2))
    messages.record_customer_message(desk, number, "Any news?", now=at(3))
    with pytest.raises(DeskError, match=r"recorded a message of the requester .*what the requester wrote stays"):
        undo_last_command(desk, number, now=at(4))
    messages.reply(desk, number, "Soon.", now=at(5))
    with pytest.raises(DeskError, match=r"ann answered .*a reply that was sent stays sent"):
        undo_last_command(desk, number, now=at(6))
    messages.add_note(desk, number, "Hm.", now=at(7))
    with pytest.raises(DeskError, match="what was written stays written"):
        undo_last_command(desk, number, now=at(8))


def test_agents_take_back_their_own_leads_anything(desk: DeskSession) -> None:
    number = fault(desk)
    update.move(of(desk, "kim"), number, "working", now=at(2))
    with pytest.raises(DeskError, match=r"not yours: kim changed the status .*Ask a lead"):
        undo_last_command(of(desk, "sam"), number, now=at(4))
    undo_last_command(of(desk, "lea"), number, now=at(5))
    update.move(of(desk, "sam"), number, "working", now=at(6))
    undo_last_command(of(desk, "sam"), number, now=at(7))
    assert read_ticket(desk, number).row.status == "new"


def test_who_saw_another_ticket_takes_nothing_back(desk: DeskSession) -> None:
    number = fault(desk)
    version = update.move(desk, number, "working", now=at(2)).version
    update.tag(desk, number, ["vip"], now=at(3))
    with pytest.raises(VersionConflict):
        undo_last_command(desk, number, now=at(4), version=version)
    undo_last_command(desk, number, now=at(4), version=version + 1)


def test_several_tickets_go_back_together_or_not_at_all(desk: DeskSession) -> None:
    numbers = [fault(desk, minute) for minute in range(3)]
    before = [rows(desk, number) for number in numbers]
    with desk.group_commands():
        for number in numbers:
            update.move(desk, number, "working", now=at(10))
            assignment.assign(desk, number, "sam", now=at(10))
    update.tag(of(desk, "kim"), numbers[2], ["vip"], now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {numbers[2]} was part of it, and has moved on: kim tagged it"):
        undo_last_command(desk, numbers[0], now=at(12))
    assert read_ticket(desk, numbers[0]).row.status == "working"
    undo_last_command(desk, numbers[2], now=at(13))
    done = undo_last_command(desk, numbers[1], now=at(14))
    assert done.summary.endswith("also on 2 other tickets")
    assert [rows(desk, number) for number in numbers] == before


@pytest.mark.requirement("S1-33")
def test_a_duplicate_is_a_ticket_of_its_own_again(desk: DeskSession) -> None:
    older = fault(desk, requester="Kim Doe", email="kim@larch.example")
    younger = fault(desk, 5, requester="Lou Roe", email="lou@larch.example")
    before = rows(desk, older), rows(desk, younger)
    close_as_duplicate(desk, younger, original_number=older, now=at(10))
    undo_last_command(desk, older, now=at(11))
    assert (rows(desk, older), rows(desk, younger)) == before


def test_what_is_taken_back_is_named_before_what_it_changed(desk: DeskSession) -> None:
    first, second = fault(desk), fault(desk, 5, requester="Lou Roe", body="Two things:\n1. The door\n2. The window")
    said = [
        (merge_into, second, f"the merge into {first}"),
        (merge_into, first, f"the merge of {second}"),
        (close_as_duplicate, second, f"the closing as a duplicate of {first}"),
        (close_as_duplicate, first, f"the duplicate {second}"),
    ]
    for connect, number, named in said:
        connect(desk, second, first, now=at(10))
        assert undo_last_command(desk, number, now=at(10)).summary.startswith(f"{number}: taken back: {named}")
    split.split_list_items(desk, second, 1, now=at(12))
    made = read_ticket(desk, second).fields["split_to"]
    assert (
        f"taken back: the splitting off of {made[0]}, {made[1]}, also"
        in undo_last_command(desk, second, now=at(13)).summary
    )
    split.split_list_items(desk, second, 1, items=[1], now=at(14))
    (one,) = read_ticket(desk, second).fields["split_to"]
    assert undo_last_command(desk, one, now=at(15)).summary.startswith(
        f"{one}: taken back: the splitting off from {second}, also"
    )


def test_a_merge_comes_apart_with_every_word_where_it_was(desk: DeskSession) -> None:
    first, second = fault(desk), fault(desk, 5, requester="Lou Roe")
    messages.record_customer_message(desk, second, "And it smokes.", now=at(6))
    before = rows(desk, first), rows(desk, second)
    merge_into(desk, first, into=second, now=at(10))
    assert [message.body for message in read_ticket(desk, second).messages] == [
        "It hurts.",
        "It hurts.",
        "And it smokes.",
    ]
    undo_last_command(desk, first, now=at(11))
    assert (rows(desk, first), rows(desk, second)) == before
    assert [message.body for message in read_ticket(desk, second).messages] == ["It hurts.", "And it smokes."]


@pytest.mark.requirement("S5-06")
def test_what_was_split_off_is_closed_and_stays_linked(desk: DeskSession) -> None:
    number = fault(desk, body="Two things:\n1. The door\n2. The window")
    before = rows(desk, number)
    split.split_list_items(desk, number, 1, now=at(10))
    made = read_ticket(desk, number).fields["split_to"]
    undo_last_command(desk, made[0], now=at(11))
    assert rows(desk, number) == before
    for one in made:
        found = read_ticket(desk, one)
        assert (found.row.status, found.fields) == ("closed", {"split_from": number})
        assert {clock.state for clock in found.clocks} == {"cancelled"}
    with pytest.raises(DeskError, match="it was taken back itself"):
        undo_last_command(desk, made[1], now=at(12))


def test_a_split_off_ticket_that_went_on_keeps_the_split(desk: DeskSession) -> None:
    number = fault(desk, body="- a\n- b")
    split.split_list_items(desk, number, 1, now=at(10))
    made = read_ticket(desk, number).fields["split_to"]
    messages.reply(desk, made[1], "On it.", now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {made[1]} was part of it, and has moved on: ann answered"):
        undo_last_command(desk, number, now=at(12))


def test_a_note_of_a_handing_over_stays_and_says_that_it_was_taken_back(desk: DeskSession) -> None:
    number = fault(desk)
    before = rows(desk, number)
    transfer(desk, number, department="hardware", note="Looks like the fan.", now=at(5))
    undo_last_command(desk, number, now=at(6))
    assert rows(desk, number) == before
    assert [(message.body, message.mark) for message in read_ticket(desk, number).messages][-1] == (
        "Looks like the fan.",
        "undone",
    )


def test_promises_go_back(desk: DeskSession) -> None:
    number = fault(desk)
    before = rows(desk, number)
    due_times.set_due(of(desk, "kim"), number, "resolution", at(30), reason="wished", now=at(1))
    due_times.schedule(desk, number, "2026-12-07", now=at(2))
    due_times.snooze(desk, number, at(600), now=at(3))
    for minute in (4, 5, 6):
        undo_last_command(desk, number, now=at(minute))
    assert rows(desk, number) == before


def test_what_was_noticed_of_a_due_time_that_is_no_more_is_noticed_again(desk: DeskSession) -> None:
    number = fault(desk)
    update.set_severity(desk, number, "high", now=at(1))
    notice(desk, number, 35)
    undo_last_command(desk, number, now=at(36))
    assert not read_ticket(desk, number).row.breached
    notice(desk, number, 70)
    noticed = [event.data for event in read_ticket(desk, number).events if event.kind == "noticed"]
    assert [data["what"] for data in noticed if data["metric"] == "response"].count("breach") == 2


def test_an_edition_that_a_ticket_was_brought_to_stays(desk: DeskSession) -> None:
    number = fault(desk)
    update.move(desk, number, "working", now=at(1))
    with desk.ticket(number, "migrate", at(2)) as work:
        work.append("migrated")
    with pytest.raises(DeskError, match="brought to another edition, not back"):
        undo_last_command(desk, number, now=at(3))


def test_letters_that_wait_are_withdrawn_and_sent_ones_stay(desk: DeskSession) -> None:
    number = fault(desk, requester="Kim Doe", email="kim@larch.example")
    for minute in (1, 2):
        with desk.ticket(number, "tag", at(minute)) as work:
            work.append("tagged", {"tags": (list(work.state.tags), [f"t{minute}"])})
            words = {"heading": "News", "body": "There is news."}
            letter = work.append("letter", {}, words, to=[work.state.requester_id], on="status", author_kind="system")
    with desk.store.reading() as session:
        states = session.execute(text("SELECT state FROM record WHERE kind = 'letter'")).scalars().all()
    assert list(states) == ["queued", "queued"]
    letters.record_delivery(open_system_desk(desk.store), number, str(letter.seq), "sent", now=at(3))
    done = undo_last_command(desk, number, now=at(4))
    assert done.summary.endswith("; a letter of it was sent already")
    assert undo_last_command(desk, number, now=at(5)).summary == f"{number}: taken back: tags none → t1"
    found = read_ticket(desk, number)
    assert [record.state for record in found.records if record.kind == "letter"] == ["sent"]
    assert [message.mark for message in found.messages] == ["", "undone", ""]

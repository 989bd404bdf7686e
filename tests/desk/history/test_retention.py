"""How long tickets are kept, what is left of a person who was erased, and what shows when rows were changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desk_story import Story
from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.history import erasure, retention
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.load import loads
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.by_requester import load_requester_tickets
from deskterm.store.queries.retention import load_held_tickets
from small_desk import SMALL_PROCEDURE, at, small_desk
from ticket_reads import read_ticket

KIM = "kim@larch.example"


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = small_desk(store_url)
    yield made
    made.store.close()


def whole(desk: DeskSession) -> None:
    """Every row is what the events say, and every event and word what was written."""
    assert check_integrity(desk.store).findings == ()
    with open_reader(desk.store.url) as reader:
        assert verify_chains(reader).faults == ()


def fault(desk: DeskSession, minute: float = 0, **more: Any) -> int:
    said: dict[str, Any] = {"subject": "Login fails for Kim Doe", "body": "Kim Doe here.", "type": "fault"}
    return register(desk, **(said | {"requester": "Kim Doe", "email": KIM} | more), now=at(minute)).number


def everything(desk: DeskSession, but: tuple[str, ...] = ()) -> str:
    """All that stands in the store."""
    found = []
    with desk.store.reading() as session:
        for table in ("contact", "ticket", "event", "personal_text", "message", "record"):
            if table not in but:
                found += [str(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(found)


def test_a_person_leaves_and_the_skeleton_stays(desk: DeskSession) -> None:
    number = fault(desk, phone="0131 496 0000")
    messages.reply(desk, number, "Dear Kim Doe, we look into it. KIM DOE: 0131 496 0000", now=at(5))
    messages.record_customer_message(desk, number, "Thanks, Kim", now=at(6))
    messages.add_note(desk, number, "Kim called again; kim@larch.example", now=at(7))
    update.move(desk, number, "solved", now=at(8))
    before = [event.kind for event in read_ticket(desk, number).events]
    found = erasure.erase_person(desk, KIM, now=at(60))
    assert (found.tickets, found.emptied, found.redacted, found.remaining_mentions) == ([number], 3, 2, [])
    after = read_ticket(desk, number)
    assert [event.kind for event in after.events] == [*before, "erased"]
    assert [(message.author, message.body) for message in after.messages] == [
        ("(erased)", ""),
        ("Ann", "Dear (erased), we look into it. (erased): (erased)"),
        ("(erased)", ""),
        ("Ann", "(erased) called again; (erased)"),
    ]
    assert (after.row.subject, after.row.requester, after.row.status) == ("", "(erased)", "solved")
    left = everything(desk)
    assert "Doe" not in left
    assert KIM not in left
    whole(desk)
    with pytest.raises(DeskError, match="what was erased is gone"):
        undo_last_command(desk, number, now=at(61))


def test_somebody_who_only_wrote_along_is_erased_too(desk: DeskSession) -> None:
    number = fault(desk)
    participants.add_participant(desk, number, "Lou Roe", email="lou@larch.example", now=at(1))
    messages.record_customer_message(desk, number, "I am Lou.", author="lou@larch.example", now=at(2))
    found = erasure.erase_person(desk, "Lou Roe", now=at(3))
    assert (found.tickets, found.emptied) == ([number], 1)
    assert [(message.author, message.body) for message in read_ticket(desk, number).messages] == [
        ("Kim Doe", "Kim Doe here."),
        ("(erased)", ""),
    ]
    whole(desk)


def test_what_was_split_off_is_found_as_well(desk: DeskSession) -> None:
    number = fault(desk, body="- the door\n- the window")
    split.split_list_items(desk, number, 1, now=at(5))
    assert len(erasure.erase_person(desk, "kim doe", now=at(9)).tickets) == 3
    assert "window" not in everything(desk)
    whole(desk)


def test_a_rehearsal_says_what_would_go_and_nothing_goes(desk: DeskSession) -> None:
    number = fault(desk)
    before = everything(desk)
    found = erasure.erase_person(desk, KIM, now=at(5), dry_run=True)
    assert (found.tickets, found.emptied, found.redacted) == ([number], 2, 0)
    assert everything(desk) == before


def test_nobody_is_erased_while_a_ticket_is_held(desk: DeskSession) -> None:
    number = fault(desk)
    retention.place_hold(open_desk(desk.store, "lea"), number, "claim 7", now=at(5))
    with pytest.raises(DeskError, match=f"Kim Doe cannot be erased while tickets are held: {number}"):
        erasure.erase_person(desk, KIM, now=at(6))
    with pytest.raises(DeskError, match="is held already: claim 7"):
        retention.place_hold(desk, number, "again", now=at(7))
    retention.release_hold(desk, number, now=at(8))
    erasure.erase_person(desk, KIM, now=at(9))
    whole(desk)


def test_a_procedure_may_erase_and_hold_nobody(desk: DeskSession) -> None:
    number = fault(desk)
    apply_procedure(
        desk,
        loads(SMALL_PROCEDURE + "[retention]\nerase_persons = false\nlegal_hold = false\n", "x.toml").procedure,
        now=at(1),
    )
    other = open_desk(desk.store, "ann")
    with pytest.raises(DeskError, match="erases nobody"):
        erasure.erase_person(other, KIM, now=at(2))
    with pytest.raises(DeskError, match="holds nothing"):
        retention.place_hold(other, number, "claim", now=at(2))


def test_only_an_admin_erases_and_a_lead_holds(desk: DeskSession) -> None:
    number = fault(desk)
    with pytest.raises(DeskError, match="may not erase a person"):
        erasure.erase_person(open_desk(desk.store, "lea"), KIM, now=at(1))
    with pytest.raises(DeskError, match="may not hold a ticket"):
        retention.place_hold(open_desk(desk.store, "sam"), number, "claim", now=at(1))
    with pytest.raises(UsageError, match="Say why it is held"):
        retention.place_hold(desk, number, " ", now=at(1))


def test_who_is_meant_is_said_or_asked(desk: DeskSession) -> None:
    fault(desk)
    fault(desk, email="kim@birch.example")
    with pytest.raises(DeskError, match="Several people are called Kim Doe: name one by number"):
        erasure.erase_person(desk, "Kim Doe", now=at(1))
    with pytest.raises(DeskError, match="Nobody outside is known as 'lou'"):
        erasure.erase_person(desk, "lou", now=at(1))


@pytest.mark.requirement("S5-09")
def test_nothing_is_purged_for_six_years_nor_while_it_is_held(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "web-agency", "2020-02-29T09:00Z", clients=clients)
    ann = story.as_agent("ann")

    def enquiry(subject: str) -> int:
        who: dict[str, Any] = {"requester": "Kim Doe", "email": KIM}
        number = register(ann, type="billing-question", subject=subject, body="Why?", **who, now=story.now).number
        messages.reply(ann, number, "Because.", now=story.now)
        closed = next(status.key for status in ann.procedure.statuses.values() if status.category == "closed")
        update.move(ann, number, closed, now=story.now)
        return number

    old, kept = enquiry("old"), enquiry("kept")
    retention.place_hold(ann, kept, "claim 7", now=story.now)

    def purged(instant: str) -> list[int]:
        now = datetime.fromisoformat(instant)
        with open_reader(store_url) as reader:
            return [ticket.number for ticket in retention.purge_expired_tickets(ann, reader, now=now)]

    assert purged("2026-02-28T08:59:59+00:00") == []
    assert purged("2026-03-01T09:00:00+00:00") == [old]
    assert purged("2026-03-02T09:00:00+00:00") == []
    sheet = story.read_ticket(old)
    assert (sheet.row.subject, {message.body for message in sheet.messages}) == ("", {""})
    assert story.read_ticket(kept).row.subject == "kept"
    with open_reader(store_url) as reader:
        assert [(ticket.number, ticket.held) for ticket in load_held_tickets(reader)] == [(kept, "claim 7")]
        assert verify_chains(reader).faults == ()
    story.verify()


@pytest.mark.requirement("S2-09", "S5-10", "S5-17")
def test_what_one_person_asked_for_is_found_by_its_words(desk: DeskSession) -> None:
    first, second = fault(desk, subject="Printer"), fault(desk, 5, subject="Door", body="It squeaks.")
    messages.reply(desk, first, "Change the toner, 100 % sure.", now=at(6))
    update.move(desk, second, "solved", now=at(7))
    register(desk, subject="Toner", type="fault", requester="Lou Roe", now=at(8))
    with open_reader(desk.store.url) as reader:

        def numbers(who: str, **more: Any) -> list[int]:
            return [row.number for row in load_requester_tickets(reader, who, **more)[0]]

        assert numbers("kim doe") == numbers(KIM.upper()) == [second, first]
        assert numbers(KIM, closed=True) == [second]
        assert numbers(KIM, closed=False) == [first]
        assert numbers(KIM, match="TONER") == [first]
        assert numbers(KIM, match="100 %") == [first]
        assert numbers(KIM, match="0 % x") == []
        with pytest.raises(DeskError, match="Nobody outside is known as 'Max'"):
            numbers("Max")
    update.edit(desk, first, subject="Printer prints in grey only", now=at(9))
    assert read_ticket(desk, first).row.subject == "Printer prints in grey only"
    said = [message.body for message in read_ticket(desk, first).messages]
    assert said == ["Kim Doe here.", "Change the toner, 100 % sure."]


# -- what was changed behind the desk's back ---------------------------------------------------------------------


def tamper(desk: DeskSession, *statements: str) -> list[tuple[int, int | None, str, str]]:
    with desk.store.writing() as session:
        if desk.store.dialect == "sqlite":
            for name in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            for table in ("event", "ticket_number"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement))
    with open_reader(desk.store.url) as reader:
        return [(one.ticket, one.seq, one.kind, one.what) for one in verify_chains(reader).faults]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE event SET actor = 'mallory' WHERE ticket_id = 1001 AND seq > 1", (1001, 2, "replied", "changed")),
        ("UPDATE event SET data = '{}' WHERE ticket_id = 1002 AND seq = 1", (1002, 1, "registered", "changed")),
        ("UPDATE event SET data = '{not json' WHERE ticket_id = 1002", (1002, 1, "registered", "changed")),
        ("UPDATE event SET data = '[]' WHERE ticket_id = 1001 AND seq = 2", (1001, 2, "replied", "changed")),
        ("DELETE FROM event WHERE ticket_id = 1001 AND seq = 2", (1001, 2, "", "missing")),
        ("DELETE FROM event WHERE ticket_id = 1001 AND seq = 3", (1001, 3, "", "missing")),
        ("DELETE FROM event WHERE ticket_id = 1002", (1002, 1, "", "missing")),
        ("UPDATE ticket SET hash = 'x' WHERE id = 1002", (1002, None, "", "changed")),
        ("UPDATE personal_text SET body = 'sweeter' WHERE body = 'z'", (1001, 2, "replied", "words")),
        ("UPDATE personal_text SET body = '', salt = '' WHERE body = 'z'", (1001, 2, "replied", "words")),
    ],
)
def test_the_first_row_that_was_changed_is_named(
    desk: DeskSession, statement: str, broken: tuple[int, int | None, str, str]
) -> None:
    fault(desk)
    messages.reply(desk, 1001, "z", now=at(5))
    update.tag(desk, 1001, ["vip"], now=at(6))
    fault(desk, 7)
    whole(desk)
    assert tamper(desk, statement) == [broken]


@pytest.mark.parametrize("traces", [True, False])
def test_a_ticket_that_was_taken_away_with_all_its_events_is_named(desk: DeskSession, traces: bool) -> None:
    for minute in range(3):
        fault(desk, minute)
    gone = [f"DELETE FROM {table} WHERE ticket_id = 1002" for table in ("event", "clock", "message", "record")]
    gone += [
        f"DELETE FROM {table} WHERE ticket_id = 1002" for table in ("personal_text", "ticket_number")[: 2 - traces]
    ]
    found = tamper(desk, *gone, "DELETE FROM ticket WHERE id = 1002")
    # where nothing names it any more, PostgreSQL cannot tell it from a number that was never given
    assert found == ([(1002, None, "", "missing")] if traces or desk.store.dialect == "sqlite" else [])


@pytest.mark.parametrize("put", ["at = 'garbage'", "at = 7", "data = '{not json'"])
def test_doctor_names_what_nobody_can_read_in_a_file_and_goes_on(tmp_path: Path, put: str) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")  # PostgreSQL takes nothing but instants for instants
    for minute in range(3):
        fault(desk, minute)
    tamper(desk, f"UPDATE event SET {put} WHERE ticket_id = 1002", "UPDATE ticket SET updated_at = 'x' WHERE id = 1003")
    broken = "event 1 of ticket 1002 is not what was written: compare a backup"
    differs = "ticket 1003 differs from its events in updated_at"
    assert [finding.sentence for finding in check_integrity(desk.store).findings] == [broken, differs]
    assert [finding.repaired for finding in check_integrity(desk.store, repair=True).findings] == [False, True]
    assert [finding.sentence for finding in check_integrity(desk.store).findings] == [broken]
    with pytest.raises(DeskError, match="compare a backup"):
        messages.reply(desk, 1002, "Hello", now=at(9))
    messages.reply(desk, 1003, "Hello", now=at(9))
    desk.store.close()


def test_words_that_were_erased_cannot_be_written_anew(desk: DeskSession) -> None:
    number = fault(desk)
    messages.reply(desk, number, "Dear Kim Doe", now=at(5))
    erasure.erase_person(desk, KIM, now=at(6))
    put = "UPDATE personal_text SET body = 'I agree.', salt = 's' WHERE body = ''"
    assert {what for *_, what in tamper(desk, put)} == {"words"}
    assert len(tamper(desk, "UPDATE personal_text SET body = 'Dear Mr Roe' WHERE body = 'Dear (erased)'")) == 3

"""Mails of an old mailbox: their own dates, and silence (M-12)."""

from __future__ import annotations

import mailbox
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from deskterm.automation.runner import Runner
from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.notify.addresses import flag_addresses
from deskterm.desk.tickets.update import move
from deskterm.mail.intake.import_mails import Imported, import_mails
from deskterm.mail.intake.old_mails import list_old_mails
from deskterm.procedure.load import loads
from deskterm.store.db.tables import Contact, Ticket, table_of
from mail.support.mail_desk import MailDesk, utc, write_mail
from small_desk import SMALL_PROCEDURE
from ticket_reads import read_ticket

_contact, _ticket = table_of(Contact), table_of(Ticket)

_NOTICES = """
[[notices]]
on = "registered"
to = ["requester"]
[[notices]]
on = "registered"
to = ["lead"]
[[notices]]
on = "customer-replied"
to = ["lead"]
"""
_QUESTION, _ANSWER, _NEWER = (
    write_mail("It burns.", message_id="1@x", to="support+urgent@desk.example").replace(
        "Mon, 23 Nov 2026", "Mon, 4 Mar 2024"
    ),
    write_mail("Still.", message_id="2@x", In_Reply_To="<1@x>").replace("Mon, 23 Nov 2026", "Tue, 5 Mar 2024"),
    write_mail("The door.", subject="Door", message_id="3@x").replace("Mon, 23 Nov 2026", "Mon, 1 Jun 2026"),
)


@pytest.fixture
def desk(mail_desk: MailDesk) -> MailDesk:
    """A desk that tells people of every mail."""
    procedure = loads(SMALL_PROCEDURE + _NOTICES, "small.toml").procedure
    apply_procedure(open_desk(mail_desk.store, "ann"), procedure, now=mail_desk.clock())
    mail_desk.system.refresh()
    mail_desk.sam.refresh()
    return mail_desk


def take(desk: MailDesk, path: Path, *, closed_before: datetime | None = None) -> Imported:
    """Import what is at a path, as an admin."""
    mails = list_old_mails(desk.system, "support", path, None, desk.clock())
    by = open_desk(desk.store, "ann")
    return import_mails(by, desk.settings, "support", mails, desk.clock, closed_before=closed_before)


def fill(kind: str, folder: Path) -> Path:
    """Put the mails into an old mailbox of a kind, the newest first, and return its path."""
    path = folder / "old"
    mails = (_NEWER, _ANSWER, _QUESTION)
    if kind == "mbox":
        box = mailbox.mbox(path)
        for mail in mails:
            box.add(mail.encode())
        box.close()
        return path
    place = path / "cur" if kind == "maildir" else path
    place.mkdir(parents=True)
    for number, mail in enumerate(mails):
        (place / f"{number}{'.host' if kind == 'maildir' else '.eml'}").write_bytes(mail.encode())
    return path


@pytest.mark.rule("M-12", "M-34")
@pytest.mark.parametrize("kind", ["maildir", "mbox", "eml"])
def test_an_old_mailbox_becomes_tickets_of_its_time_and_nobody_is_told(
    desk: MailDesk, tmp_path: Path, kind: str
) -> None:
    path = fill(kind, tmp_path)
    imported = take(desk, path, closed_before=utc(2025, 1, 1))
    assert [(one.state, one.is_new) for one in imported.outcomes] == [("done", True), ("done", False), ("done", True)]
    old, newer = (one.ticket or 0 for one in imported.outcomes if one.is_new)
    assert imported.solved == [old]
    with desk.store.reading() as session:
        connection = session.connection()
        kinds = set(connection.exec_driver_sql("SELECT kind FROM event").scalars())
        assert connection.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'letter'").scalar_one() == 0
        received_at = session.execute(select(_ticket.c.received_at).where(_ticket.c.id == old)).scalar_one()
    assert not kinds & {"told", "letter"}
    assert received_at == utc(2024, 3, 4, 9)
    messages = read_ticket(desk.sam, old).messages
    assert [message.body for message in messages[:2]] == ["It burns.", "Still."]
    # What was due long ago is recorded, so that nobody is told of it later
    assert list(Runner(desk.store).step(desk.clock())) == []
    assert take(desk, path).outcomes == []
    # A mail of today is one like any other
    desk.clock.advance(minutes=1)
    today = desk.take(write_mail("The window.", subject="Window")).ticket or 0
    assert len(desk.letters(today)) == 1
    desk.take(write_mail("And now?", message_id="4@x", In_Reply_To="<3@x>"))
    with desk.store.reading() as session:
        told = session.connection().exec_driver_sql("SELECT ticket_id FROM event WHERE kind = 'told'").scalars()
        assert set(told) == {newer, today}


@pytest.mark.rule("M-12", "M-41")
def test_a_sender_of_many_old_mails_is_no_flood(
    desk: MailDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskterm.mail.intake.limits.MOST_OF_SENDER", 1)
    imported = take(desk, fill("eml", tmp_path))
    assert [one.state for one in imported.outcomes] == ["done"] * 3
    assert desk.take(write_mail("Today.")).state == "done"


@pytest.mark.rule("M-12")
@pytest.mark.parametrize("path", [("working",), ("working", "waiting"), ("solved",), ("solved", "closed")])
def test_an_old_mail_moves_no_ticket_that_it_answers(desk: MailDesk, tmp_path: Path, path: tuple[str, ...]) -> None:
    (number,) = (one.ticket or 0 for one in import_texts(desk, tmp_path / "first", _QUESTION).outcomes)
    desk.answer(number, "Use the extinguisher.")
    for status in path:
        move(desk.sam, number, status, now=desk.clock())
    before = read_ticket(desk.sam, number)
    (answer,) = import_texts(desk, tmp_path / "second", _ANSWER).outcomes
    after = read_ticket(desk.sam, number)
    assert (answer.ticket, "Still." in [one.body for one in after.messages]) == (number, True)
    assert (after.row.status, after.clocks) == (before.row.status, before.clocks)


@pytest.mark.rule("M-12")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_old_mail_to_a_ticket_that_is_closed_for_good_is_kept_with_it(desk: MailDesk, tmp_path: Path) -> None:
    change = f"{SMALL_PROCEDURE}\n[closing]\nimmutable = true\n"
    apply_procedure(open_desk(desk.store, "ann"), loads(change, "small.toml").procedure, now=desk.clock())
    for one in (desk.system, desk.sam):
        one.refresh()
    (number,) = (one.ticket or 0 for one in import_texts(desk, tmp_path / "first", _QUESTION).outcomes)
    desk.answer(number, "Use the extinguisher.")
    for status in ("solved", "closed"):
        move(desk.sam, number, status, now=desk.clock())
    before = read_ticket(desk.sam, number)
    (answer,) = import_texts(desk, tmp_path / "second", _ANSWER).outcomes
    assert (answer.state, answer.ticket, answer.is_new) == ("ignored", number, False)
    assert "closed for good: this old mail is kept with it" in answer.summary
    assert read_ticket(desk.sam, number).messages == before.messages
    with desk.store.reading() as reading:
        assert reading.execute(select(_ticket.c.id)).scalars().all() == [number]
    # A mail of today is a request
    desk.clock.advance(minutes=1)
    assert desk.take(write_mail("Again!", message_id="5@x", In_Reply_To="<1@x>")).is_new


@pytest.mark.rule("M-12", "M-44")
def test_an_old_mail_does_not_free_an_address_that_letters_did_not_reach(desk: MailDesk, tmp_path: Path) -> None:
    import_texts(desk, tmp_path / "first", _QUESTION)
    is_kim = _contact.c.email == "kim@larch.example"

    def load(column: str) -> object:
        with desk.store.reading() as session:
            return session.execute(select(_contact.c[column]).where(is_kim)).scalar_one()

    flag_addresses(desk.system, {int(str(load("id"))): "no such user"}, desk.clock())
    import_texts(desk, tmp_path / "second", _ANSWER)
    assert "no such user" in str(load("undeliverable"))
    desk.take(write_mail("I am here.", message_id="4@x"))
    assert load("undeliverable") == ""


def import_texts(desk: MailDesk, folder: Path, *mails: str) -> Imported:
    """Import mails from a folder of .eml files."""
    folder.mkdir()
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail.encode())
    return take(desk, folder)

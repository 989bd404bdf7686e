"""Agents get their notices by mail as they asked for, and answer them by mail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from deskterm.desk.api import open_system_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.notify.recipients import notify_staff
from deskterm.desk.tickets import assignment
from deskterm.mail.intake.work_on import work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.letters import notices
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import MailboxRow, table_of
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from ticket_reads import read_ticket

_mailbox = table_of(MailboxRow)


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """A desk with a ticket of Sam's, who gets each notice by mail."""
    choose(mail_desk, smtp, "each")
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    assignment.assign(mail_desk.sam, 1001, "sam", now=mail_desk.clock())
    mail_desk.send()
    smtp.office.letters.clear()
    return mail_desk


def choose(desk: MailDesk, smtp: SmtpServer, mode: str) -> None:
    """Let Sam get notices in another way."""
    file = MAIL_FILE.replace("[account.main]", 'trusted = ["mx.desk.example"]\n[account.main]')
    desk.use(f'{file}\n[notices]\nsam = "{mode}"\n', port=smtp.port)


def write_again(desk: MailDesk, text: str) -> None:
    """Let the customer write, of which Sam is told."""
    desk.clock.advance(seconds=1)
    desk.take(write_mail(text, In_Reply_To="<one@larch.example>"))


@pytest.mark.rule("M-26", "M-58")
def test_an_agent_gets_each_notice_and_answers_it_by_mail(desk: MailDesk, smtp: SmtpServer) -> None:
    write_again(desk, "And the curtain.")
    desk.send()
    (mail,) = smtp.office.mails
    assert (mail["To"], mail["Auto-Submitted"]) == ("sam@desk.example", "auto-generated")
    assert "1001" in mail["Subject"]
    assert "curtain" not in mail.as_string()  # the words of a customer stay on the desk
    assert desk.send() == []
    answer = write_mail(
        "I am on my way.", sender="Sam <sam@desk.example>", to=str(mail["Reply-To"].addresses[0].addr_spec)
    )
    desk.take(f"Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\r\n{answer}")
    last = read_ticket(desk.sam, 1001).messages[-1]
    assert (last.author, last.kind, last.body) == ("Sam", "internal", "I am on my way.")


@pytest.mark.rule("M-58")
def test_notices_of_an_hour_come_together(desk: MailDesk, smtp: SmtpServer) -> None:
    choose(desk, smtp, "hourly")
    for text in ("one", "two", "three"):
        write_again(desk, text)
    desk.send()
    assert smtp.office.mails == []
    desk.clock.advance(hours=1)
    desk.send()
    (mail,) = smtp.office.mails
    assert mail["Subject"] == "3 notices of the desk"


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("mode", ["each", "hourly"])
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_waits_for_an_opening_keeps_nothing_else_waiting(desk: MailDesk, smtp: SmtpServer, mode: str) -> None:
    choose(desk, smtp, mode)
    desk.clock.advance(hours=1)
    opens = int((desk.clock() + timedelta(hours=10)).timestamp())
    with desk.system.ticket(1001, "notice", desk.clock()) as work:
        notify_staff(work, ("sam",), "warned", "Response is near its limit (75%)", due=opens)
        notify_staff(work, ("sam",), "response-near", "It is urgent", at_once=True)
    desk.send()
    assert [str(mail["Subject"]) for mail in smtp.office.mails] == ["[#1001] It is urgent"]
    desk.clock.advance(hours=10)
    for _ in range(2):
        desk.send()
    assert [str(mail["Subject"]) for mail in smtp.office.mails[1:]] == ["[#1001] Response is near its limit (75%)"]


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_place_that_an_earlier_version_kept_holds(desk: MailDesk, smtp: SmtpServer) -> None:
    write_again(desk, "one")
    with desk.store.writing() as session:
        newest = session.connection().exec_driver_sql("SELECT max(id) FROM event").scalar_one()
        old = f"{newest} {int(desk.clock().timestamp())}"
        session.execute(update(_mailbox).where(_mailbox.c.name == "to:sam").values(position=old))
    write_again(desk, "two")
    desk.send()
    desk.send()
    assert len(smtp.office.mails) == 1


@pytest.mark.rule("M-58")
def test_who_asked_for_none_gets_none(desk: MailDesk, smtp: SmtpServer) -> None:
    choose(desk, smtp, "off")
    write_again(desk, "one")
    desk.send()
    assert smtp.office.mails == []


def load_state(desk: MailDesk) -> MailboxState:
    """Return how the notices to Sam go."""
    with open_reader(desk.store.url) as reader:
        return next(state for state in load_mailbox_states(reader) if state.name == "to:sam")


@pytest.mark.rule("M-58")
def test_a_notice_that_a_server_does_not_take_for_now_is_tried_again(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["sam@desk.example"] = "451 4.7.1 greylisted"
    write_again(desk, "one")
    sender = desk.make_sender()
    (sent,) = sender.send_due()
    assert (sent.state, "greylisted" in sent.summary) == ("queued", True)
    smtp.office.refused.clear()
    assert list(sender.send_due()) == []  # not every two seconds
    desk.clock.advance(minutes=1)
    assert [sent.state for sent in sender.send_due()] == ["sent"]
    assert len(smtp.office.mails) == 1
    smtp.office.refused["sam@desk.example"] = "451 4.7.1 greylisted"
    write_again(desk, "two")
    desk.clock.advance(days=2)  # it is given up as a letter is
    assert [sent.state for sent in sender.send_due()] == ["failed"]


@pytest.mark.rule("M-58")
def test_a_notice_that_is_refused_keeps_no_other_from_its_turn_and_is_told(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["sam@desk.example"] = "550 5.1.1 no such user"
    write_again(desk, "one")
    (sent,) = desk.send()
    assert (sent.state, "sam@desk.example: 550 5.1.1 no such user" in sent.summary) == ("failed", True)
    assert (load_state(desk).failures, "no such user" in load_state(desk).reason) == (1, True)
    desk.clock.advance(minutes=20)
    assert desk.send() == []
    assert not load_state(desk).is_down(int(desk.clock().timestamp()))  # the desk's mail works
    smtp.office.refused.clear()
    write_again(desk, "two")
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert (len(smtp.office.mails), load_state(desk).failures) == (1, 0)


@pytest.mark.rule("M-51", "M-58")
def test_a_notice_without_an_answer_of_the_server_is_not_sent_again(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.drops = 1
    write_again(desk, "one")
    write_again(desk, "two")
    assert [sent.state for sent in desk.send()] == ["unsure", "sent"]
    assert desk.send() == []
    assert len(smtp.office.mails) == 2


@pytest.mark.rule("M-58")
def test_a_process_that_ends_between_two_notices_repeats_none(desk: MailDesk, smtp: SmtpServer) -> None:
    for text in ("one", "two", "three"):
        write_again(desk, text)
    one_round = desk.make_sender().send_due()
    next(one_round)
    one_round.close()  # type: ignore[attr-defined]
    assert len(desk.send()) == 2
    assert len(smtp.office.mails) == 3


def find_position(desk: MailDesk) -> int:
    """Return the event up to which Sam has their notices."""
    with desk.store.reading() as session:
        position = session.execute(select(_mailbox.c.position).where(_mailbox.c.name == "to:sam")).scalar_one()
    return int(position.split()[0])


@pytest.mark.rule("M-58")
def test_events_without_notices_are_not_read_again_for_ever(
    desk: MailDesk, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_MOST_READ_AGAIN", 4)
    before = find_position(desk)
    desk.answer(1001, "Use the extinguisher.")
    desk.send()
    assert find_position(desk) == before  # a few events are no reason to write
    for _ in range(4):
        desk.answer(1001, "And once more.")
    desk.send()
    assert find_position(desk) > before
    write_again(desk, "one")
    desk.send()
    assert [mail["To"] for mail in smtp.office.mails].count("sam@desk.example") == 1


@contextmanager
def hold_back_commits(url: str) -> Iterator[tuple[DeskSession, threading.Event, threading.Event]]:
    """Open the desk of a process whose transactions with events are not committed before they may be. It comes with
    what says that one waits, and what lets it go on."""
    store, waits, may_commit = open_store(url), threading.Event(), threading.Event()
    writes: list[object] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def _note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO event "):
            writes.append(connection)

    @event.listens_for(store.engine, "commit")
    def _wait(connection: object) -> None:
        if writes:
            waits.set()
            may_commit.wait(30)

    try:
        yield open_system_desk(store), waits, may_commit
    finally:
        may_commit.set()
        store.close()


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_notice_that_is_committed_after_a_later_one_is_not_lost(desk: MailDesk, smtp: SmtpServer) -> None:
    desk.take(write_mail("It smokes.", sender="lee@elm.example", subject="Lamp", message_id="two@elm.example"))
    assignment.assign(desk.sam, 1002, "sam", now=desk.clock())
    desk.send()
    smtp.office.letters.clear()
    again = write_mail("Hurry.", sender="lee@elm.example", subject="Lamp", In_Reply_To="<two@elm.example>")
    kept = keep_mail(desk.store, "support", "late", again.encode(), received_at=desk.clock(), now=desk.clock())
    with hold_back_commits(desk.store.url) as (slow, waits, may_commit):
        writer = threading.Thread(target=work_on, args=(slow, desk.settings, kept.key, desk.clock()))
        writer.start()
        assert waits.wait(30)
        write_again(desk, "And the curtain.")  # its events have higher numbers
        assert desk.send() == []
        may_commit.set()
        writer.join(30)
    desk.send()
    assert sorted(str(mail["Subject"])[:7] for mail in smtp.office.mails) == ["[#1001]", "[#1002]"]

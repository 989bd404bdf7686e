"""Mails of agents: theirs where the mail server vouches for them and they answer a notice, held otherwise."""

from __future__ import annotations

import pytest

from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.threading.tokens import make_agent_part
from mail.support.mail_desk import TOKEN_KEY, MailDesk, write_mail
from ticket_reads import read_ticket

FILE = """
[mailbox.support]
maildir = "{folder}"
addresses = ["support@desk.example"]
trusted = ["mx.desk.example"]
[mail]
agents_by_mail = "{what}"
"""
PASSED = "mx.desk.example; dmarc=pass header.from=desk.example"


@pytest.fixture
def number(mail_desk: MailDesk) -> int:
    """The number of a ticket that a customer's mail opened."""
    mail_desk.use(FILE, what="note")
    return mail_desk.take(write_mail(message_id="one@larch.example")).ticket or 0


def of_sam(mail_desk: MailDesk, number: int, text: str, *, days_ago: int = 0, results: str = PASSED) -> str:
    """A mail of Sam to the address of a notice about a ticket."""
    today = int(mail_desk.clock().timestamp()) // 86_400
    with mail_desk.store.reading() as session:
        agent = session.connection().exec_driver_sql("SELECT id FROM agent WHERE login = 'sam'").scalar_one()
    part = make_agent_part(TOKEN_KEY, number, agent, today - days_ago)
    mail = write_mail(text, sender="Sam <sam@desk.example>", to=f"support+{part}@desk.example")
    return f"Authentication-Results: {results}\r\n{mail}"


@pytest.mark.rule("M-24", "M-26")
@pytest.mark.parametrize(("what", "kind"), [("note", "internal"), ("reply", "public")])
def test_an_agents_answer_to_a_notice_is_their_act(mail_desk: MailDesk, number: int, what: str, kind: str) -> None:
    mail_desk.use(FILE, what=what)
    assert mail_desk.take(of_sam(mail_desk, number, "I am on my way.")).ticket == number
    message = read_ticket(mail_desk.sam, number).messages[-1]
    assert (message.kind, message.author, message.body) == (kind, "Sam", "I am on my way.")


@pytest.mark.rule("M-26", "M-28")
def test_an_agents_answer_counts_where_only_the_transport_names_the_address(mail_desk: MailDesk, number: int) -> None:
    mail = of_sam(mail_desk, number, "I am on my way.").replace("To: support+", "Delivered-To: support+")
    assert mail_desk.take(mail).ticket == number
    message = read_ticket(mail_desk.sam, number).messages[-1]
    assert (message.author, message.body) == ("Sam", "I am on my way.")


@pytest.mark.rule("M-24", "M-25")
def test_a_mail_that_only_says_that_an_agent_wrote_it_is_held_as_a_note(mail_desk: MailDesk, number: int) -> None:
    mail_desk.use(FILE, what="reply")
    forged = [
        of_sam(mail_desk, number, "Forged 1", results="mx.evil.example; dmarc=pass header.from=desk.example"),
        of_sam(mail_desk, number, "Forged 2", results="mx.desk.example; dmarc=fail header.from=desk.example"),
        of_sam(mail_desk, number, "Forged 3", results="mx.desk.example; dmarc=pass header.from=evil.example"),
        of_sam(mail_desk, number, "Too old", days_ago=31),
        f"Received: from evil by mx.evil.example; now\r\n{of_sam(mail_desk, number, 'Forged 4')}",
    ]
    for mail in forged:
        mail_desk.take(mail)
    held = [message for message in read_ticket(mail_desk.sam, number).messages if message.kind != "public"]
    assert [message.kind for message in held] == ["internal"] * len(held)
    assert len(held) >= 4
    assert all(message.author_kind != "agent" for message in held)
    assert held[0].body.startswith("It says that it is from Sam; that is not verified:")


@pytest.mark.rule("M-24", "M-25")
def test_a_pass_below_the_failure_that_our_own_server_found_came_with_the_mail(
    mail_desk: MailDesk, number: int
) -> None:
    """A server that leaves forged results in a mail made its sender an agent, although it had found them out."""
    mail_desk.use(FILE, what="reply")
    found = (
        "Authentication-Results: mx.desk.example; dkim=none; dmarc=fail (p=none) header.from=desk.example\r\n"
        "Received: from evil.example by mx.desk.example; now\r\n"
    )
    mail_desk.take(found + of_sam(mail_desk, number, "Forged."))
    message = read_ticket(mail_desk.sam, number).messages[-1]
    assert (message.kind, message.author_kind) == ("internal", "system")
    assert message.body.startswith("It says that it is from Sam; that is not verified:")


@pytest.mark.rule("M-26")
def test_what_an_agent_may_not_write_is_held_with_the_reason(mail_desk: MailDesk, number: int) -> None:
    mail_desk.use(FILE, what="reply")
    with mail_desk.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE agent SET role = 'viewer' WHERE login = 'sam'")
    mail_desk.take(of_sam(mail_desk, number, "Hello."))
    body = read_ticket(mail_desk.sam, number).messages[-1].body
    assert body.startswith("Sam wrote this by mail. A viewer may not reply")
    with mail_desk.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE agent SET role = 'agent' WHERE login = 'sam'")


@pytest.mark.rule("M-25")
def test_a_new_mail_from_an_agents_address_is_a_request_of_that_address(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(write_mail("My own printer burns.", sender="Sam <sam@desk.example>"))
    ticket = read_ticket(mail_desk.sam, outcome.ticket or 0)
    assert (ticket.row.requester, ticket.messages[0].author_kind) == ("Sam", "requester")


@pytest.mark.rule("M-41")
def test_a_flood_of_one_sender_waits_in_quarantine(mail_desk: MailDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskterm.mail.intake.limits.MOST_OF_SENDER", 3)
    states = [mail_desk.take(write_mail(f"mail {number}")).state for number in range(5)]
    assert states == ["done"] * 3 + ["quarantined"] * 2
    mail_desk.clock.advance(hours=1, minutes=1)
    assert mail_desk.take(write_mail("later")).state == "done"


@pytest.mark.rule("M-27")
def test_the_domain_of_a_public_provider_names_no_client(mail_desk: MailDesk) -> None:
    mail_desk.settings = MailSettings(mail_desk.settings.mailboxes, public_providers=frozenset({"larch.example"}))
    outcome = mail_desk.take(write_mail())
    assert read_ticket(mail_desk.sam, outcome.ticket or 0).row.organisation == ""


@pytest.mark.rule("M-29")
def test_a_stranger_gets_into_no_ticket_by_its_number_or_by_a_guessed_message_id(mail_desk: MailDesk) -> None:
    number = mail_desk.take(write_mail(message_id="one@larch.example")).ticket or 0
    stranger = "Eve <eve@elsewhere.example>"
    by_number = mail_desk.take(write_mail("a", sender=stranger, subject=f"Re: Printer [#{number}]"))
    by_id = mail_desk.take(write_mail("b", sender=stranger, In_Reply_To="<one@larch.example>"))
    assert (by_number.is_new, by_id.is_new) == (True, True)
    colleague = "Lee <lee@larch.example>"
    assert mail_desk.take(write_mail("c", sender=colleague, subject=f"AW: Printer [#{number}]")).ticket == number
    assert mail_desk.take(write_mail("d", sender=colleague, In_Reply_To="<one@larch.example>")).ticket == number


@pytest.mark.rule("M-29")
def test_whoever_a_mail_was_addressed_to_may_answer_it(mail_desk: MailDesk) -> None:
    number = mail_desk.take(
        write_mail(message_id="one@larch.example", to="support@desk.example, lee@elm.example")
    ).ticket
    answer = write_mail("To all.", sender="lee@elm.example", In_Reply_To="<one@larch.example>")
    assert mail_desk.take(answer).ticket == number

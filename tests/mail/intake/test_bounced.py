"""Reports of mail servers, answers with quotations, and mails that were passed on."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.present.labels import Vocabulary
from deskterm.present.ticket import present_ticket
from deskterm.procedure.compiled import to_document
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries.outbox import Letter, load_letter
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from small_desk import small_procedure
from ticket_reads import read_ticket

_WORDS = Vocabulary(to_document(small_procedure()), 1)


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """A desk that has sent an answer to ticket 1001."""
    mail_desk.use(MAIL_FILE.replace("plus = true", 'bounce = "bounces@desk.example"'), port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    mail_desk.answer(1001, "Use the extinguisher, and call us.")
    assert [sent.state for sent in mail_desk.send()] == ["sent"]
    return mail_desk


def report(to: str, status: str = "5.1.1", words: str = "550 5.1.1 no such user", action: str = "failed") -> str:
    """A report of a mail server about a letter to Kim."""
    return "\r\n".join(
        (
            "From: Mail Delivery System <MAILER-DAEMON@mx.larch.example>",
            f"To: {to}",
            "Subject: Undelivered Mail Returned to Sender",
            "Return-Path: <>",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "",
            "It could not be delivered.",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.larch.example",
            "",
            "Final-Recipient: rfc822; kim@larch.example",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; {words}",
            "--b--",
            "",
        )
    )


@pytest.mark.rule("M-42", "M-43", "M-44", "M-45")
def test_a_letter_that_comes_back_says_so_on_its_ticket_and_flags_a_dead_address(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    envelope = smtp.office.letters[0][0]
    assert envelope.startswith("bounces+b-1001-")
    before = read_ticket(desk.sam, 1001)
    outcome = desk.take(report(envelope))
    assert (outcome.state, outcome.ticket) == ("done", 1001)
    (letter,) = desk.letters(1001)
    assert (letter.state, "no such user" in letter.reason) == ("bounced", True)
    after = read_ticket(desk.sam, 1001)
    assert len(after.messages) == len(before.messages)  # no message, and no other status
    assert (after.row.status, after.flags) == (before.row.status, ("undelivered",))
    with open_reader(desk.store.url) as reader:
        assert (
            "no such user" in reader.rows("SELECT undeliverable FROM contact WHERE email = 'kim@larch.example'")[0][0]
        )
    # A mail from the address shows that it is alive
    desk.take(write_mail("I am here."))
    with open_reader(desk.store.url) as reader:
        assert reader.rows("SELECT undeliverable FROM contact WHERE email = 'kim@larch.example'") == [("",)]


@pytest.mark.rule("M-45", "M-68")
def test_no_history_has_the_words_of_servers_and_they_are_erased_with_the_person(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    assert desk.letters(1001)[0].answer.startswith("250")
    desk.take(report(smtp.office.letters[0][0]))
    ticket = read_ticket(desk.sam, 1001)
    (record,) = [one for one in ticket.records if one.kind == "letter"]
    assert "no such user" in ticket.texts[record.values["reason"]]
    deliveries = [entry.delivery for entry in present_ticket(ticket, _WORDS).timeline if entry.delivery is not None]
    assert [(one.state, one.reason) for one in deliveries] == [("bounced", "kim@larch.example: 550 5.1.1 no such user")]
    with open_reader(desk.store.url) as reader:
        events = reader.rows("SELECT data FROM event UNION ALL SELECT data FROM desk_event")
    assert [data for (data,) in events if "no such user" in data or "kim@" in data or "queued as" in data] == []
    erase_person(open_desk(desk.store, "ann"), "kim@larch.example", now=desk.clock())
    (letter,) = desk.letters(1001)
    assert (letter.state, letter.reason, letter.answer) == ("bounced", "", "")


@pytest.mark.rule("M-43", "M-44")
@pytest.mark.parametrize(
    ("status", "words", "action", "state"),
    [
        ("5.2.2", "552 5.2.2 mailbox full", "failed", "bounced"),
        ("5.7.1", "550 5.7.1 refused by policy", "failed", "bounced"),
        ("4.4.1", "421 4.4.1 no answer", "delayed", "sent"),
    ],
)
def test_a_full_mailbox_is_no_dead_one_and_a_delay_no_failure(
    desk: MailDesk, smtp: SmtpServer, status: str, words: str, action: str, state: str
) -> None:
    desk.take(report(smtp.office.letters[0][0], status, words, action))
    assert desk.letters(1001)[0].state == state
    with open_reader(desk.store.url) as reader:
        assert reader.rows("SELECT undeliverable FROM contact WHERE email = 'kim@larch.example'") == [("",)]


@pytest.mark.rule("M-43")
@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        ("delayed", "4.4.1", "is late, and may still arrive"),
        ("delivered", "2.0.0", "has arrived"),
        ("relayed", "2.0.0", "was passed on to another server"),
    ],
)
def test_a_report_that_is_none_of_a_failure_says_how_far_the_letter_came(
    desk: MailDesk, smtp: SmtpServer, action: str, status: str, words: str
) -> None:
    outcome = desk.take(report(smtp.office.letters[0][0], status, "250 2.0.0 it goes on", action))
    assert outcome.summary.endswith(words)
    assert desk.letters(1001)[0].state == "sent"


@pytest.mark.rule("M-42")
def test_a_report_is_matched_by_its_recipient_where_nothing_else_names_the_letter(desk: MailDesk) -> None:
    assert desk.take(report("support@desk.example")).ticket == 1001
    other = report("support@desk.example").replace("kim@larch.example", "eve@elsewhere.example")
    assert desk.take(other).state == "quarantined"


@pytest.mark.rule("M-27", "M-42", "M-59")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_domain_is_the_same_one_as_people_write_it_and_as_idna(desk: MailDesk) -> None:
    """Of a contact, of the recipient in a report, and of a person who is erased."""
    number = desk.take(write_mail("It leaks.", sender="Lea <lea@lärche.example>", subject="Tap")).ticket or 0
    desk.answer(number, "Close the tap.")
    again = write_mail("Still.", sender="Lea <LEA@xn--lrche-gra.example>", subject=f"Tap [#{number}]")
    assert desk.take(again).ticket == number
    with open_reader(desk.store.url) as reader:
        assert reader.rows("SELECT email FROM contact WHERE name = 'Lea'") == [("lea@lärche.example",)]
    assert [sent.state for sent in desk.send()] == ["sent"]
    other = report("support@desk.example").replace("kim@larch.example", "lea@xn--lrche-gra.example")
    assert desk.take(other).ticket == number
    erase_person(open_desk(desk.store, "ann"), "lea@xn--lrche-gra.example", now=desk.clock())
    assert all("lea@" not in mail.sender for mail in desk.mails())


@pytest.mark.rule("M-42")
def test_a_report_that_names_only_a_recipient_loads_no_letter_to_others(
    desk: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lee", "max"):  # newer letters to others
        number = desk.take(write_mail(f"I am {name}.", sender=f"{name}@elm.example")).ticket or 0
        desk.clock.advance(minutes=1)
        desk.answer(number, "We see to it.")
        desk.clock.advance(minutes=1)
        assert [sent.state for sent in desk.send()] == ["sent"]
    loaded: list[int] = []

    def load_and_count(reader: ReadConnection, number: int, key: str) -> Letter | None:
        loaded.append(number)
        return load_letter(reader, number, key)

    monkeypatch.setattr("deskterm.mail.intake.bounced.load_letter", load_and_count)
    assert desk.take(report("support@desk.example")).ticket == 1001
    assert loaded == [1001]


@pytest.mark.rule("M-20", "M-67")
def test_an_answer_shows_its_new_words_and_keeps_the_whole_text(desk: MailDesk, smtp: SmtpServer) -> None:
    letter = smtp.office.mails[0]
    text = letter.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    quoted = "\r\n".join(f"> {line}" for line in text.splitlines())
    answer = write_mail(
        f"It is out now.\r\n\r\nOn Mon, Example Support wrote:\r\n{quoted}", In_Reply_To=letter["Message-ID"]
    )
    assert desk.take(answer).ticket == 1001
    assert read_ticket(desk.sam, 1001).messages[-1].body == "It is out now."
    with open_reader(desk.store.url) as reader:
        words = reader.rows("SELECT body FROM personal_text WHERE ticket_id = 1001 ORDER BY id DESC LIMIT 1")[0][0]
    assert "Use the extinguisher" in words


@pytest.mark.rule("M-31")
def test_what_a_proved_agent_passes_on_is_a_request_of_whoever_wrote_it(mail_desk: MailDesk) -> None:
    mail_desk.use(
        '[mailbox.support]\nmaildir = "{folder}"\naddresses = ["support@desk.example"]\ntrusted = ["mx.desk.example"]\n'
    )
    forward = write_mail(
        "Please see to this.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Lee Ash <lee@elm.example>\r\n"
        "Date: Mon, 23 Nov 2026 at 08:00\r\nSubject: Door\r\nTo: Sam <sam@desk.example>\r\n\r\nThe door is stuck.",
        sender="Sam <sam@desk.example>",
        subject="Fwd: Door",
    )
    proved = f"Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\r\n{forward}"
    ticket = read_ticket(mail_desk.sam, mail_desk.take(proved).ticket or 0)
    assert (ticket.row.subject, ticket.row.requester) == ("Door", "Lee Ash")
    assert [(message.kind, message.body) for message in ticket.messages] == [
        ("public", "The door is stuck."),
        ("internal", "Please see to this."),
    ]
    # Without proof it is a mail of that address like any other
    other = read_ticket(mail_desk.sam, mail_desk.take(forward.replace("stuck", "open")).ticket or 0)
    assert other.row.requester == "Sam"


@pytest.mark.rule("M-31")
def test_a_strangers_forward_of_a_mail_of_a_ticket_is_a_ticket_of_its_own(desk: MailDesk, smtp: SmtpServer) -> None:
    token = smtp.office.mails[0]["Message-ID"]
    forward = write_mail(
        "What is this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Kim <kim@larch.example>\r\n"
        "Subject: Printer\r\n\r\nIt burns.",
        sender="eve@elsewhere.example",
        subject="Fwd: Printer",
        References=token,
    )
    outcome = desk.take(forward)
    assert outcome.is_new
    notes = [message.body for message in read_ticket(desk.sam, outcome.ticket or 0).messages]
    assert "It was passed on from ticket 1001." in notes


@pytest.mark.rule("M-29")
def test_the_same_subject_again_is_named_and_not_joined(mail_desk: MailDesk) -> None:
    first = mail_desk.take(write_mail("one"))
    second = mail_desk.take(write_mail("two", subject="Re: Printer"))
    assert second.is_new
    last = read_ticket(mail_desk.sam, second.ticket or 0).messages[-1]
    assert (last.kind, f"ticket {first.ticket}" in last.body) == ("internal", True)

"""Addresses with other letters than those of ASCII, at servers that take them and at others (M-59)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.domain.email_address import encode_domain
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.desk.tickets import assignment
from deskterm.store.db.reader import open_reader
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from ticket_reads import read_ticket

pytestmark = pytest.mark.rule("M-59")

_JURI = "Юрий <юрий@почта.example>"
_ZOE = "Zoë Ash <zoe@lärche.example>"
_ASCII_DOMAINS = {"lärche": "xn--lrche-gra", "почта": "xn--80a1acny"}


@pytest.fixture
def old_server() -> Iterator[SmtpServer]:
    """A server without SMTPUTF8."""
    server = SmtpServer(utf8=False)
    server.start()
    yield server
    server.stop()


def _answer(desk: MailDesk, server: SmtpServer, sender: str, **headers: str) -> tuple[str, str]:
    """Answer a mail with raw UTF-8 in its headers, and return state and summary of the letter."""
    desk.use(MAIL_FILE, port=server.port)
    outcome = desk.take(write_mail("Горит.", sender=sender, subject="Принтер", message_id="one@x.example", **headers))
    desk.answer(outcome.ticket or 0, "Mit Wasser löschen.")
    (sent,) = desk.send()
    return sent.state, sent.summary


def test_a_mail_with_headers_in_utf_8_is_read_whole(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(write_mail("Горит.", sender=_JURI, subject="Принтер", Cc=_ZOE))
    ticket = read_ticket(mail_desk.sam, outcome.ticket or 0)
    assert (ticket.row.subject, ticket.row.requester) == ("Принтер", "Юрий")
    assert list(ticket.contact_names.values()) == ["Zoë Ash"]
    assert mail_desk.mails()[0].sender == "юрий@почта.example"
    # Known again, however the letters of the address are written
    mail_desk.take(write_mail("Снова.", sender=_JURI.upper(), subject="Принтер"))
    assert read_ticket(mail_desk.sam, 1002).row.requester == "Юрий"


def test_a_server_with_smtputf8_takes_every_address(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    assert _answer(mail_desk, smtp, _JURI, Cc=_ZOE)[0] == "sent"
    assert smtp.office.letters[0][1] == [
        f"юрий@{_ASCII_DOMAINS['почта']}.example",
        f"zoe@{_ASCII_DOMAINS['lärche']}.example",
    ]
    raw = smtp.office.letters[0][2]
    assert f"To: Юрий <юрий@{_ASCII_DOMAINS['почта']}.example>".encode() in raw
    assert "Mit Wasser löschen." in smtp.office.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.rule("M-43")
def test_a_report_names_a_recipient_as_the_letter_went_out(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    _answer(mail_desk, smtp, "kim@larch.example", Cc=_ZOE)
    token = smtp.office.mails[0]["Message-ID"]
    zoe = f"zoe@{_ASCII_DOMAINS['lärche']}.example"
    lines = [
        *("From: MAILER-DAEMON@mx.x.example", "To: support@desk.example", f"References: {token}", "Return-Path: <>"),
        *('Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "", "--b", "", "Gone.", "--b"),
        *("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.x.example", ""),
        *(f"Final-Recipient: rfc822; {zoe}", "Action: failed", "Status: 5.1.1", "--b--", ""),
    ]
    mail_desk.take("\r\n".join(lines))
    (letter,) = mail_desk.letters(1001)
    names = {person.contact: person.name for person in letter.to}
    assert [(names[contact], state) for contact, state in letter.recipients if state == "bounced"] == [
        ("Zoë Ash", "bounced")
    ]


def test_a_domain_alone_needs_no_smtputf8(mail_desk: MailDesk, old_server: SmtpServer) -> None:
    assert _answer(mail_desk, old_server, _ZOE)[0] == "sent"
    _, recipients, raw = old_server.office.letters[0]
    assert recipients == [f"zoe@{_ASCII_DOMAINS['lärche']}.example"]
    assert raw.isascii()
    assert old_server.office.mails[0]["To"].addresses[0].display_name == "Zoë Ash"


def test_a_server_without_smtputf8_fails_those_alone_whom_it_cannot_reach(
    mail_desk: MailDesk, old_server: SmtpServer
) -> None:
    state, summary = _answer(mail_desk, old_server, "kim@larch.example", Cc=_JURI)
    assert (state, "юрий" in summary, "takes no addresses with other letters" in summary) == ("failed", True, True)
    _, recipients, raw = old_server.office.letters[0]
    assert recipients == ["kim@larch.example"]
    assert raw.isascii()
    assert old_server.office.mails[0]["Cc"] is None
    (letter,) = mail_desk.letters(1001)
    assert sorted(outcome for _, outcome in letter.recipients) == ["failed", "sent"]
    assert letter.reason == summary.partition("failed: ")[2]


def test_a_letter_for_such_an_address_alone_fails_with_the_reason(mail_desk: MailDesk, old_server: SmtpServer) -> None:
    state, summary = _answer(mail_desk, old_server, _JURI)
    assert (state, "takes no addresses with other letters" in summary) == ("failed", True)
    assert old_server.office.letters == []


def test_nobody_is_reached_for_a_sender_that_the_server_does_not_take(
    mail_desk: MailDesk, old_server: SmtpServer
) -> None:
    mail_desk.use(MAIL_FILE.replace("support@desk", "hilfe-für@desk"), port=old_server.port)
    mail_desk.take(write_mail(to="hilfe-für@desk.example"))
    mail_desk.answer(1001, "Use water.")
    (sent,) = mail_desk.send()
    assert (sent.state, "takes no addresses with other letters" in sent.summary) == ("failed", True)


@pytest.mark.rule("M-68")
def test_whoever_is_erased_is_known_in_the_attempts_to_send_as_letters_go_to_them(
    mail_desk: MailDesk, smtp: SmtpServer
) -> None:
    smtp.office.refused[f"zoe@{_ASCII_DOMAINS['lärche']}.example"] = "451 4.7.1 greylisted"
    assert _answer(mail_desk, smtp, "kim@larch.example", Cc=_ZOE)[0] == "queued"
    erase_person(open_desk(mail_desk.store, "ann"), "zoe@lärche.example", now=mail_desk.clock())
    with open_reader(mail_desk.store.url) as reader:
        assert reader.rows("SELECT recipients FROM sending") == [('{"kim@larch.example": "sent"}',)]


@pytest.mark.rule("M-58")
def test_a_notice_to_an_agent_needs_no_smtputf8_for_a_domain(mail_desk: MailDesk, old_server: SmtpServer) -> None:
    people = [{"login": "sam", "name": "Sam", "email": "sam@lärche.example"}]
    seed_agents(open_desk(mail_desk.store, "ann"), people, now=mail_desk.clock())
    mail_desk.use(f'{MAIL_FILE}\n[notices]\nsam = "each"\n', port=old_server.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    assignment.assign(mail_desk.sam, 1001, "sam", now=mail_desk.clock())
    mail_desk.send()
    old_server.office.letters.clear()
    mail_desk.clock.advance(seconds=1)
    mail_desk.take(write_mail("And the curtain.", In_Reply_To="<one@larch.example>"))
    mail_desk.send()
    assert [to for _, to, _ in old_server.office.letters] == [[f"sam@{_ASCII_DOMAINS['lärche']}.example"]]


def test_domains_are_encoded_by_the_rules_of_2008_and_what_is_none_stays() -> None:
    assert encode_domain("a@straße.example") == "a@xn--strae-oqa.example"
    assert encode_domain("a@LÄRCHE.example") == f"a@{_ASCII_DOMAINS['lärche']}.example"
    for plain in ("kim@larch.example", "", "юрий@larch.example", "a@-ä-.example"):
        assert encode_domain(plain) == plain

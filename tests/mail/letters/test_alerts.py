"""Admins are told of what is down and of what waits, at once and then once a day."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.mail.keeping.leases import forget_removed, note_trouble
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from mail.support.mail_desk import MAIL_FILE, MailDesk
from mail.support.smtp_server import SmtpServer


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """A desk whose admin has an address."""
    ann = open_desk(mail_desk.store, "ann")
    seed_agents(ann, [{"login": "ann", "name": "Ann", "email": "ann@desk.example"}], now=mail_desk.clock())
    mail_desk.use(MAIL_FILE, port=smtp.port)
    return mail_desk


@pytest.mark.rule("M-13")
def test_admins_are_told_of_a_mailbox_that_is_down_once_a_day(desk: MailDesk, smtp: SmtpServer) -> None:
    for _ in range(2):
        note_trouble(desk.store, "in:support", "imap.example.org does not answer.", desk.clock())
    desk.send()
    assert smtp.office.mails == []  # twice may happen
    note_trouble(desk.store, "in:support", "imap.example.org does not answer.", desk.clock())
    note_trouble(desk.store, "push:sam", "Slack answered 404.", desk.clock(), is_lasting=True)
    desk.send()
    desk.send()
    (mail,) = smtp.office.mails
    assert mail["To"] == "ann@desk.example"
    assert "Mailbox support does not work: imap.example.org does not answer." in mail.as_string().replace("=\n", "")
    assert "Push to sam does not work: Slack answered 404." in mail.as_string().replace("=\n", "")
    desk.clock.advance(days=1)
    desk.send()
    assert len(smtp.office.mails) == 2


@pytest.mark.rule("M-13")
def test_nobody_is_told_of_a_mailbox_that_the_mail_file_no_longer_has(desk: MailDesk, smtp: SmtpServer) -> None:
    for name in ("in:support", "in:sales", "out:main"):
        note_trouble(desk.store, name, "It does not answer.", desk.clock(), is_lasting=True)
    note_trouble(desk.store, "to:sam", "There is no such person.", desk.clock())
    forget_removed(desk.store, {"in:support", "out:main"})
    with open_reader(desk.store.url) as reader:
        failing = [state.name for state in load_mailbox_states(reader) if state.failures]
    assert failing == ["in:support", "out:main", "to:sam"]
    desk.send()
    text = "".join(mail.as_string() for mail in smtp.office.mails)
    assert "support" in text
    assert "sales" not in text


@pytest.mark.rule("M-09")
def test_admins_are_told_once_a_day_of_what_waits_in_quarantine(desk: MailDesk, smtp: SmtpServer) -> None:
    desk.take(b"To: support@desk.example\r\n\r\nfrom nobody\r\n")
    for _ in range(2):
        desk.send()
    (mail,) = smtp.office.mails
    assert "A mail of the last day waits in quarantine" in mail.as_string().replace("=\n", "")
    desk.clock.advance(days=1, minutes=1)
    desk.send()  # nothing new came
    assert len(smtp.office.mails) == 1


@pytest.mark.rule("M-13")
def test_an_alert_that_a_server_does_not_take_for_now_is_tried_again(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["ann@desk.example"] = "451 4.7.1 greylisted"
    desk.take(b"To: support@desk.example\r\n\r\nfrom nobody\r\n")
    sender = desk.make_sender()
    assert [sent.state for sent in sender.send_due()] == ["queued"]
    smtp.office.refused.clear()
    assert list(sender.send_due()) == []
    desk.clock.advance(minutes=1)
    assert [sent.state for sent in sender.send_due()] == ["sent"]
    assert len(smtp.office.mails) == 1


@pytest.mark.rule("M-13", "M-51")
@pytest.mark.parametrize(("refusal", "drops", "state"), [("550 5.1.1 no such user", 0, "failed"), ("", 1, "unsure")])
def test_an_alert_that_does_not_arrive_is_told_and_comes_again_the_next_day(
    desk: MailDesk, smtp: SmtpServer, refusal: str, drops: int, state: str
) -> None:
    if refusal:
        smtp.office.refused["ann@desk.example"] = refusal
    smtp.office.drops = drops
    note_trouble(desk.store, "in:support", "It is closed.", desk.clock(), is_lasting=True)
    (sent,) = desk.send()
    assert (sent.state, "Mailbox support does not work" in sent.summary) == (state, True)
    assert desk.send() == []
    smtp.office.refused.clear()
    desk.clock.advance(days=1)
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-13")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_alert_that_not_all_admins_get_comes_to_the_others_once(desk: MailDesk, smtp: SmtpServer) -> None:
    people = [
        {"login": name, "name": name, "role": "admin", "email": f"{name}@desk.example"} for name in ("eva", "lou")
    ]
    seed_agents(open_desk(desk.store, "ann"), people, now=desk.clock())
    smtp.office.refused["eva@desk.example"] = "451 4.7.1 greylisted"
    smtp.office.refused["lou@desk.example"] = "550 5.1.1 no such user"
    note_trouble(desk.store, "in:support", "It is closed.", desk.clock(), is_lasting=True)
    told, put_off = desk.send()
    assert told.state == "sent"
    assert (put_off.state, put_off.summary.startswith("eva is told by mail in a minute")) == ("queued", True)
    with open_reader(desk.store.url) as reader:
        states = {state.name: state for state in load_mailbox_states(reader)}
    assert ("no such user" in states["alert:lou"].reason, states["alert:lou"].is_down(10**11)) == (True, False)
    sender = desk.make_sender()  # another process, as that of `mail send --once`
    assert list(sender.send_due()) == []
    desk.clock.advance(minutes=1)
    assert list(sender.send_due()) == []  # said before
    smtp.office.refused.clear()
    desk.clock.advance(minutes=1)
    (again,) = sender.send_due()
    assert again.summary.startswith("eva told: Mailbox support does not work")
    desk.clock.advance(hours=1)
    assert desk.send() == []
    assert [recipients for _, recipients, _ in smtp.office.letters] == [["ann@desk.example"], ["eva@desk.example"]]
    desk.clock.advance(days=1)
    desk.send()
    with open_reader(desk.store.url) as reader:
        assert [state.name for state in load_mailbox_states(reader) if state.failures] == ["in:support"]
    assert len(smtp.office.letters[-1][1]) == 3

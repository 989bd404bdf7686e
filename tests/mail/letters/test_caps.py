"""Letters that go by themselves are few, and two desks that acknowledge each other's letters stop at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.notify.addresses import flag_addresses
from deskterm.desk.tickets import resolution, update
from deskterm.procedure.load import loads
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from small_desk import SMALL_PROCEDURE

ACKNOWLEDGING = f'{SMALL_PROCEDURE}\n[[notices]]\non = "registered"\nto = RECIPIENTS\n'


def acknowledge(desk: MailDesk, smtp: SmtpServer, *, to: str = '["requester"]') -> MailDesk:
    """Let a desk say that requests have come in. to: the list of those who read it, as a procedure writes it."""
    procedure = loads(ACKNOWLEDGING.replace("RECIPIENTS", to), "small.toml").procedure
    apply_procedure(open_desk(desk.store, "ann"), procedure, now=desk.clock())
    for session in (desk.sam, desk.system):
        session.refresh()
    desk.use(MAIL_FILE, port=smtp.port)
    return desk


@pytest.mark.rule("M-39", "M-55")
def test_somebody_is_told_once_an_hour_that_requests_have_come_in(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    desk = acknowledge(mail_desk, smtp)
    states = []
    for number in range(3):
        desk.clock.advance(minutes=1)
        desk.take(write_mail(f"request {number}", subject=f"Request {number}", message_id=f"{number}@x"))
        states += [sent.state for sent in desk.send()]
    assert states == ["sent", "withdrawn", "withdrawn"]
    assert smtp.office.mails[0]["Auto-Submitted"] == "auto-replied"
    assert "told them already" in desk.letters(1002)[0].reason
    desk.clock.advance(hours=1, minutes=1)
    desk.take(write_mail("a later one", subject="Another"))
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-39")
def test_whoever_has_had_enough_is_left_out_and_others_get_the_letter(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    """Only letters to their first recipient were counted, so that somebody in copy got any number."""
    desk = mail_desk
    telling = f"""{SMALL_PROCEDURE}
[[notices]]
on = "status"
entered = "working"
to = ["requester", "participants"]
"""
    apply_procedure(open_desk(desk.store, "ann"), loads(telling, "small.toml").procedure, now=desk.clock())
    for session in (desk.sam, desk.system):
        session.refresh()
    desk.use(MAIL_FILE, port=smtp.port)
    for name in ("kim", "max", "noa"):
        desk.take(write_mail(name, sender=f"{name}@larch.example", message_id=f"{name}@x", Cc="Lee <lee@elm.example>"))
        update.move(desk.sam, desk.mails()[0].ticket or 0, "working", now=desk.clock())
        assert [sent.state for sent in desk.send()] == ["sent"]
        desk.clock.advance(minutes=5)
    assert [recipients for _, recipients, _ in smtp.office.letters] == [
        ["kim@larch.example", "lee@elm.example"], ["max@larch.example", "lee@elm.example"], ["noa@larch.example"],
    ]  # fmt: skip
    assert smtp.office.mails[-1]["Cc"] is None
    (letter,) = desk.letters(1003)
    states = {person.email: dict(letter.recipients)[person.contact] for person in letter.to}
    assert states == {"noa@larch.example": "sent", "lee@elm.example": "withdrawn"}
    assert letter.reason == "lee@elm.example: two automatic letters with this subject went to them within three hours"
    # The one that was kept from them does not count against them
    desk.clock.advance(minutes=172)
    desk.take(write_mail("ola", sender="ola@larch.example", message_id="ola@x", Cc="Lee <lee@elm.example>"))
    update.move(desk.sam, 1004, "working", now=desk.clock())
    desk.send()
    assert smtp.office.letters[-1][1] == ["ola@larch.example", "lee@elm.example"]


@pytest.mark.rule("M-39", "M-51")
def test_an_acknowledgement_in_doubt_is_repeated(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    desk = acknowledge(mail_desk, smtp)
    desk.take(write_mail("one"))
    smtp.office.drops = 1
    assert [sent.state for sent in desk.send()] == ["unsure"]
    desk.clock.advance(minutes=11)
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-39", "M-55")
@pytest.mark.requirement("S2-18")
def test_a_letter_with_the_words_of_a_resolution_is_no_letter_by_itself(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    """The third answer within three hours to somebody for whom two fixes had failed did not leave."""
    desk = mail_desk
    resolving = f"""{SMALL_PROCEDURE}
[[notices]]
on = "resolved"
to = ["requester"]
template = "resolved"
[[templates]]
key = "resolved"
label = "Resolved"
subject = "[{{number}}] {{subject}}: resolved"
body = "How it was resolved: {{resolution}}"
"""
    apply_procedure(open_desk(desk.store, "ann"), loads(resolving, "small.toml").procedure, now=desk.clock())
    for session in (desk.sam, desk.system):
        session.refresh()
    desk.use(MAIL_FILE, port=smtp.port)
    desk.take(write_mail("It burns."))
    for fix in ("Use water.", "Use sand.", "Use foam."):
        desk.clock.advance(minutes=20)
        resolution.resolve(desk.sam, 1001, fix, now=desk.clock())
        assert [sent.state for sent in desk.send()] == ["sent"]
        assert fix in smtp.office.mails[-1].as_string()
        assert smtp.office.mails[-1]["Auto-Submitted"] is None
        desk.take(write_mail(f"It burns in spite of that: {fix}", In_Reply_To=smtp.office.mails[-1]["Message-ID"]))


@pytest.mark.rule("M-44")
def test_a_dead_address_gets_no_letters_by_themselves(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    desk = acknowledge(mail_desk, smtp)
    desk.take(write_mail("one"))
    with desk.store.reading() as session:
        kim = session.connection().exec_driver_sql("SELECT id FROM contact").scalar_one()
    flag_addresses(desk.system, {kim: "550 no such user"}, desk.clock())
    assert [sent.state for sent in desk.send()] == ["withdrawn"]
    desk.answer(1001, "A person's letter goes all the same.")
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-40")
def test_a_stranger_is_told_nothing_that_a_forger_may_have_written(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    desk = acknowledge(mail_desk, smtp)
    subject = f"Win at https://casino.example/now or casino.example {'x' * 100}"
    for number, sender in enumerate(("victim@elm.example", "kim@larch.example", "kim@larch.example")):
        desk.clock.advance(hours=2)
        desk.take(write_mail(f"Buy! {number}", subject=subject, sender=sender))
        desk.send()
    shown = [desk.letters(number)[0] for number in (1001, 1002, 1003)]
    assert [f"{letter.heading[7:]} [#{letter.number}]" for letter in shown] == [
        str(mail["Subject"]) for mail in smtp.office.mails
    ]
    bodies = [mail.get_body(("plain",)) for mail in smtp.office.mails]
    assert [body.get_content().strip() for body in bodies if body is not None] == [one.body.strip() for one in shown]
    strangers, first, known = (mail.as_string() for mail in smtp.office.mails)
    for letter in (strangers, first):
        assert "casino" not in letter
        assert "x" * 81 not in letter
    assert "Its number is 1001." in strangers
    assert "casino" in known  # whoever wrote before gets the subject as it was


@pytest.mark.rule("M-35")
def test_an_automatic_mail_gets_no_letter_by_itself(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    """Lists, no-reply addresses and other desks' programs were told that their requests had come in."""
    desk = acknowledge(mail_desk, smtp)
    marks = ({"Precedence": "list"}, {"Auto_Submitted": "auto-generated"}, {"List_Id": "<users.larch.example>"})
    for number, headers in enumerate(marks):
        desk.clock.advance(hours=2)
        desk.take(write_mail(f"Words {number}", message_id=f"{number}@x", **headers))
        assert [sent.state for sent in desk.send()] == ["withdrawn"]
    desk.take(write_mail("Words of a shop", sender="no-reply@shop.example", message_id="shop@x"))
    assert [sent.state for sent in desk.send()] == ["withdrawn"]
    assert "automatic" in desk.letters(1004)[0].reason
    desk.answer(1001, "A person's letter goes all the same.")
    assert [sent.state for sent in desk.send()] == ["sent"]
    desk.take(write_mail("A person's own words.", sender="Lee <lee@larch.example>", message_id="lee@x"))
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-40")
def test_whom_an_unproved_mail_names_in_copy_is_not_told_that_it_came(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    """One mail with a false sender made the desk write to fifty strangers."""
    desk = acknowledge(mail_desk, smtp, to='["requester", "participants"]')
    victims = ", ".join(f"victim{number}@elm.example" for number in range(40))
    for number in range(2):
        desk.clock.advance(hours=2)
        desk.take(write_mail(f"Buy! {number}", subject=f"Pills {number}", message_id=f"{number}@x", Cc=victims))
        assert [sent.state for sent in desk.send()] == ["sent"]
    assert [recipients for _, recipients, _ in smtp.office.letters] == [["kim@larch.example"]] * 2
    assert [person.email for person in desk.letters(1001)[0].to] == ["kim@larch.example"]
    desk.answer(1001, "A person's letter has them in copy.")
    desk.send()
    assert len(smtp.office.letters[-1][1]) == 41


@pytest.mark.rule("M-36", "M-37")
def test_two_desks_that_acknowledge_each_other_stop_at_once(
    mail_desk: MailDesk, smtp: SmtpServer, tmp_path: Path
) -> None:
    ours = acknowledge(mail_desk, smtp)
    theirs = MailDesk(f"sqlite:///{tmp_path / 'theirs.sqlite3'}", tmp_path / "theirs")
    other = SmtpServer()
    other.start()
    try:
        file = MAIL_FILE.replace("desk.example", "other.example")
        acknowledge(theirs, other).use(file, port=other.port)
        ours.take(write_mail("A mail of their desk.", sender="support@other.example"))
        for _ in range(10):
            ours.send()
            for data in [letter[2] for letter in smtp.office.letters]:
                theirs.take(data)
            theirs.send()
            for data in [letter[2] for letter in other.office.letters]:
                ours.take(data)
    finally:
        other.stop()
        theirs.store.close()
    assert (len(smtp.office.letters), len(other.office.letters)) == (1, 0)

"""Letters leave once, are tried again where that helps, and say what became of them."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation.messages import add_note, reply
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.undo import undo_last_command
from deskterm.errors import DeskError
from deskterm.mail.letters.claims import claim, note_data
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.outgoing import load_outgoing
from deskterm.present.formats import format_delivery
from deskterm.present.labels import Vocabulary
from deskterm.present.ticket import present_ticket
from deskterm.procedure.load import loads
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_notices
from deskterm.store.queries.ticket_tabs.files import load_public_file
from mail.support.mail_desk import MAIL_FILE, TOKEN_KEY, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from small_desk import SMALL_PROCEDURE
from ticket_reads import read_ticket


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """The desk, whose letters leave by the server, with a ticket that Sam has answered."""
    mail_desk.use(MAIL_FILE, port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example", Cc="lee@elm.example"))
    mail_desk.answer(1001, "Use the extinguisher.\n\n.It hangs at the door.")
    return mail_desk


def describe_delivery(desk: MailDesk) -> str:
    """Return what the thread says beside the last message."""
    entry = present_ticket(read_ticket(desk.sam, 1001), Vocabulary()).timeline[-1]
    return format_delivery(entry.delivery, int(desk.clock().timestamp()), UTC)


@pytest.mark.rule("M-47", "M-49")
def test_a_letter_that_is_being_sent_says_so(desk: MailDesk) -> None:
    assert describe_delivery(desk) == "queued"
    (letter,) = desk.letters(1001)
    claimed = claim(desk.system, 1001, letter.key, "main", desk.clock())
    assert claimed is not None
    assert describe_delivery(desk) == "sending"


@pytest.mark.rule("M-46", "M-47", "M-53", "M-54", "M-56")
def test_an_answer_leaves_as_a_letter_with_everything_that_belongs_to_it(desk: MailDesk, smtp: SmtpServer) -> None:
    (sent,) = desk.send()
    assert sent.state == "sent"
    (mail,), ((envelope, recipients, data),) = smtp.office.mails, smtp.office.letters
    assert (envelope, recipients) == ("support@desk.example", ["kim@larch.example", "lee@elm.example"])
    assert (mail["From"], mail["To"], mail["Cc"]) == (
        "Example Support <support@desk.example>", "Kim Reed <kim@larch.example>", "lee <lee@elm.example>",
    )  # fmt: skip
    assert mail["Subject"] == "Re: Printer [#1001]"
    assert (mail["In-Reply-To"], mail["References"]) == ("<one@larch.example>", "<one@larch.example>")
    assert mail["Message-ID"].startswith("<dt.1001.")
    assert "support+t-1001-" in mail["Reply-To"]
    assert mail["Auto-Submitted"] is None
    text, page = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert text.startswith("Use the extinguisher.\n\n.It hangs at the door.\n\n-- \nSam\n\n##- ")
    assert "> It burns." in text
    assert "<p>.It hangs at the door.</p>" in page
    assert b"\r\n.It hangs" in data  # the dot that the protocol doubles is not the letter's
    (letter,) = desk.letters(1001)
    assert (letter.state, letter.answer) == ("sent", "250 queued as 4F1D")
    assert {state for _, state in letter.recipients} == {"sent"}
    assert desk.send() == []
    with pytest.raises(DeskError, match="has gone out"):
        undo_last_command(desk.sam, 1001, now=desk.clock())


@pytest.mark.rule("M-29", "M-30")
def test_an_answer_to_our_letter_finds_its_ticket_whoever_writes_it_and_whatever_its_subject_is(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    desk.send()
    token = smtp.office.mails[0]["Message-ID"]
    answer = write_mail("Done.", subject="Re: something", sender="boss@elsewhere.example", In_Reply_To=token)
    assert desk.take(answer).ticket == 1001
    assert read_ticket(desk.sam, 1001).messages[-1].author == "boss"
    to = str(smtp.office.mails[0]["Reply-To"].addresses[0].addr_spec)
    assert desk.take(write_mail("By address.", to=to)).ticket == 1001
    forged = token.replace("dt.1001.", "dt.1002.")
    assert desk.take(write_mail("Forged.", sender="eve@elsewhere.example", In_Reply_To=forged)).is_new


@pytest.mark.rule("M-54")
def test_the_date_of_a_letter_is_the_instant_whatever_the_time_zone_of_the_clock(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    instant = desk.clock()
    desk.clock.now = instant.astimezone(timezone(timedelta(hours=2)))
    desk.send()
    assert smtp.office.mails[0]["Date"].datetime == instant


@pytest.mark.rule("M-50")
def test_a_recipient_who_is_refused_fails_alone_and_somebody_is_told(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["lee@elm.example"] = "550 5.1.1 no such user"
    (sent,) = desk.send()
    assert (sent.state, "lee@elm.example: 550 5.1.1 no such user" in sent.summary) == ("failed", True)
    assert smtp.office.letters[0][1] == ["kim@larch.example"]
    (letter,) = desk.letters(1001)
    assert sorted(state for _, state in letter.recipients) == ["failed", "sent"]
    with open_reader(desk.store.url) as reader:
        told = [notice.what for login in ("sam", "lea") for notice in load_notices(reader, login)]
        assert any("did not arrive" in what for what in told)
        assert "undelivered" in reader.rows("SELECT flags FROM ticket WHERE id = 1001")[0][0]


@pytest.mark.rule("M-50", "M-52")
def test_a_recipient_who_is_put_off_is_tried_again_alone_with_the_same_message_id(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    smtp.office.refused["lee@elm.example"] = "451 4.7.1 greylisted"
    assert [sent.state for sent in desk.send()] == ["queued"]
    assert desk.send() == []  # not before a minute
    again = f"{desk.clock() + timedelta(minutes=1):%H:%M}"
    assert describe_delivery(desk) == f"queued, tried again {again}: 451 4.7.1 greylisted"
    desk.clock.advance(minutes=1)
    del smtp.office.refused["lee@elm.example"]
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert describe_delivery(desk) == f"sent {again}"
    first, second = smtp.office.letters
    assert (first[1], second[1]) == (["kim@larch.example"], ["lee@elm.example"])
    assert len({mail["Message-ID"] for mail in smtp.office.mails}) == 1


@pytest.mark.rule("M-52")
def test_a_letter_is_given_up_after_two_days(desk: MailDesk, smtp: SmtpServer) -> None:
    for address in ("lee@elm.example", "kim@larch.example"):
        smtp.office.refused[address] = "451 4.3.0 try again"
    states: list[str] = []
    for _ in range(20):
        states += [sent.state for sent in desk.send()]
        desk.clock.advance(hours=6)
        if states[-1] == "failed":
            break
    assert states == ["queued"] * (len(states) - 1) + ["failed"]
    assert 8 <= len(states) <= 12


@pytest.mark.rule("M-51")
def test_a_letter_in_doubt_is_repeated_once_with_the_same_message_id_and_date(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.drops = 1
    assert [sent.state for sent in desk.send()] == ["unsure"]
    assert desk.letters(1001)[0].state == "unsure"
    assert desk.send() == []
    desk.clock.advance(minutes=10)
    assert [sent.state for sent in desk.send()] == ["sent"]
    first, second = smtp.office.mails
    assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])
    assert desk.letters(1001)[0].state == "sent"


@pytest.mark.rule("M-51")
def test_a_letter_never_goes_out_more_than_twice(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.drops = 5
    states = []
    for _ in range(4):
        states += [sent.state for sent in desk.send()]
        desk.clock.advance(minutes=30)
    assert (states, len(smtp.office.letters)) == (["unsure", "failed"], 2)


@pytest.mark.rule("M-49", "M-51")
def test_what_a_process_that_was_killed_had_claimed_is_taken_over(desk: MailDesk, smtp: SmtpServer) -> None:
    key = desk.letters(1001)[0].key
    assert claim(desk.system, 1001, key, "main", desk.clock()) is not None
    assert claim(desk.system, 1001, key, "main", desk.clock()) is None
    assert desk.send() == []  # another one has it
    desk.clock.advance(minutes=6)
    assert [sent.state for sent in desk.send()] == ["sent"]
    # Killed after the words were handed over: nobody knows
    desk.answer(1001, "And call the fire brigade.")
    key = desk.letters(1001)[0].key
    claimed = claim(desk.system, 1001, key, "main", desk.clock())
    assert claimed is not None
    note_data(desk.store, claimed, "first.try@desk.example", "Mon, 23 Nov 2026 09:00:00 +0000")
    desk.clock.advance(minutes=6)
    assert desk.send() == []
    desk.clock.advance(minutes=10)
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert smtp.office.mails[-1]["Message-ID"] == "<first.try@desk.example>"


@pytest.mark.rule("M-52")
def test_a_server_that_is_out_of_reach_is_the_accounts_fault_and_no_letters(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.stop()
    (waits,) = desk.send()
    assert (waits.state, "cannot be reached" in waits.summary) == ("queued", True)
    assert desk.letters(1001)[0].state == "queued"
    smtp.start()
    desk.clock.advance(minutes=2)
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-48")
def test_a_letter_that_was_taken_back_never_leaves(desk: MailDesk, smtp: SmtpServer) -> None:
    undo_last_command(desk.sam, 1001, now=desk.clock())
    assert (desk.send(), smtp.office.letters) == ([], [])


@pytest.mark.rule("M-55")
def test_what_goes_by_itself_says_so(desk: MailDesk, smtp: SmtpServer) -> None:
    draft = load_draft(desk)
    own = compose(draft._replace(is_automatic=True)).decode()
    for line in ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: auto_reply"):
        assert f"\r\n{line}\r\n" in own
        assert line not in compose(draft).decode()


@pytest.mark.rule("M-54")
@pytest.mark.parametrize("hostile", ["a\r\nBcc: all@evil.example", "a\nBcc: x@y.example\n\nbody", "\x00\x1b[2J"])
def test_nothing_that_somebody_wrote_adds_a_header(desk: MailDesk, hostile: str) -> None:
    draft = load_draft(desk)
    draft = draft._replace(
        subject=hostile,
        to=[(hostile, "kim@larch.example")],
        answered=hostile,
        references=[hostile],
    )
    head = compose(draft).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nbcc:" not in head
    assert b"\x1b" not in head


@pytest.mark.rule("M-50")
def test_participants_get_letters_of_their_own_where_the_desk_wants_that(desk: MailDesk, smtp: SmtpServer) -> None:
    desk.use(MAIL_FILE + '[mail]\nparticipants = "separate"\n', port=smtp.port)
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert [(mail["To"], mail["Cc"]) for mail in smtp.office.mails] == [
        ("Kim Reed <kim@larch.example>", None), ("lee <lee@elm.example>", None),
    ]  # fmt: skip


@pytest.mark.rule("M-50", "M-52")
def test_who_has_a_letter_of_their_own_does_not_get_it_again_when_the_server_ends_the_session(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    desk.use(MAIL_FILE + '[mail]\nparticipants = "separate"\n', port=smtp.port)
    smtp.office.hangs_up_on = "lee@elm.example"
    assert [sent.state for sent in desk.send()] == ["queued"]
    smtp.office.hangs_up_on = ""
    desk.clock.advance(minutes=2)
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert [recipients for _, recipients, _ in smtp.office.letters] == [["kim@larch.example"], ["lee@elm.example"]]


@pytest.mark.rule("M-50", "M-52")
def test_a_letter_that_was_put_off_leaves_for_an_address_that_has_changed(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["kim@larch.example"] = "451 4.7.1 greylisted"
    assert [sent.state for sent in desk.send()] == ["queued"]
    again = write_mail("Write to my home.", message_id="two@larch.example", Reply_To="kim@home.example")
    desk.take(again.replace("Subject: Printer", "Subject: Re: Printer [#1001]"))
    desk.clock.advance(minutes=2)
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert [recipients for _, recipients, _ in smtp.office.letters] == [["lee@elm.example"], ["kim@home.example"]]


@pytest.mark.rule("M-13", "M-52")
def test_an_account_at_fault_is_left_alone_for_a_minute(desk: MailDesk, smtp: SmtpServer) -> None:
    sender = desk.make_sender()
    smtp.stop()
    assert [sent.state for sent in sender.send_due()] == ["queued"]
    desk.take(write_mail("Another.", message_id="two@larch.example"))
    desk.answer(1002, "Yes.")
    desk.clock.advance(seconds=30)
    assert list(sender.send_due()) == []
    smtp.start()
    assert list(sender.send_due()) == []
    desk.clock.advance(seconds=31)
    assert [sent.state for sent in sender.send_due()] == ["sent", "sent"]


@pytest.mark.rule("M-54")
def test_an_answer_belongs_to_the_last_mail_of_the_customer_and_to_no_machines(
    desk: MailDesk, smtp: SmtpServer
) -> None:
    absence = write_mail(
        "I am away.", message_id="away@larch.example", In_Reply_To="<one@larch.example>", Auto_Submitted="auto-replied"
    )
    assert desk.take(absence).ticket == 1001
    desk.send()
    (mail,) = smtp.office.mails
    assert mail["In-Reply-To"] == "<one@larch.example>"


@pytest.mark.rule("M-57")
def test_files_of_a_note_go_with_no_letter(desk: MailDesk, smtp: SmtpServer) -> None:
    secret = NewFile("secret.txt", "text/plain", b"not for Kim")
    add_note(desk.sam, 1001, "See the file.", files=[secret], now=desk.clock())
    reply(desk.sam, 1001, "It is solved.", files=[NewFile("plan.txt", "text/plain", b"x")], now=desk.clock())
    desk.send()
    desk.send()
    names = [part.get_filename() for mail in smtp.office.mails for part in mail.walk() if part.get_filename()]
    assert names == ["plan.txt"]
    (note,) = (file for file in read_ticket(desk.sam, 1001).files if file.name == "secret.txt")
    with open_reader(desk.store.url) as reader:
        assert load_public_file(reader, 1001, note.seq, note.place) is None


@pytest.mark.rule("M-57")
def test_a_letter_whose_files_are_too_large_says_so(desk: MailDesk, smtp: SmtpServer) -> None:
    desk.use(MAIL_FILE + "[mail]\nlargest_mb = 1\n", port=smtp.port)
    file = NewFile("log.txt", "text/plain", b"x" * 1_100_000)
    reply(desk.sam, 1001, "See the file.", files=[file], now=desk.clock())
    assert [sent.state for sent in (*desk.send(), *desk.send())] == ["sent", "failed"]
    assert "a letter takes 1 MB here" in desk.letters(1001)[0].reason


@pytest.mark.rule("M-23")
def test_answers_go_where_the_writer_wants_them_unless_that_is_us(desk: MailDesk, smtp: SmtpServer) -> None:
    for reply_to, reached in (("kim@home.example", "kim@home.example"), ("help@desk.example", "kim@larch.example")):
        desk.clock.advance(minutes=1)
        number = desk.take(write_mail(f"to {reply_to}", message_id=f"{reply_to}.1", Reply_To=reply_to)).ticket or 0
        desk.answer(number, "Yes.")
        while desk.send():
            pass
        assert smtp.office.letters[-1][1] == [reached]


def load_draft(desk: MailDesk) -> Draft:
    """Load everything that the letter of ticket 1001 says."""
    key = desk.letters(1001)[0].key
    with open_reader(desk.store.url) as reader:
        outgoing = load_outgoing(reader, desk.file, TOKEN_KEY, 1001, key, desk.clock(), "UTC")
    assert outgoing is not None
    return outgoing.draft


@pytest.mark.rule("M-65")
def test_nothing_is_held_while_a_server_is_spoken_to(desk: MailDesk, smtp: SmtpServer) -> None:
    written = []

    def answer_slowly() -> None:
        # As another process that writes while the server has not answered yet
        with desk.store.writing() as session:
            session.connection().exec_driver_sql("UPDATE desk SET name = name")
        written.append(True)

    smtp.office.while_receiving = answer_slowly
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert written == [True]


@pytest.mark.rule("M-49", "M-51")
@pytest.mark.parametrize("drops", [0, 1])
def test_an_edition_that_comes_into_force_while_a_letter_leaves_does_not_send_it_again(
    desk: MailDesk, smtp: SmtpServer, drops: int
) -> None:
    procedure = loads(
        f'{SMALL_PROCEDURE}\n[[notices]]\non = "registered"\nto = ["requester"]\n', "small.toml"
    ).procedure
    smtp.office.drops = drops

    def bring_into_force() -> None:
        apply_procedure(open_desk(desk.store, "ann"), procedure, now=desk.clock())

    smtp.office.while_receiving = bring_into_force
    expected = "unsure" if drops else "sent"
    assert [sent.state for sent in desk.send()] == [expected]
    assert desk.letters(1001)[0].state == expected
    assert (desk.send(), len(smtp.office.letters)) == ([], 1)


@pytest.mark.rule("M-51")
def test_a_letter_whose_outcome_cannot_be_recorded_is_in_doubt(desk: MailDesk, smtp: SmtpServer) -> None:
    def change_layout(layout: int) -> None:
        with desk.store.writing() as session:
            session.connection().exec_driver_sql(f"UPDATE desk SET schema_number = {layout}")

    smtp.office.while_receiving = lambda: change_layout(SCHEMA + 1)
    one_round = desk.make_sender().send_due()
    assert "newer deskterm" in next(one_round).summary
    smtp.office.while_receiving = None
    change_layout(SCHEMA)
    assert list(one_round) == []
    assert (desk.send(), len(smtp.office.letters)) == ([], 1)
    desk.clock.advance(minutes=6)
    assert (desk.send(), len(smtp.office.letters)) == ([], 1)
    desk.clock.advance(minutes=10)
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert len({mail["Message-ID"] for mail in smtp.office.mails}) == 1
    assert (desk.letters(1001)[0].state, desk.send(), len(smtp.office.letters)) == ("sent", [], 2)

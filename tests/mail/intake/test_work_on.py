"""What becomes of a mail: a ticket, a message, a copy, or a place in quarantine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from deskterm.desk.api import open_desk
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.history.undo_acts import list_undoable_acts, undo_commands
from deskterm.desk.linking import merge
from deskterm.desk.tickets import assignment
from deskterm.errors import DeskError
from deskterm.mail.intake.quarantine import release
from deskterm.mail.intake.work_on import work_on
from deskterm.mail.keeping.kept_mails import count_try, keep_mail, list_keys, load_mail
from deskterm.mail.threading.tokens import make_message_id
from deskterm.store.db.reader import open_reader
from mail.support.mail_desk import TOKEN_KEY, MailDesk, write_mail
from ticket_reads import read_ticket


@pytest.mark.rule("M-02", "M-03", "M-27", "M-34")
def test_a_mail_opens_a_ticket_with_its_writer_its_words_and_the_time_of_its_arrival(mail_desk: MailDesk) -> None:
    arrived = mail_desk.clock()
    kept = keep_mail(
        mail_desk.store, "support", "here", write_mail().encode(), received_at=arrived, now=mail_desk.clock()
    )
    mail_desk.clock.advance(hours=2)
    outcome = work_on(mail_desk.system, mail_desk.settings, kept.key, mail_desk.clock())
    ticket = read_ticket(mail_desk.sam, outcome.ticket or 0)
    assert (ticket.row.subject, ticket.row.requester, ticket.row.organisation) == ("Printer", "Kim Reed", "Larch Ltd")
    assert ticket.row.received == int(arrived.timestamp())  # also where the desk took it two hours later
    assert ticket.messages[0].body == "The printer on floor 2 burns."
    mail = load_mail(mail_desk.store, kept.key)
    assert (mail.state, mail.ticket, mail.seq, mail.data) == ("done", outcome.ticket, 1, write_mail().encode())


@pytest.mark.rule("M-34")
def test_a_mail_from_a_server_whose_clock_is_ahead_comes_now(mail_desk: MailDesk) -> None:
    now = mail_desk.clock()
    kept = keep_mail(
        mail_desk.store, "support", "here", write_mail().encode(), received_at=now + timedelta(hours=3), now=now
    )
    outcome = work_on(mail_desk.system, mail_desk.settings, kept.key, now)
    assert read_ticket(mail_desk.sam, outcome.ticket or 0).row.received == int(now.timestamp())


@pytest.mark.rule("M-06", "M-08")
def test_the_same_mail_becomes_one_message_however_often_and_from_wherever_it_comes(mail_desk: MailDesk) -> None:
    mail = write_mail(message_id="one@larch.example")
    first = mail_desk.take(mail)
    again = mail_desk.take(f"Received: from elsewhere\r\n{mail}".replace("\r\n", "\n"), mailbox="billing")
    assert (first.state, again.state, again.ticket) == ("done", "copy", first.ticket)
    assert mail_desk.take(f"X: y\r\n{mail}", mailbox="billing").state == "copy"
    messages = read_ticket(mail_desk.sam, first.ticket or 0).messages
    assert [message.body for message in messages] == [
        "The printer on floor 2 burns.",
        "The same mail came to billing too.",  # once (M-07)
    ]
    # From the same place it is not even kept once more
    kept = [mail_desk.take(mail, place="INBOX;7;1").key for _ in range(2)]
    assert kept[0] == kept[1]


_TWO_BOXES = """
[mailbox.support]
maildir = "{folder}"
addresses = ["support@desk.example"]
[mailbox.billing]
maildir = "{folder}"
addresses = ["billing@desk.example"]
copies = "{copies}"
"""


@pytest.mark.rule("M-07", "M-08")
@pytest.mark.parametrize("copies", ["each", "note"])
def test_a_copy_that_is_worked_on_before_the_first_one_leads_to_the_same(mail_desk: MailDesk, copies: str) -> None:
    mail_desk.use(_TWO_BOXES, copies=copies)
    mail, now = write_mail(message_id="one@larch.example").encode(), mail_desk.clock()
    first = keep_mail(mail_desk.store, "support", "here", mail, received_at=now, now=now).key
    copy = mail_desk.take(mail, mailbox="billing")
    earlier = load_mail(mail_desk.store, first)
    assert earlier.state == "done"
    if copies == "each":
        assert (copy.state, copy.is_new, copy.ticket != earlier.ticket) == ("done", True, True)
    else:
        notes = [message.body for message in read_ticket(mail_desk.sam, earlier.ticket or 0).messages[1:]]
        assert (copy.state, copy.ticket, notes) == ("copy", earlier.ticket, ["The same mail came to billing too."])


@pytest.mark.rule("M-04", "M-07")
def test_a_mailbox_that_is_read_anew_opens_no_second_ticket_of_its_own(mail_desk: MailDesk) -> None:
    mail_desk.use(_TWO_BOXES, copies="each")
    mail = write_mail(message_id="one@larch.example")
    taken = [mail_desk.take(mail, mailbox=mailbox).state for mailbox in ("support", "billing", "billing")]
    assert taken == ["done", "done", "copy"]


@pytest.mark.rule("M-06")
def test_a_message_id_alone_suppresses_no_mail(mail_desk: MailDesk) -> None:
    first = mail_desk.take(write_mail(message_id="one@larch.example"))
    other = mail_desk.take(write_mail("Something else.", message_id="one@larch.example"))
    assert (first.state, other.state) == ("done", "done")


@pytest.mark.rule("M-10")
def test_a_mail_that_nobody_can_be_answered_for_waits_in_quarantine(mail_desk: MailDesk) -> None:
    outcomes = [mail_desk.take(b""), mail_desk.take(b"To: support@desk.example\n\nhello\n")]
    assert [outcome.state for outcome in outcomes] == ["quarantined", "quarantined"]
    assert "nobody could be answered" in outcomes[0].summary


@pytest.mark.rule("M-37")
def test_a_mail_from_one_of_our_own_addresses_is_ignored_as_a_loop(mail_desk: MailDesk) -> None:
    for sender in ("support@desk.example", "Help <HELP+t-9-x@desk.example>"):
        assert mail_desk.take(write_mail(sender, sender=sender)).state == "ignored"


@pytest.mark.rule("M-38")
def test_what_the_mail_server_takes_for_spam_and_blocked_senders_wait_in_quarantine(mail_desk: MailDesk) -> None:
    mail_desk.use(
        '[mailbox.support]\nmaildir = "{folder}"\naddresses = ["support@desk.example"]\n'
        '[mail]\nblocked = ["shop.example", "eve@larch.example"]\n'
    )
    marked = [write_mail("a", X_Spam_Flag="YES"), write_mail("b", X_Spam_Status="Yes, score=9")]
    blocked = [write_mail("c", sender="Eve <eve@larch.example>"), write_mail("d", sender="x@shop.example")]
    assert [mail_desk.take(mail).state for mail in (*marked, *blocked)] == ["quarantined"] * 4
    assert mail_desk.take(write_mail("e", X_Spam_Status="No, score=0.1")).state == "done"


@pytest.mark.rule("M-06")
def test_mails_whose_blank_line_is_missing_are_told_apart_by_their_text(mail_desk: MailDesk) -> None:
    """They were taken for copies of one another, as their text counted for nothing."""
    head = "From: scanner@larch.example\nTo: support@desk.example\nSubject: Fault\n"
    broken = [f"{head}Drawer {number} is jammed" for number in (1, 2)]
    old = [mail.replace("Drawer", "\nTray").replace("\n", "\r") for mail in broken]
    assert [mail_desk.take(mail).state for mail in (*broken, *old)] == ["done"] * 4
    assert mail_desk.take(broken[0]).state == "copy"


@pytest.mark.rule("M-08", "M-09")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_mail_waits_while_the_disk_is_full(mail_desk: MailDesk) -> None:
    """It went to quarantine, as if something were wrong with it, and stayed there when there was room again."""
    text = write_mail("".join(f"Line {number} of a log\n" for number in range(20_000)))
    kept = keep_mail(
        mail_desk.store, "support", "1", text.encode(), received_at=mail_desk.clock(), now=mail_desk.clock()
    )

    def fill(connection: Any, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        # Enough to count the try, and too few for the message
        connection.execute(f"PRAGMA max_page_count = {pages + 30}")

    event.listen(mail_desk.store.engine, "checkout", fill)
    try:
        for _ in range(4):
            with pytest.raises(DeskError, match="the disk is full"):
                work_on(mail_desk.system, mail_desk.settings, kept.key, mail_desk.clock())
    finally:
        event.remove(mail_desk.store.engine, "checkout", fill)
        mail_desk.store.engine.dispose()
    assert mail_desk.mails()[0].state == "taken"
    assert work_on(mail_desk.system, mail_desk.settings, kept.key, mail_desk.clock()).state == "done"


@pytest.mark.rule("M-35", "M-36")
def test_what_a_machine_wrote_never_counts_as_an_answer(mail_desk: MailDesk) -> None:
    number = mail_desk.take(write_mail(message_id="one@larch.example")).ticket or 0
    mail_desk.answer(number, "Which printer?")
    before = read_ticket(mail_desk.sam, number)
    absence = write_mail(
        "I am on a beach.",
        subject="Automatic reply: Printer",
        Auto_Submitted="auto-replied",
        In_Reply_To="<one@larch.example>",
    )
    assert mail_desk.take(absence).ticket == number
    after = read_ticket(mail_desk.sam, number)
    assert after.messages[-1].body == "I am on a beach."
    assert after.messages[-1].automatic
    assert (after.row.status, after.row.waiting) == (before.row.status, before.row.waiting)
    assert [(one.metric, one.state) for one in after.clocks] == [(one.metric, one.state) for one in before.clocks]
    # Without a ticket nobody is asked to read it
    alone = mail_desk.take(write_mail("Gone.", subject="Out of office", Auto_Submitted="auto-replied"))
    assert alone.state == "quarantined"


@pytest.mark.rule("M-35")
def test_other_automatic_mails_are_requests_unless_the_mailbox_says_otherwise(mail_desk: MailDesk) -> None:
    alert = write_mail("Disk 3 is full.", sender="monitor@larch.example", Precedence="bulk")
    assert mail_desk.take(alert).state == "done"
    mail_desk.use('[mailbox.support]\nmaildir = "{folder}"\nunthreaded = "quarantine"\n')
    assert mail_desk.take(alert.replace("Disk 3", "Disk 4")).state == "quarantined"


@pytest.mark.rule("M-22")
def test_commands_in_a_mail_are_text(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(write_mail("#close\n/assign sam\nStatus: closed", subject="#close"))
    ticket = read_ticket(mail_desk.sam, outcome.ticket or 0)
    assert (ticket.row.status, ticket.row.assignee) == ("new", None)


@pytest.mark.rule("M-28")
def test_people_in_copy_take_part_but_neither_we_nor_agents_nor_machines(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(
        write_mail(
            to="support@desk.example, Lee <lee@elm.example>",
            Cc="help@desk.example, sam@desk.example, no-reply@elm.example, kim@larch.example",
        )
    )
    mail_desk.answer(outcome.ticket or 0, "We are looking.")
    (letter,) = mail_desk.letters(outcome.ticket or 0)
    assert [person.email for person in letter.to] == ["kim@larch.example", "lee@elm.example"]


@pytest.mark.rule("M-27", "M-28")
def test_strangers_at_a_public_provider_are_contacts_of_no_client(mail_desk: MailDesk) -> None:
    mail_desk.use(
        '[mailbox.support]\nmaildir = "{folder}"\naddresses = ["support@desk.example"]\n'
        '[mail]\npublic_providers = ["larch.example"]\n'
    )
    mail_desk.take(write_mail(message_id="one@larch.example", Cc="lee@larch.example"))
    letter = f"<{make_message_id(TOKEN_KEY, 1001, 1, 'desk.example')}>"
    mail_desk.take(write_mail("Here too.", sender="Eve <eve@larch.example>", In_Reply_To=letter))
    absence = write_mail("Gone.", sender="Bot <bot@larch.example>", In_Reply_To=letter, Auto_Submitted="auto-replied")
    mail_desk.take(absence)
    with open_reader(mail_desk.store.url) as reader:
        found = reader.rows("SELECT email, organisation_id FROM contact ORDER BY email")
    assert found == [(f"{who}@larch.example", None) for who in ("bot", "eve", "kim", "lee")]


@pytest.mark.rule("M-27", "M-30")
@pytest.mark.parametrize("name", ["", "Eve "])
def test_a_stranger_on_a_ticket_is_no_contact_of_its_client(mail_desk: MailDesk, name: str) -> None:
    mail_desk.take(write_mail())
    letter = f"<{make_message_id(TOKEN_KEY, 1001, 1, 'desk.example')}>"
    mail_desk.take(write_mail("Here too.", sender=f"{name}<eve@elm.example>", In_Reply_To=letter))
    with open_reader(mail_desk.store.url) as reader:
        found = reader.rows("SELECT email, organisation_id FROM contact ORDER BY email")
    assert found == [("eve@elm.example", None), ("kim@larch.example", 1)]


@pytest.mark.rule("M-33")
def test_the_plus_part_of_an_address_says_where_a_ticket_goes(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(write_mail(to="support+urgent@desk.example"))
    assert read_ticket(mail_desk.sam, outcome.ticket or 0).row.severity == "high"
    assert mail_desk.take(write_mail("b", to="support+urgent@elsewhere.example")).ticket != outcome.ticket


@pytest.mark.rule("M-09")
def test_a_mail_that_ends_the_program_three_times_is_put_aside(mail_desk: MailDesk) -> None:
    kept = keep_mail(
        mail_desk.store, "support", "x", write_mail().encode(), received_at=mail_desk.clock(), now=mail_desk.clock()
    )
    for _ in range(3):  # as a process that is killed while it works on the mail leaves it
        count_try(mail_desk.store, kept.key, mail_desk.clock())
    outcome = work_on(mail_desk.system, mail_desk.settings, kept.key, mail_desk.clock())
    assert (outcome.state, "ended 3 times" in outcome.summary) == ("quarantined", True)
    assert work_on(mail_desk.system, mail_desk.settings, kept.key, mail_desk.clock(), again=True).state == "done"


@pytest.mark.rule("M-09")
def test_what_the_desk_refuses_waits_with_the_reason_and_is_tried_again(mail_desk: MailDesk) -> None:
    mail_desk.use('[mailbox.support]\nmaildir = "{folder}"\ntype = "parcel"\n')
    outcome = mail_desk.take(write_mail())
    assert outcome.state == "quarantined"
    assert "parcel" in outcome.summary
    mail_desk.use('[mailbox.support]\nmaildir = "{folder}"\ntype = "question"\n')
    assert work_on(mail_desk.system, mail_desk.settings, outcome.key, mail_desk.clock(), again=True).state == "done"


@pytest.mark.rule("M-32")
def test_an_answer_to_a_merged_ticket_goes_to_the_one_that_continues_it(mail_desk: MailDesk) -> None:
    first = mail_desk.take(write_mail("one", message_id="one@larch.example")).ticket or 0
    second = mail_desk.take(write_mail("two", subject="Other", message_id="two@larch.example")).ticket or 0
    merge.merge_into(mail_desk.sam, second, first, now=mail_desk.clock())
    assert mail_desk.take(write_mail("three", In_Reply_To="<two@larch.example>")).ticket == first


@pytest.mark.rule("M-09", "M-10")
def test_a_mail_without_a_sender_is_released_onto_a_ticket_as_a_note(mail_desk: MailDesk) -> None:
    desk = mail_desk
    number = desk.take(write_mail("It burns.")).ticket or 0
    before = read_ticket(desk.sam, number)
    outcome = desk.take("Subject: From the scanner\r\n\r\nPage 1\r\n")
    assert outcome.state == "quarantined"
    ann = open_desk(desk.store, "ann")
    with pytest.raises(DeskError, match="--ticket NUMBER"):
        release(desk.system, desk.settings, outcome.key, None, desk.clock(), by=ann)
    released = release(desk.system, desk.settings, outcome.key, number, desk.clock(), by=ann)
    assert (released.state, released.ticket, released.is_new) == ("done", number, False)
    ticket = read_ticket(desk.sam, number)
    note = ticket.messages[-1]
    assert (note.kind, note.author) == ("internal", ann.agent.name)
    assert note.body == f"{ann.agent.name} released this mail, which names no sender:\n\nFrom the scanner\n\nPage 1"
    assert ticket.row.status == before.row.status
    assert {mail.key: mail.ticket for mail in desk.mails()}[outcome.key] == number


@pytest.mark.rule("M-69")
def test_a_registration_by_mail_is_undone_and_its_mail_released_by_hand_only(mail_desk: MailDesk) -> None:
    outcome = mail_desk.take(write_mail(message_id="one@larch.example"))
    number, ann = outcome.ticket or 0, open_desk(mail_desk.store, "ann")
    with pytest.raises(DeskError, match="Ask a lead"):
        undo_last_command(mail_desk.sam, number, now=mail_desk.clock())
    assert mail_desk.mails()[0].state == "done"
    undone = undo_last_command(ann, number, now=mail_desk.clock())
    assert undone.summary.startswith(f"Undone: {number} is closed, and its mail waits in quarantine")
    assert read_ticket(ann, number).row.status == "closed"
    (mail,) = mail_desk.mails()
    assert (mail.state, mail.reason) == (
        "quarantined",
        f"Its ticket {number} was undone: `deskterm mail release {outcome.key}` registers it anew.",
    )
    assert list_keys(mail_desk.store, ("taken", "quarantined")) == []  # `mail retry --all` leaves it
    assert mail_desk.take(write_mail(message_id="one@larch.example")).state == "copy"
    with pytest.raises(DeskError, match="undone already"):
        undo_last_command(ann, number, now=mail_desk.clock())
    again = release(mail_desk.system, mail_desk.settings, outcome.key, None, mail_desk.clock(), by=ann)
    assert (again.is_new, again.ticket == number) == (True, False)
    assert load_mail(mail_desk.store, outcome.key).ticket == again.ticket


@pytest.mark.rule("M-69")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_was_done_on_a_request_by_mail_is_undone_before_its_registration(mail_desk: MailDesk) -> None:
    number, ann = mail_desk.take(write_mail()).ticket or 0, open_desk(mail_desk.store, "ann")
    assignment.assign(ann, number, "sam", now=mail_desk.clock())
    (act,) = list_undoable_acts(ann, numbers=[number])
    undo_commands(ann, act.heads, now=mail_desk.clock())
    assert (read_ticket(ann, number).row.status, mail_desk.mails()[0].state) == ("new", "done")
    (act,) = list_undoable_acts(ann, numbers=[number])
    undo_commands(ann, act.heads, now=mail_desk.clock())
    assert (read_ticket(ann, number).row.status, mail_desk.mails()[0].state) == ("closed", "quarantined")
    assert list_undoable_acts(ann, numbers=[number]) == []

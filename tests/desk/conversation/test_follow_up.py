"""Follow-ups: a message to a closed ticket that cannot be reopened becomes a new, linked ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.directory import participants
from deskterm.desk.domain.received_mail import PersonInCopy, ReceivedMail
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import closing, confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_participants
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import DeskFactory, read_ticket

DAY = timedelta(days=1)


def resolve_and_confirm(desk: DeskSession) -> CommandResult:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    return confirmation.confirm(desk, 1001, now=at(20))


@pytest.mark.requirement("S3-02", "S3-14")
def test_a_follow_up_starts_at_the_first_tier_as_every_new_ticket(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    update.move(desk, 1001, "escalated-l2", now=at(1))
    with desk.ticket(1001, "transfer", at(2)) as work:
        work.append("transferred", {"team": (work.state.team, "second-line"), "tier": (work.state.tier, 2)})
    resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    confirmation.confirm(desk, 1001, now=at(20))
    messages.record_customer_message(desk, 1001, "Again.", now=at(20) + 31 * DAY)
    new = read_ticket(desk, 1002)
    assert new.values["tier"] == 1
    assert new.row.team in ("global", "australia")


@pytest.mark.requirement("S3-14")
@pytest.mark.parametrize("channel", ["phone", "email", "portal"])
def test_a_reply_reopens_a_closed_ticket_until_the_last_second_of_thirty_days(
    desk_with_ticket: DeskFactory, channel: str
) -> None:
    desk = desk_with_ticket("managed-services")
    resolve_and_confirm(desk)
    last = at(20) + 30 * DAY
    messages.record_customer_message(desk, 1001, "Again.", channel=channel, received_at=last, now=last + DAY)
    assert (read_ticket(desk).row.status, read_ticket(desk).reopened) == ("in-progress", 1)


@pytest.mark.requirement("S3-14")
def test_a_reply_after_thirty_days_registers_a_follow_up(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    resolve_and_confirm(desk)
    late = at(20) + 30 * DAY + timedelta(seconds=1)
    result = messages.record_customer_message(desk, 1001, "Again.", now=late)
    assert result.number == 1002
    old, new = read_ticket(desk), read_ticket(desk, 1002)
    assert (old.row.status, old.fields["follow_ups"]) == ("closed", [1002])
    assert (new.fields["follow_up_of"], new.row.organisation, new.row.requester) == (1001, "Larch Ltd", "Kim Doe")
    assert (new.type, new.row.subject, new.messages[0].body) == (old.type, "The form fails", "Again.")
    assert (new.messages[0].author_kind, new.messages[0].author) == ("requester", "Kim Doe")
    with pytest.raises(DeskError, match="was closed more than 30 days ago and stays closed"):
        update.move(desk, 1001, "in-progress", now=late)
    with pytest.raises(DeskError, match="more than 30 days"):
        reopening.reopen(desk, 1001, "called", now=late)


def test_a_follow_up_has_the_words_of_the_colleague_who_wrote_it(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    participants.add_participant(desk, 1001, "Lou Roe", email="lou@larch.example", now=at(0.5))
    resolve_and_confirm(desk)
    late = at(20) + 30 * DAY + timedelta(seconds=1)
    number = messages.record_customer_message(desk, 1001, "Again.", author="lou@larch.example", now=late).number
    new = read_ticket(desk, number)
    assert (new.row.requester, new.messages[0].author) == ("Kim Doe", "Lou Roe")


@pytest.mark.rule("M-28")
def test_people_in_copy_of_a_mail_take_part_in_the_follow_up_that_it_opens(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    resolve_and_confirm(desk)
    late = at(20) + 30 * DAY + timedelta(seconds=1)
    kept = keep_mail(desk.store, "support", "1", b"From: kim@larch.example\n\nAgain.", received_at=late, now=late)
    mail = ReceivedMail(kept.key, "a", in_copy=(PersonInCopy("Lou Roe", "lou@larch.example"),))
    number = messages.record_customer_message(desk, 1001, "Again.", mail=mail, now=late).number
    assert number == 1002
    with open_reader(desk.store.url) as reader:
        assert [person.name for person, _ in load_participants(reader, number)] == ["Lou Roe"]


def close_for_good(desk: DeskSession) -> None:
    update.move(desk, 1001, "triage", now=at(1))
    resolution.resolve(desk, 1001, "It is configured.", code="configured", now=at(10))
    confirmation.confirm(desk, 1001, "Yes.", now=at(20))
    confirmation.confirm(desk, 1001, now=at(30))


@pytest.mark.requirement("S4-15")
def test_all_messages_to_a_closed_ticket_go_to_one_follow_up(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("saas-platform", severity="severity-3")
    close_for_good(desk)
    late = at(60 * 24)
    result = messages.record_customer_message(desk, 1001, "It is back.", received_at=late, now=late + DAY)
    assert (result.number, result.summary.split(";")[0]) == (1002, "1001 stays closed")
    new = read_ticket(desk, 1002)
    assert (new.fields["follow_up_of"], new.row.severity, new.row.received) == (1001, "severity-3", late.timestamp())
    assert read_ticket(desk).row.status == "closed"
    second = messages.record_customer_message(desk, 1001, "And here is a picture.", now=late + 2 * DAY)
    assert second.number == 1002, "the follow-up is open and gets further messages"
    assert [message.body for message in read_ticket(desk, 1002).messages if message.author_kind == "requester"] == [
        "It is back.", "And here is a picture.",
    ]  # fmt: skip
    assert read_ticket(desk).fields["follow_ups"] == [1002]


@pytest.mark.requirement("S4-15")
def test_a_follow_up_with_missing_fields_is_flagged_as_incomplete(store_url: str) -> None:
    desk = shipped_desk(store_url, "saas-platform")
    number = register(
        desk, subject="Repairs", body="x", requester="Kim", organisation="larch", incomplete=True, now=at(0)
    ).number
    assert "incomplete" in read_ticket(desk, number).flags
    update.move(desk, number, "triage", now=at(1))
    closing.close(desk, number, desk.procedure.definition.closing.reasons[0].key, now=at(2))
    follow_up = messages.record_customer_message(desk, number, "It is back.", now=at(3)).number
    assert follow_up != number
    assert "incomplete" in read_ticket(desk, follow_up).flags
    assert check_integrity(desk.store).findings == ()
    desk.store.close()

"""Confirmation and rejection of a resolution by the requester."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.event_kinds.phrases import describe_event
from deskterm.desk.history import undo
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.errors import DeskError
from small_desk import MONDAY, at
from ticket_reads import DeskFactory, open_ticket, read_clock_states, read_records, read_ticket, read_timers

DAY = timedelta(days=1)


@pytest.mark.requirement("S1-27")
def test_a_ticket_reopened_by_thanks_can_be_confirmed_in_its_status(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query")
    update.move(vendor, number, "under-investigation", now=at(1))
    messages.reply(vendor, number, "Press the button.", resolution="permanent", status="client-sign-off", now=at(2))
    messages.record_customer_message(vendor, number, "That did it.", now=at(3))
    assert read_ticket(vendor, number).row.status == "under-investigation"
    with pytest.raises(DeskError, match=f"confirmed: say so with `deskterm ticket confirm {number}`"):
        update.move(vendor, number, "closed", now=at(4))
    confirmation.confirm(vendor, number, now=at(5))
    assert read_ticket(vendor, number).row.status == "closed"


@pytest.mark.requirement("S1-27")
def test_the_client_rejects_the_fix_and_then_confirms_another(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(DeskError, match="nobody has asked the requester to confirm"):
        confirmation.confirm(desk, 1001, now=at(2))
    resolution.resolve(desk, 1001, "It is repaired.", now=at(10))
    with pytest.raises(DeskError, match="is Client Sign Off already"):
        resolution.resolve(desk, 1001, "It is repaired.", now=at(11))
    result = confirmation.reject(desk, 1001, "It is not.", channel="portal", received_at=at(15), now=at(20))
    assert result.summary.startswith("1001: not confirmed by the requester, now Under Investigation")
    found = read_ticket(desk)
    assert (found.reopened, read_clock_states(desk)["resolution"]) == (1, "running")
    assert found.messages[-1].at == int(at(15).timestamp())
    resolution.resolve(desk, 1001, "Now it is.", now=at(30))
    confirmation.confirm(desk, 1001, channel="phone", now=at(40))
    assert read_ticket(desk).row.status == "closed"
    assert [said["state"] for said in read_records(desk, "resolution")] == ["rejected", "permanent"]


def test_a_confirmation_of_what_is_closed_already_keeps_the_words_and_leaves_it_closed(
    desk_with_ticket: DeskFactory,
) -> None:
    """The desk said that a closed ticket "cannot be closed: move it first" (D-01)."""
    desk = desk_with_ticket("web-agency")
    resolution.resolve(desk, 1001, "The box is on the left.", now=at(10))
    before = read_ticket(desk)
    assert before.row.status == "closed"
    with pytest.raises(DeskError, match="is Closed already: nothing is left to confirm"):
        confirmation.confirm(desk, 1001, " ", now=at(20))
    result = confirmation.confirm(desk, 1001, "Works", channel="email", received_at=at(15), now=at(20))
    assert result.summary == "1001: confirmed by the requester, and stays Closed"
    after = read_ticket(desk)
    message = after.messages[-1]
    assert (message.body, message.author_kind, message.mark, message.at) == (
        "Works", "requester", "", int(at(15).timestamp()),
    )  # fmt: skip
    assert (after.row.status, after.closed, after.reopened, after.clocks) == (
        before.row.status, before.closed, 0, before.clocks,
    )  # fmt: skip
    assert [record.kind for record in after.records] == [record.kind for record in before.records], "nobody is told"
    with pytest.raises(DeskError, match="is Closed: take it up again with `deskterm ticket reopen 1001`"):
        confirmation.reject(desk, 1001, "Not for me.", now=at(30))


@pytest.mark.requirement("S1-27")
def test_sign_off_is_reminded_once_and_never_closes_the_ticket(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    resolution.resolve(desk, 1001, "It is repaired.", now=at(10))
    due = next(timer.due for timer in read_timers(desk) if timer.metric == "timer:status:client-sign-off")
    assert due == int((at(10) + 3 * DAY).timestamp()), "three working days from Monday"
    runner = Runner(desk.store)
    for day in (4, 5, 30):
        list(runner.step(MONDAY + day * DAY))
    told = [event for event in read_ticket(desk).events if event.kind == "noticed" and "timer" in event.data["metric"]]
    assert len(told) == 1
    assert read_ticket(desk).row.status == "client-sign-off"


@pytest.mark.requirement("S3-13", "S3-16")
def test_a_ticket_is_closed_only_after_the_requester_confirmed(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    result = resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    assert result.summary.startswith("1001: resolved, now Awaiting confirmation")
    confirmation.reject(desk, 1001, "It is not the cable.", now=at(15))
    assert read_ticket(desk).row.status == "in-progress"
    resolution.resolve(desk, 1001, "It was the switch.", now=at(20))
    result = confirmation.confirm(desk, 1001, "Works.", now=at(30))
    assert result.summary.startswith("1001: confirmed by the requester, now Closed")


@pytest.mark.requirement("S3-13")
@pytest.mark.parametrize("asked_by", ["resolve", "reply"])
def test_a_yes_by_mail_confirms_although_it_moved_the_ticket_on(desk_with_ticket: DeskFactory, asked_by: str) -> None:
    """The desk said that nobody had asked, or that the ticket cannot be closed from there, and the only way was to ask
    the client again."""
    desk = desk_with_ticket("managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    if asked_by == "resolve":
        resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    else:
        messages.reply(desk, 1001, "The cable was loose.", status="awaiting-confirmation", now=at(10))
    messages.record_customer_message(desk, 1001, "All is well.", channel="email", now=at(20))
    assert read_ticket(desk).row.status == "in-progress"
    assert confirmation.confirm(desk, 1001, now=at(30)).summary.startswith(
        "1001: confirmed by the requester, now Closed"
    )


@pytest.mark.requirement("S3-13")
def test_work_that_goes_on_after_the_answer_is_no_confirmation(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    messages.reply(desk, 1001, "The cable was loose.", status="awaiting-confirmation", now=at(10))
    messages.record_customer_message(desk, 1001, "It is not the cable.", channel="email", now=at(20))
    messages.reply(desk, 1001, "Which switch is it?", status="waiting-for-customer", now=at(30))
    with pytest.raises(DeskError, match="nobody has asked the requester to confirm"):
        confirmation.confirm(desk, 1001, now=at(40))


@pytest.mark.requirement("S1-27", "S4-13")
@pytest.mark.parametrize(
    ("procedure", "kind", "first", "code", "reached", "expected"),
    [
        ("managed-services", "problem", "in-progress", None, "in-progress", "in-progress"),
        ("software-vendor", "support-query", "under-investigation", None, "under-investigation", "under-investigation"),
        ("saas-platform", "guidance", "triage", "advised", "customer-responded", "work-in-progress"),
    ],
)
def test_a_no_by_mail_rejects_although_it_moved_the_ticket_on(
    desk_with_ticket: DeskFactory,
    procedure: str,
    kind: str,
    first: str,
    code: str | None,
    reached: str,
    expected: str,
) -> None:
    """The desk said that nobody had asked, and the fix that had failed counted as one that was accepted."""
    desk = desk_with_ticket(procedure, type=kind)
    update.move(desk, 1001, first, now=at(1))
    resolution.resolve(desk, 1001, "Start it anew.", code=code, now=at(10))
    messages.record_customer_message(desk, 1001, "It does not help.", channel="email", now=at(20))
    assert read_ticket(desk).row.status == reached
    confirmation.reject(desk, 1001, now=at(25))
    undo.undo_last_command(desk, 1001, now=at(26))
    assert (read_ticket(desk).row.status, read_records(desk, "resolution")[0]["state"]) == (reached, "permanent")
    confirmation.reject(desk, 1001, now=at(30))
    assert read_ticket(desk).row.status == expected
    recorded = next(event for event in read_ticket(desk).events[::-1] if event.data.get("rejected"))
    assert describe_event(recorded.kind, recorded.data) == "recorded that the requester rejected the resolution"
    assert [said["state"] for said in read_records(desk, "resolution")] == ["rejected"]
    with pytest.raises(DeskError, match="nobody has asked the requester to confirm"):
        confirmation.confirm(desk, 1001, now=at(40))

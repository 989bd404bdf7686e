"""What is written to a ticket after it ended: it comes back, stays closed, or goes on in a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.tickets import assignment, confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists
from deskterm.desk.workflow import work_sessions as work
from deskterm.errors import DeskError, UsageError
from deskterm.present.labels import Vocabulary
from deskterm.procedure.compiled import document
from one_ticket import Opened, hung, seen
from small_desk import at

DAY = timedelta(days=1)


# -- the provider: confirmation and thirty days -----------------------------------------------------------------------


def dealt_with(desk: DeskSession) -> CommandResult:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    return confirmation.confirm(desk, 1001, now=at(20))


@pytest.mark.requirement("S3-13", "S3-16")
def test_the_client_is_asked_before_a_ticket_is_closed(opened: Opened) -> None:
    desk = opened("managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    done = resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    assert done.summary.startswith("1001: resolved, now Awaiting confirmation")
    confirmation.reject(desk, 1001, "It is not the cable.", now=at(15))
    assert seen(desk).row.status == "in-progress"
    resolution.resolve(desk, 1001, "It was the switch.", now=at(20))
    done = confirmation.confirm(desk, 1001, "Works.", now=at(30))
    assert done.summary.startswith("1001: confirmed by the requester, now Closed")


@pytest.mark.requirement("S3-02", "S3-14")
def test_a_new_linked_ticket_begins_where_every_new_one_does(opened: Opened) -> None:
    desk = opened("managed-services")
    update.move(desk, 1001, "escalated-l2", now=at(1))
    with desk.ticket(1001, "transfer", at(2)) as work:
        work.append("transferred", {"team": (work.state.team, "second-line"), "tier": (work.state.tier, 2)})
    resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    confirmation.confirm(desk, 1001, now=at(20))
    messages.record_customer_message(desk, 1001, "Again.", now=at(20) + 31 * DAY)
    new = seen(desk, 1002)
    assert new.values["tier"] == 1
    assert new.row.team in ("global", "australia")


@pytest.mark.requirement("S3-14")
@pytest.mark.parametrize("channel", ["phone", "email", "portal"])
def test_thirty_days_to_come_back_the_last_second_included(opened: Opened, channel: str) -> None:
    desk = opened("managed-services")
    dealt_with(desk)
    last = at(20) + 30 * DAY
    messages.record_customer_message(desk, 1001, "Again.", channel=channel, received_at=last, now=last + DAY)
    assert (seen(desk).row.status, seen(desk).reopened) == ("in-progress", 1)


@pytest.mark.requirement("S3-14")
def test_after_thirty_days_a_reply_makes_a_new_linked_ticket(opened: Opened) -> None:
    desk = opened("managed-services")
    dealt_with(desk)
    late = at(20) + 30 * DAY + timedelta(seconds=1)
    done = messages.record_customer_message(desk, 1001, "Again.", now=late)
    assert done.number == 1002
    old, new = seen(desk), seen(desk, 1002)
    assert (old.row.status, old.fields["follow_ups"]) == ("closed", [1002])
    assert (new.fields["follow_up_of"], new.row.organisation, new.row.requester) == (1001, "Larch Ltd", "Kim Doe")
    assert (new.type, new.row.subject, new.messages[0].body) == (old.type, "The form fails", "Again.")
    with pytest.raises(DeskError, match="was closed more than 30 days ago and stays closed"):
        update.move(desk, 1001, "in-progress", now=late)
    with pytest.raises(DeskError, match="more than 30 days"):
        reopening.reopen(desk, 1001, "called", now=late)


@pytest.mark.requirement("S3-14")
def test_an_agent_reopens_for_a_client_on_the_phone(opened: Opened) -> None:
    desk = opened("managed-services")
    dealt_with(desk)
    with pytest.raises(UsageError, match="Say why"):
        reopening.reopen(desk, 1001, " ", now=at(30))
    with pytest.raises(DeskError, match="not reopened by fax here, but by phone, email, portal"):
        reopening.reopen(desk, 1001, "called", channel="fax", now=at(30))
    done = reopening.reopen(desk, 1001, "Called: it is loose again.", now=at(40))
    assert done.summary.startswith("1001: reopened, now In progress")
    with pytest.raises(DeskError, match="is open already"):
        reopening.reopen(desk, 1001, "called", now=at(41))


# -- the platform: stages, closed for good ----------------------------------------------------------------------------


def closed_for_good(desk: DeskSession) -> None:
    update.move(desk, 1001, "triage", now=at(1))
    resolution.resolve(desk, 1001, "It is configured.", code="configured", now=at(10))
    confirmation.confirm(desk, 1001, "Yes.", now=at(20))
    confirmation.confirm(desk, 1001, now=at(30))


@pytest.mark.requirement("S4-10", "S4-11")
def test_a_status_belongs_to_a_stage(opened: Opened) -> None:
    desk = opened("saas-platform")
    vocabulary = Vocabulary(document(desk.procedure.definition), 1)
    statuses = [status.key for status in desk.procedure.definition.statuses if status.stage == "customer-test"]
    assert statuses == ["on-customer-test", "pending-closure"]
    stages = [vocabulary.get_stage(key) for key in statuses]
    assert [stage.label for stage in stages if stage is not None] == ["Close / On Customer Test"] * 2
    assert vocabulary.get_stage("closed") is None
    assert [status.label for status in desk.procedure.definition.statuses] == [
        "New", "Triage", "Under Review", "Customer Responded", "Waiting for Customer", "Work in Progress",
        "Quote Required", "Escalated to Dev", "On Customer Test", "Pending Closure", "Closed",
    ]  # fmt: skip


@pytest.mark.requirement("S4-13", "S4-14")
def test_a_customers_reply_is_looked_at_and_cancels_the_closing(opened: Opened) -> None:
    desk = opened("saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    messages.reply(desk, 1001, "Which tenant?", status="waiting-for-customer", now=at(2))
    messages.record_customer_message(desk, 1001, "The blue one.", now=at(3))
    assert seen(desk).row.status == "customer-responded"
    resolution.resolve(desk, 1001, "It is configured.", code="configured", now=at(4))
    assert seen(desk).row.status == "on-customer-test"
    messages.record_customer_message(desk, 1001, "Not quite.", now=at(5))
    assert seen(desk).row.status == "customer-responded"
    resolution.resolve(desk, 1001, "Now it is.", code="configured", status="pending-closure", now=at(6))
    (timer,) = [timer for timer in seen(desk).timers if timer.metric == "timer:status:pending-closure"]
    assert (timer.state, timer.due) == ("running", int((at(6) + 7 * DAY).timestamp()))
    messages.record_customer_message(desk, 1001, "One more thing.", now=at(7))
    assert seen(desk).row.status == "customer-responded"
    assert not [timer for timer in seen(desk).timers if timer.state == "running"]


@pytest.mark.requirement("S4-26")
def test_the_resolution_code_says_how_a_ticket_ended(opened: Opened) -> None:
    desk = opened("saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    update.move(desk, 1001, "on-customer-test", anyway=True, now=at(2))
    with pytest.raises(DeskError, match="Pending Closure needs a word on how it was resolved"):
        update.move(desk, 1001, "pending-closure", now=at(3))
    resolution.resolve(desk, 1001, "It is as designed; see the guide.", code="Advice given", now=at(4))
    assert seen(desk).row.status == "on-customer-test", "where the customer is asked, it stays"
    update.move(desk, 1001, "pending-closure", now=at(5))
    assert hung(desk, "resolution")[0]["code"] == "advised"


CHANGES: dict[str, Callable[[DeskSession], object]] = {
    "reply": lambda desk: messages.reply(desk, 1001, "Hello", now=at(40)),
    "note": lambda desk: messages.add_note(desk, 1001, "Hm", now=at(40)),
    "status": lambda desk: update.move(desk, 1001, "triage", now=at(40)),
    "assign": lambda desk: assignment.assign(desk, 1001, "sam", now=at(40)),
    "severity": lambda desk: update.set_severity(desk, 1001, "severity-1", now=at(40)),
    "tag": lambda desk: update.tag(desk, 1001, ["x"], now=at(40)),
    "subject": lambda desk: update.edit(desk, 1001, subject="Other", now=at(40)),
    "resolve": lambda desk: resolution.resolve(desk, 1001, "Done", code="advised", now=at(40)),
    "reopen": lambda desk: reopening.reopen(desk, 1001, "called", now=at(40)),
    "check": lambda desk: checklists.tick_items(desk, 1001, [1], now=at(40)),
    "work": lambda desk: work.start(desk, 1001, now=at(40)),
}


@pytest.mark.requirement("S4-15")
def test_closed_is_closed_for_good(opened: Opened) -> None:
    desk = opened("saas-platform")
    closed_for_good(desk)
    before = seen(desk)
    for change in CHANGES.values():
        with pytest.raises(DeskError, match="is closed for good and can no longer be changed"):
            change(desk)
    assert seen(desk) == before


@pytest.mark.requirement("S4-15")
def test_what_is_written_to_a_closed_ticket_becomes_a_new_linked_one(opened: Opened) -> None:
    desk = opened("saas-platform", severity="severity-3")
    closed_for_good(desk)
    late = at(60 * 24)
    done = messages.record_customer_message(desk, 1001, "It is back.", received_at=late, now=late + DAY)
    assert (done.number, done.summary.split(";")[0]) == (1002, "1001 stays closed")
    new = seen(desk, 1002)
    assert (new.fields["follow_up_of"], new.row.severity, new.row.received) == (1001, "severity-3", late.timestamp())
    assert seen(desk).row.status == "closed"
    again = messages.record_customer_message(desk, 1001, "And here is a picture.", now=late + 2 * DAY)
    assert again.number == 1002, "the one that follows it up is open: it goes on there"
    assert [message.body for message in seen(desk, 1002).messages if message.author_kind == "requester"] == [
        "It is back.", "And here is a picture.",
    ]  # fmt: skip
    assert seen(desk).fields["follow_ups"] == [1002]


# -- the agency: thanks, and everything else --------------------------------------------------------------------------


def done(desk: DeskSession) -> None:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(10))


@pytest.mark.requirement("S5-08")
def test_a_ticket_is_closed_as_soon_as_the_job_is_done(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    assert (seen(desk).row.status, seen(desk).closed) == ("closed", int(at(10).timestamp()))


@pytest.mark.requirement("S5-12")
def test_mere_thanks_keep_a_ticket_closed_and_tell_nobody(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    before = seen(desk)
    told = messages.record_customer_message(desk, 1001, "Thank you, Sam!", now=at(60))
    assert told.summary == "1001: thanks recorded, it stays closed"
    after = seen(desk)
    assert (after.row.status, after.row.waiting, after.reopened) == ("closed", before.row.waiting, 0)
    assert (after.messages[-1].body, after.messages[-1].mark) == ("Thank you, Sam!", "thanks")
    assert len(hung(desk, "letter")) == len([record for record in before.records if record.kind == "letter"])
    assert len(hung(desk, "notice")) == len([record for record in before.records if record.kind == "notice"])
    assert after.clocks == before.clocks


@pytest.mark.requirement("S5-13")
@pytest.mark.parametrize("words", ["Thanks, but the box is gone.", "Is it?", "Thank you! Call me: 020 7946 0123"])
def test_a_real_reply_opens_it_again(opened: Opened, words: str) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    messages.record_customer_message(desk, 1001, words, now=at(60))
    assert (seen(desk).row.status, seen(desk).reopened) == ("client-responded", 1)


@pytest.mark.requirement("S5-12")
def test_thanks_with_a_file_are_read_by_a_person(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    messages.record_customer_message(desk, 1001, "Thank you!", attachments=True, now=at(60))
    assert seen(desk).row.status == "client-responded"


@pytest.mark.requirement("S5-12")
def test_what_was_taken_for_thanks_is_overruled_and_counts_from_the_message(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    messages.record_customer_message(desk, 1001, "Great job.", received_at=at(60), now=at(61))
    told = thanks_messages.overrule_thanks(desk, 1001, now=at(300))
    assert told.summary.startswith("1001: opened again for what was taken for thanks, now Client responded")
    found = seen(desk)
    assert (found.row.status, found.row.waiting, found.reopened) == ("client-responded", "us", 1)
    (record,) = hung(desk, "thanks")
    assert (record["state"], record["who"]) == ("overruled", "sam")
    event = next(event for event in found.events if event.kind == "overruled")
    assert event.data["counts_from"] == int(at(60).timestamp())
    with pytest.raises(DeskError, match="there is nothing to overrule"):
        thanks_messages.overrule_thanks(desk, 1001, now=at(301))


# -- other tickets ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S4-15")
def test_what_is_meant_for_a_duplicate_goes_to_the_original(opened: Opened) -> None:
    desk = opened("saas-platform")
    for minute in (2, 3):
        register(desk, subject="The same", organisation="larch", incomplete=True, now=at(minute))
    close_as_duplicate(desk, 1003, 1002, now=at(4))
    close_as_duplicate(desk, 1002, 1001, now=at(5))
    told = messages.record_customer_message(desk, 1003, "Any news?", author="Lou Roe", now=at(6))
    assert told.number == 1001
    assert told.summary.startswith("1001: message of the requester recorded (it was meant for 1003)")
    last = seen(desk).messages[-1]
    assert (last.body, last.author) == ("Any news?", "Lou Roe")
    assert seen(desk).events[-1].data.get("came_by", seen(desk).events[-2].data.get("came_by")) == 1003


@pytest.mark.requirement("S4-13")
def test_a_pause_ends_when_the_message_arrived_not_when_it_was_written_down(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(10))
    messages.reply(desk, 1001, "On which page?", status="awaiting-client-info", now=at(60))
    messages.record_customer_message(desk, 1001, "On the first.", received_at=at(90), now=at(240))
    clock = next(clock for clock in seen(desk).clocks if clock.metric == "resolution")
    assert (clock.state, clock.due) == ("running", int((at(30) + 2 * DAY).timestamp())), "half an hour of rest"
    with pytest.raises(UsageError, match="cannot arrive later"):
        messages.record_customer_message(desk, 1001, "And the last.", received_at=at(300), now=at(250))


@pytest.mark.requirement("S5-07")
def test_the_list_of_jobs_comes_with_a_work_request(opened: Opened) -> None:
    desk = opened("web-agency", type="work-request")
    (jobs,) = hung(desk, "checklist")
    assert (jobs["state"], len(jobs["items"])) == ("open", 4)  # type: ignore[arg-type]
    checklists.tick_items(desk, 1001, [1, 3, 4], now=at(5))
    assert hung(desk, "checklist")[0]["state"] == "done"


@pytest.mark.requirement("S5-07")
def test_the_list_of_jobs_comes_with_a_ticket_that_becomes_a_work_request(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    assert hung(desk, "checklist") == []
    update.edit(desk, 1001, type="work-request", now=at(5))
    assert hung(desk, "checklist")[0]["state"] == "open"


@pytest.mark.requirement("S5-10")
def test_the_whole_conversation_stays_reply_by_reply(opened: Opened) -> None:
    desk = opened("web-agency", type="question")
    done(desk)
    messages.record_customer_message(desk, 1001, "The colour is wrong.", now=at(60))
    resolution.resolve(desk, 1001, "It is blue now.", now=at(70))
    messages.record_customer_message(desk, 1001, "Thanks!", now=at(80))
    said = [message.body for message in seen(desk).messages if message.kind == "public"]
    assert said == [
        "It says 500.", "The box is on the other side now.", "The colour is wrong.", "It is blue now.", "Thanks!",
    ]  # fmt: skip

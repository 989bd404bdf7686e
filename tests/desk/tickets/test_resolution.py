"""How tickets of the shipped procedures end, and what a status asks for before a ticket comes to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages
from deskterm.desk.notify.letter_checks import find_missing_parts
from deskterm.desk.tickets import closing, confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.supply import supply_fields
from deskterm.desk.workflow import checklists
from deskterm.desk.workflow.transition_rules import NeedsReply
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Notice
from one_ticket import Opened, hung, seen, states
from shipped_desk import shipped_desk
from small_desk import MONDAY, at

DAY = timedelta(days=1)


# -- the vendor: sign-off, checklist, reasons -------------------------------------------------------------------------


@pytest.mark.requirement("S1-25", "S1-26")
def test_an_illegal_jump_is_refused_with_the_legal_ones_of_the_type(opened: Opened) -> None:
    desk = opened("software-vendor", type="support-query")
    with pytest.raises(DeskError, match=r"it can go to: Under Investigation"):
        update.move(desk, 1001, "closed", now=at(1))
    update.move(desk, 1001, "under-investigation", now=at(2))
    with pytest.raises(DeskError, match="cannot go to In Progress"):
        update.move(desk, 1001, "in-progress", now=at(3))


@pytest.mark.requirement("S1-24", "S1-26")
def test_a_service_task_is_in_progress_and_ends_with_the_requester(opened: Opened) -> None:
    desk = opened("software-vendor", type="service-task")
    for minute, status in enumerate(["under-investigation", "in-progress"], 1):
        update.move(desk, 1001, status, now=at(minute))
    done = resolution.resolve(desk, 1001, "3,900 letters are out.", now=at(60))
    assert done.summary.startswith("1001: resolved, now Client Sign Off")
    confirmation.confirm(desk, 1001, "All arrived.", now=at(90))
    assert seen(desk).row.status == "closed"


@pytest.mark.requirement("S1-28")
def test_only_what_the_checklist_finds_to_be_a_software_issue_goes_to_development(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(
        DeskError, match=r"needs the list .*genuine.* Tick off what is done with `deskterm ticket check 1001 1 2 3"
    ):
        update.move(desk, 1001, "raised-with-development", now=at(2))
    checklists.tick_items(desk, 1001, [1, 2, 3], now=at(3))
    with pytest.raises(DeskError, match=r"left: 4. It also happens to another user .* 6. No development ticket exists"):
        update.move(desk, 1001, "raised-with-development", now=at(4))
    checklists.tick_items(desk, 1001, [4, 5, 6], now=at(5))
    with pytest.raises(DeskError, match="one of software-issue, user-error, data-error"):
        update.move(desk, 1001, "raised-with-development", now=at(6))
    checklists.tick_items(desk, 1001, outcome="user-error", now=at(7))
    with pytest.raises(DeskError, match="is for what ended in 'Software issue'"):
        update.move(desk, 1001, "raised-with-development", now=at(8))
    done = checklists.tick_items(desk, 1001, outcome="Software issue", now=at(9))
    assert done.summary.endswith("done: Software issue")
    update.move(desk, 1001, "raised-with-development", now=at(10))
    (record,) = hung(desk, "checklist")
    assert (record["state"], record["outcome"]) == ("done", "software-issue")
    first = record["items"][0]  # type: ignore[index]
    assert (first["by"], first["at"]) == ("sam", int(at(3).timestamp()))


@pytest.mark.requirement("S1-28")
def test_a_tick_can_be_taken_off_again_and_the_list_is_open_then(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    checklists.tick_items(desk, 1001, [1, 2, 3, 4, 5, 6], checklist="software-issue", outcome="data-error", now=at(1))
    done = checklists.tick_items(desk, 1001, [4], untick=True, now=at(2))
    assert done.summary.endswith("1 left")
    assert hung(desk, "checklist")[0]["state"] == "open"
    with pytest.raises(UsageError, match="has no item 9: it has 1 to 7"):
        checklists.tick_items(desk, 1001, [9], now=at(3))
    with pytest.raises(DeskError, match="stands so already"):
        checklists.tick_items(desk, 1001, [1], now=at(4))


@pytest.mark.requirement("S1-03")
def test_a_ticket_that_lacks_information_is_closed_for_that_reason(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="low")
    update.move(desk, 1001, "under-investigation", now=at(1))
    messages.reply(desk, 1001, "On which page?", status="awaiting-client-info", now=at(2))
    with pytest.raises(DeskError, match=r"Known: insufficient-information, duplicate, withdrawn"):
        closing.close(desk, 1001, "bored", now=at(3))
    done = closing.close(desk, 1001, "insufficient-information", now=at(5 * 1440))
    assert done.summary.startswith("1001: Closed/Resolved, insufficient information")
    assert hung(desk, "resolution")[0]["code"] == "insufficient-information"


@pytest.mark.requirement("S1-18")
def test_review_and_resolution_rest_while_the_client_is_asked_and_response_does_not(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(NeedsReply, match=r"the last word is theirs: reply with --status awaiting-client-info"):
        update.move(desk, 1001, "awaiting-client-info", now=at(2))
    update.move(desk, 1001, "awaiting-client-info", anyway=True, now=at(3))
    assert states(desk) == {"response": "running", "review": "paused", "resolution": "paused"}
    messages.reply(desk, 1001, "On which page?", now=at(4))
    assert states(desk)["response"] == "met"


@pytest.mark.requirement("S1-19")
def test_an_automatic_acknowledgement_does_not_answer(opened: Opened) -> None:
    desk = opened("software-vendor", type="support-query")
    messages.reply(desk, 1001, "We have your request.", automatic=True, now=at(1))
    assert states(desk)["response"] == "running"
    messages.reply(desk, 1001, "I am looking at it.", now=at(2))
    assert states(desk)["response"] == "met"


@pytest.mark.requirement("S1-20")
def test_one_reply_that_says_what_happens_next_answers_and_reviews(opened: Opened) -> None:
    desk = opened("software-vendor", type="support-query")
    messages.reply(desk, 1001, "Here is the guide; tell me by Friday.", next_steps=True, now=at(5))
    found = states(desk)
    assert (found["response"], found["review"]) == ("met", "met")


@pytest.mark.requirement("S1-21")
def test_a_temporary_fix_stops_the_resolution_clock_and_leaves_the_permanent_one_outstanding(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="highest")
    update.move(desk, 1001, "under-investigation", now=at(1))
    resolution.resolve(desk, 1001, "Use the old form until the release.", resolution="temporary", now=at(30))
    found = seen(desk)
    assert (found.row.status, states(desk)["resolution"], found.flags) == (
        "client-sign-off",
        "met",
        ("incomplete", "outstanding"),
    )
    confirmation.confirm(desk, 1001, now=at(60))
    assert "outstanding" in seen(desk).flags, "closed, and still to be fixed for good"
    resolution.record_permanent_fix(desk, 1001, note="Released on Friday.", now=at(120))
    assert "outstanding" not in seen(desk).flags
    with pytest.raises(DeskError, match="No permanent fix is outstanding"):
        resolution.record_permanent_fix(desk, 1001, now=at(121))


@pytest.mark.requirement("S1-21", "S2-17")
@pytest.mark.parametrize(
    ("procedure", "worked_on", "code", "state"),
    [
        ("software-vendor", "under-investigation", "temporary", "temporary"),
        ("software-vendor", "under-investigation", "Permanent solution", "permanent"),
        ("campus-it", "in-progress", "workaround", "temporary"),
        ("campus-it", "in-progress", "supplied", "permanent"),
        ("incident-management", "active", "workaround", "temporary"),
        ("saas-platform", "triage", "workaround", "permanent"),
    ],
)
def test_a_code_says_whether_a_resolution_is_temporary(
    opened: Opened, procedure: str, worked_on: str, code: str, state: str
) -> None:
    desk = opened(procedure)
    update.move(desk, 1001, worked_on, now=at(1))
    resolution.resolve(desk, 1001, "Use the other one for now.", code=code, now=at(30))
    assert hung(desk, "resolution")[-1]["state"] == state
    outstanding = procedure == "software-vendor" and state == "temporary"
    assert ("outstanding" in seen(desk).flags) == outstanding


@pytest.mark.requirement("S1-21")
def test_a_code_that_contradicts_what_is_said_with_it_is_refused(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="highest")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(UsageError, match="“Permanent solution” is a permanent resolution, not a temporary one"):
        resolution.resolve(desk, 1001, "For now.", resolution="temporary", code="permanent", now=at(2))
    with pytest.raises(UsageError, match="choose another: permanent"):
        resolution.resolve(desk, 1001, "For good.", resolution="permanent", code="temporary", now=at(3))
    resolution.resolve(desk, 1001, "For now.", resolution="temporary", now=at(4))
    assert hung(desk, "resolution")[-1]["code"] == "temporary"


def test_a_temporary_fix_takes_the_only_code_for_one(opened: Opened) -> None:
    desk = opened("campus-it")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Print from the other room.", resolution="temporary", now=at(2))
    assert hung(desk, "resolution")[-1]["code"] == "workaround"


@pytest.mark.requirement("S1-27")
def test_the_client_rejects_the_fix_and_then_confirms_another(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(DeskError, match="nobody has asked the requester to confirm"):
        confirmation.confirm(desk, 1001, now=at(2))
    resolution.resolve(desk, 1001, "It is repaired.", now=at(10))
    with pytest.raises(DeskError, match="is Client Sign Off already"):
        resolution.resolve(desk, 1001, "It is repaired.", now=at(11))
    done = confirmation.reject(desk, 1001, "It is not.", channel="portal", received_at=at(15), now=at(20))
    assert done.summary.startswith("1001: not confirmed by the requester, now Under Investigation")
    found = seen(desk)
    assert (found.reopened, states(desk)["resolution"]) == (1, "running")
    assert found.messages[-1].at == int(at(15).timestamp())
    resolution.resolve(desk, 1001, "Now it is.", now=at(30))
    confirmation.confirm(desk, 1001, channel="phone", now=at(40))
    assert seen(desk).row.status == "closed"
    assert [said["state"] for said in hung(desk, "resolution")] == ["rejected", "permanent"]


@pytest.mark.requirement("S1-27")
def test_sign_off_is_reminded_of_once_and_never_closes_by_itself(opened: Opened) -> None:
    desk = opened("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    resolution.resolve(desk, 1001, "It is repaired.", now=at(10))
    due = next(timer.due for timer in seen(desk).timers if timer.metric == "timer:status:client-sign-off")
    assert due == int((at(10) + 3 * DAY).timestamp()), "three working days from Monday"
    runner = Runner(desk.store)
    for day in (4, 5, 30):
        list(runner.step(MONDAY + day * DAY))
    told = [event for event in seen(desk).events if event.kind == "noticed" and "timer" in event.data["metric"]]
    assert len(told) == 1
    assert seen(desk).row.status == "client-sign-off"


# -- the campus: resolution and letter --------------------------------------------------------------------------------


LETTER = """Dear Kim Doe,
I am writing about your request, the broken form.
The cause was a full disk; we replaced it. You can now use the form again.
Let us know if there is anything else. Thank you for telling us."""


@pytest.mark.requirement("S2-18")
def test_nothing_is_resolved_without_saying_how_and_the_requester_reads_it(opened: Opened) -> None:
    desk = opened("campus-it")
    update.move(desk, 1001, "in-progress", now=at(1))
    with pytest.raises(DeskError, match=r"needs a word on how it was resolved: .*ticket resolve 1001"):
        update.move(desk, 1001, "resolved", anyway=True, now=at(2))
    with pytest.raises(DeskError, match="needs a word on how"):
        messages.reply(desk, 1001, "Done.", status="resolved", now=at(3))
    with pytest.raises(UsageError, match="Say what kind of resolution it is: solved, workaround, supplied, elsewhere"):
        resolution.resolve(desk, 1001, LETTER, now=at(4))
    resolution.resolve(desk, 1001, LETTER, code="solved", now=at(5))
    found = seen(desk)
    last = next(message for message in reversed(found.messages) if message.kind == "public")
    assert (found.row.status, last.body) == ("resolved", LETTER)
    assert hung(desk, "resolution")[0]["seq"] == last.seq
    update.move(desk, 1001, "closed", now=at(6))
    assert seen(desk).row.status == "closed"


@pytest.mark.requirement("S2-18")
def test_a_ticket_that_came_back_needs_a_resolution_anew(opened: Opened) -> None:
    desk = opened("campus-it")
    resolution.resolve(desk, 1001, LETTER, code="solved", now=at(5))
    messages.record_customer_message(desk, 1001, "It is broken again.", now=at(60))
    assert seen(desk).row.status == "in-progress"
    with pytest.raises(DeskError, match="needs a word on how"):
        update.move(desk, 1001, "resolved", anyway=True, now=at(61))


@pytest.mark.requirement("S2-19")
def test_a_resolution_letter_is_checked_for_its_five_parts(opened: Opened) -> None:
    desk = opened("campus-it")
    procedure = desk.procedure.definition
    assert find_missing_parts(procedure, LETTER) == []
    assert [check.key for check in find_missing_parts(procedure, "It is fixed.")] == [
        "introduction", "information", "how-resolved", "further-help", "thanks",
    ]  # fmt: skip
    assert [check.key for check in find_missing_parts(procedure, LETTER.replace("Thank you", "Glad"))] == ["thanks"]


@pytest.mark.requirement("S2-19")
def test_the_letter_that_goes_out_is_checked_and_not_the_note_that_a_template_puts_into_it(opened: Opened) -> None:
    desk = opened("campus-it")
    done = resolution.resolve(desk, 1001, "Replaced the lamp.", code="solved", strict=True, now=at(5))
    assert done.lacks == ""


@pytest.mark.requirement("S2-19")
def test_words_that_go_out_as_they_are_must_be_a_whole_letter(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it", notices=(Notice(on="replied", to=("requester",)),))
    first, second = (
        register(desk, subject="Dark", requester="Ida", email="ida@larch.example", incomplete=True, now=at(0)).number
        for _ in range(2)
    )
    with pytest.raises(DeskError, match="The letter lacks a polite introduction"):
        resolution.resolve(desk, first, "It is fixed.", code="solved", strict=True, now=at(5))
    assert resolution.resolve(desk, first, LETTER, code="solved", strict=True, now=at(6)).lacks == ""
    bare = resolution.resolve(desk, second, "It is fixed.", code="solved", now=at(6))
    assert bare.lacks.startswith("a polite introduction")
    desk.store.close()


@pytest.mark.requirement("S2-15")
def test_what_is_missing_is_asked_for_and_waited_for(opened: Opened) -> None:
    desk = opened("campus-it")
    messages.reply(desk, 1001, "In which room?", status="waiting-for-requester", now=at(5))
    assert seen(desk).row.waiting == "them"
    messages.record_customer_message(desk, 1001, "B 204", now=at(30))
    assert (seen(desk).row.status, seen(desk).row.waiting) == ("in-progress", "us")


@pytest.mark.requirement("S2-17")
def test_a_workaround_is_written_down_in_its_field(opened: Opened) -> None:
    desk = opened("campus-it")
    supply_fields(desk, 1001, {"workaround": "Print from the library."}, now=at(5))
    assert seen(desk).fields["workaround"] == "Print from the library."

"""Resolutions: their kinds and codes, and what the requester is sent."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import DeskFactory, read_clock_states, read_records, read_ticket


@pytest.mark.requirement("S1-24", "S1-26")
def test_a_service_task_is_in_progress_and_ends_with_the_requester(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="service-task")
    for minute, status in enumerate(["under-investigation", "in-progress"], 1):
        update.move(desk, 1001, status, now=at(minute))
    done = resolution.resolve(desk, 1001, "3,900 letters are out.", now=at(60))
    assert done.summary.startswith("1001: resolved, now Client Sign Off")
    confirmation.confirm(desk, 1001, "All arrived.", now=at(90))
    assert read_ticket(desk).row.status == "closed"


@pytest.mark.requirement("S1-21")
def test_a_temporary_fix_stops_the_resolution_clock_and_leaves_the_permanent_one_outstanding(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="highest")
    update.move(desk, 1001, "under-investigation", now=at(1))
    resolution.resolve(desk, 1001, "Use the old form until the release.", resolution="temporary", now=at(30))
    found = read_ticket(desk)
    assert (found.row.status, read_clock_states(desk)["resolution"], found.flags) == (
        "client-sign-off",
        "met",
        ("incomplete", "outstanding"),
    )
    confirmation.confirm(desk, 1001, now=at(60))
    assert "outstanding" in read_ticket(desk).flags, "closed, and still to be fixed for good"
    resolution.record_permanent_fix(desk, 1001, note="Released on Friday.", now=at(120))
    assert "outstanding" not in read_ticket(desk).flags
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
def test_a_code_decides_whether_a_resolution_is_temporary(
    desk_with_ticket: DeskFactory, procedure: str, worked_on: str, code: str, state: str
) -> None:
    desk = desk_with_ticket(procedure)
    update.move(desk, 1001, worked_on, now=at(1))
    resolution.resolve(desk, 1001, "Use the other one for now.", code=code, now=at(30))
    assert read_records(desk, "resolution")[-1]["state"] == state
    outstanding = procedure == "software-vendor" and state == "temporary"
    assert ("outstanding" in read_ticket(desk).flags) == outstanding


@pytest.mark.requirement("S1-21")
def test_a_code_that_contradicts_the_kind_of_resolution_is_refused(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="highest")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(UsageError, match="“Permanent solution” is a permanent resolution, not a temporary one"):
        resolution.resolve(desk, 1001, "For now.", resolution="temporary", code="permanent", now=at(2))
    with pytest.raises(UsageError, match="choose another: permanent"):
        resolution.resolve(desk, 1001, "For good.", resolution="permanent", code="temporary", now=at(3))
    resolution.resolve(desk, 1001, "For now.", resolution="temporary", now=at(4))
    assert read_records(desk, "resolution")[-1]["code"] == "temporary"


def test_a_temporary_fix_takes_the_only_code_for_one(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("campus-it")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Print from the other room.", resolution="temporary", now=at(2))
    assert read_records(desk, "resolution")[-1]["code"] == "workaround"


LETTER = """Dear Kim Doe,
I am writing about your request, the broken form.
The cause was a full disk; we replaced it. You can now use the form again.
Let us know if there is anything else. Thank you for telling us."""


@pytest.mark.requirement("S2-18")
def test_a_resolution_requires_a_note_that_goes_to_the_requester(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("campus-it")
    update.move(desk, 1001, "in-progress", now=at(1))
    with pytest.raises(DeskError, match=r"needs a word on how it was resolved: .*ticket resolve 1001"):
        update.move(desk, 1001, "resolved", anyway=True, now=at(2))
    with pytest.raises(DeskError, match="needs a word on how"):
        messages.reply(desk, 1001, "Done.", status="resolved", now=at(3))
    with pytest.raises(UsageError, match="Say what kind of resolution it is: solved, workaround, supplied, elsewhere"):
        resolution.resolve(desk, 1001, LETTER, now=at(4))
    resolution.resolve(desk, 1001, LETTER, code="solved", now=at(5))
    found = read_ticket(desk)
    last = next(message for message in reversed(found.messages) if message.kind == "public")
    assert (found.row.status, last.body) == ("resolved", LETTER)
    assert read_records(desk, "resolution")[0]["seq"] == last.seq
    update.move(desk, 1001, "closed", now=at(6))
    assert read_ticket(desk).row.status == "closed"


@pytest.mark.requirement("S2-18")
def test_a_reopened_ticket_needs_a_new_resolution(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("campus-it")
    resolution.resolve(desk, 1001, LETTER, code="solved", now=at(5))
    messages.record_customer_message(desk, 1001, "It is broken again.", now=at(60))
    assert read_ticket(desk).row.status == "in-progress"
    with pytest.raises(DeskError, match="needs a word on how"):
        update.move(desk, 1001, "resolved", anyway=True, now=at(61))


@pytest.mark.requirement("S4-26")
def test_the_resolution_code_is_kept_with_the_ticket(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    update.move(desk, 1001, "on-customer-test", anyway=True, now=at(2))
    with pytest.raises(DeskError, match="Pending Closure needs a word on how it was resolved"):
        update.move(desk, 1001, "pending-closure", now=at(3))
    resolution.resolve(desk, 1001, "It is as designed; see the guide.", code="Advice given", now=at(4))
    assert read_ticket(desk).row.status == "on-customer-test", "where the customer is asked, it stays"
    update.move(desk, 1001, "pending-closure", now=at(5))
    assert read_records(desk, "resolution")[0]["code"] == "advised"


@pytest.mark.requirement("S5-08")
def test_a_resolution_may_close_a_ticket_at_once(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(10))
    assert (read_ticket(desk).row.status, read_ticket(desk).closed) == ("closed", int(at(10).timestamp()))


@pytest.mark.parametrize(
    ("procedure", "first_move"),
    [
        ("software-vendor", "to Under Investigation before .*set 1001 --status under-investigation"),
        ("saas-platform", "to Triage or Escalated to Dev before .*set 1001 --status triage"),
        (
            "managed-services",
            "to Assigned or In progress or Escalated L2 or Escalated L3 before .*set 1001 --status assigned",
        ),
    ],
)
def test_a_resolution_that_leads_nowhere_is_refused_with_the_move_to_make_first(
    desk_with_ticket: DeskFactory, procedure: str, first_move: str
) -> None:
    """A ticket that has not been taken up would keep its status for ever, with its clocks met and a letter sent."""
    desk = desk_with_ticket(procedure)
    codes = desk.procedure.definition.closing.resolutions
    before = read_ticket(desk), read_clock_states(desk)
    with pytest.raises(DeskError, match=first_move):
        resolution.resolve(desk, 1001, LETTER, code=codes[-1].key if codes else None, now=at(1))
    assert (read_ticket(desk), read_clock_states(desk)) == before


def test_a_second_resolution_replaces_the_first_and_says_so(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    update.move(desk, 1001, "assigned", now=at(1))
    resolution.resolve(desk, 1001, "Restarted.", now=at(2))
    again = resolution.resolve(desk, 1001, "Restarted, and the disk was replaced.", now=at(3))
    assert again.summary.startswith("1001: resolved anew, in place of the earlier resolution")
    assert read_ticket(desk).row.status == "awaiting-confirmation"

"""Incidents: one message and one resolution for all attached tickets."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import closing, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import Letter, load_letters
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import read_ticket


def ticket(desk: DeskSession, who: str = "ida", **more: object) -> int:
    values: dict[str, object] = {
        "subject": "The site is down", "body": "Nothing shows.", "requester": who.capitalize(),
        "email": f"{who}@larch.example", "organisation": "larch", "incomplete": True, **more,
    }  # fmt: skip
    return register(desk, now=at(0), **values).number  # type: ignore[arg-type]


def queued(desk: DeskSession, on: str) -> list[Letter]:
    with open_reader(desk.store.url) as reader:
        return [letter for letter in load_letters(reader) if letter.on == on]


@pytest.mark.requirement("S4-17")
def test_one_message_goes_to_all_who_are_touched_by_an_incident_once_each(saas: DeskSession) -> None:
    assert saas.procedure.definition.links["status-page"].startswith("https://")
    incident = ticket(saas, "ida", type="problem", subject="The servers are down")
    numbers = [ticket(saas, "ola", type="issue"), ticket(saas, "ola", type="issue"), ticket(saas, "per", type="issue")]
    participants.add_participant(saas, numbers[2], "ida@larch.example", now=at(1))
    for number in numbers:
        incidents.attach_ticket(saas, number, incident, now=at(2))
    assert read_ticket(saas, incident).fields["attached"] == numbers
    assert read_ticket(saas, numbers[0]).fields["incident"] == incident
    done = incidents.announce_to_attached(saas, incident, "We found the cause.", now=at(3))
    assert done.summary.startswith(f"{incident}: said on 4 tickets, to 3 people")
    said = queued(saas, "replied")
    assert [(letter.number, [person.name for person in letter.to]) for letter in said] == [
        (incident, ["Ida"]), (numbers[0], ["Ola"]), (numbers[2], ["Per"]),
    ]  # fmt: skip
    acts = set()
    for number in (incident, *numbers):
        found = read_ticket(saas, number)
        assert found.messages[-1].body == "We found the cause."
        acts |= {record.key for record in found.records if record.kind == "act"}
    announced = {event.data["bulk"] for event in read_ticket(saas, numbers[1]).events if "incident" in event.data}
    assert len(announced) == 1
    assert announced <= acts


@pytest.mark.requirement("S4-17")
def test_the_tickets_of_an_incident_are_moved_with_it_where_they_may(agency: DeskSession) -> None:
    incident, first, second, over = (ticket(agency, who, type="problem") for who in ("ida", "ola", "per", "tor"))
    for number in (first, second, over):
        incidents.attach_ticket(agency, number, incident, now=at(1))
    update.move(agency, over, "closed", now=at(2))
    update.move(agency, first, "in-progress", now=at(3))
    letters_before = len(queued(agency, "closed"))
    incidents.announce_to_attached(agency, incident, "All is up again.", status="closed", now=at(4))
    assert {read_ticket(agency, number).row.status for number in (incident, first, second)} == {"closed"}
    assert len(read_ticket(agency, over).messages) < len(read_ticket(agency, first).messages) + 2
    assert len(queued(agency, "closed")) == letters_before  # the message is the letter
    with pytest.raises(DeskError, match="is over: reopen it first"):
        incidents.announce_to_attached(agency, incident, "Again", now=at(5))


def test_an_announcement_moves_no_ticket_past_what_must_be_said_first_and_names_it(campus: DeskSession) -> None:
    incident, number = (ticket(campus, who, type="issue") for who in ("ida", "ola"))
    incidents.attach_ticket(campus, number, incident, now=at(1))
    for one in (incident, number):
        update.move(campus, one, "in-progress", now=at(2))
    done = incidents.announce_to_attached(campus, incident, "All is up again.", status="resolved", now=at(4))
    assert f"{number} is not moved: " in done.summary
    assert "needs a word on how it was resolved" in done.summary
    assert {read_ticket(campus, one).row.status for one in (incident, number)} == {"in-progress"}
    assert read_ticket(campus, number).messages[-1].body == "All is up again."


def test_a_ticket_belongs_to_one_incident_and_incidents_are_not_nested(agency: DeskSession) -> None:
    one, other, number = (ticket(agency, who, type="problem") for who in ("ida", "ola", "per"))
    with pytest.raises(UsageError, match="not attached to itself"):
        incidents.attach_ticket(agency, one, one, now=at(1))
    incidents.attach_ticket(agency, number, one, now=at(1))
    with pytest.raises(DeskError, match=f"attached to {one} already"):
        incidents.attach_ticket(agency, number, other, now=at(2))
    with pytest.raises(DeskError, match="is an incident itself"):
        incidents.attach_ticket(agency, one, other, now=at(2))
    with pytest.raises(DeskError, match=f"is attached to {one}: name that"):
        incidents.attach_ticket(agency, other, number, now=at(2))
    incidents.detach_ticket(agency, number, now=at(3))
    with pytest.raises(DeskError, match="is attached to no incident"):
        incidents.detach_ticket(agency, number, now=at(4))
    incidents.attach_ticket(agency, number, other, now=at(5))
    assert not read_ticket(agency, one).fields.get("attached")


def test_an_announcement_answers_and_leaves_a_ticket_with_whom_it_was(agency: DeskSession) -> None:
    incident, number = ticket(agency, "ida", type="problem"), ticket(agency, "ola", type="problem")
    incidents.attach_ticket(agency, number, incident, now=at(1))
    incidents.announce_to_attached(agency, incident, "We know, and work on it.", now=at(2))
    assert (read_ticket(agency, number).row.assignee, read_ticket(agency, number).row.waiting) == (None, "them")
    messages.reply(as_agent(agency, "kim"), number, "How is it now?", now=at(3))
    assert read_ticket(agency, number).row.assignee == "kim"


@pytest.mark.requirement("S4-17")
def test_an_incident_is_resolved_with_its_tickets_in_one_act_and_those_that_may_not_are_named(
    saas: DeskSession,
) -> None:
    incident = ticket(saas, "ida", type="problem", subject="The servers are down")
    first, second, fresh, over = (ticket(saas, who, type="issue") for who in ("ola", "ola", "per", "tor"))
    for number in (first, second, fresh, over):
        incidents.attach_ticket(saas, number, incident, now=at(1))
    for number in (incident, first, second, over):
        update.move(saas, number, "triage", now=at(2))
    closing.close(saas, over, "duplicate", now=at(3))
    done = incidents.resolve_incident(saas, incident, "All is up again: a disk was full.", code="configured", now=at(5))
    assert done.summary.startswith(
        f"{incident}: resolved, now On Customer Test; 2 attached tickets resolved with it, 3 people written to;"
    )
    assert f"{fresh}: resolved, still New: no way leads on from there but by hand" in done.summary
    assert [read_ticket(saas, number).row.status for number in (incident, first, second, fresh, over)] == [
        "on-customer-test", "on-customer-test", "on-customer-test", "new", "closed",
    ]  # fmt: skip
    for number in (incident, first, second):
        (given,) = [record for record in read_ticket(saas, number).records if record.kind == "resolution"]
        assert (given.state, given.values["code"]) == ("permanent", "configured")
    letters = [(letter.number, [person.name for person in letter.to]) for letter in queued(saas, "replied")]
    assert letters == [(incident, ["Ida"]), (first, ["Ola"]), (fresh, ["Per"])]
    undo_last_command(saas, second, now=at(6))
    assert {read_ticket(saas, number).row.status for number in (incident, first, second)} == {"triage"}
    assert queued(saas, "replied") == [], "the letters that waited are withdrawn"


@pytest.mark.requirement("S4-17")
def test_resolving_an_incident_alone_says_what_is_attached_and_the_rest_may_follow(agency: DeskSession) -> None:
    incident, first, second = (ticket(agency, who, type="problem") for who in ("ida", "ola", "per"))
    for number in (first, second):
        incidents.attach_ticket(agency, number, incident, now=at(1))
    done = resolution.resolve(agency, incident, "All is up again.", now=at(2))
    assert f"2 open tickets are attached: `deskterm ticket resolve {incident} --attached`" in done.summary
    done = incidents.resolve_incident(agency, incident, "All is up again.", now=at(3))
    assert done.summary.startswith(f"{incident}: 2 attached tickets resolved with it, 2 people written to")
    assert {read_ticket(agency, number).row.status for number in (incident, first, second)} == {"closed"}
    with pytest.raises(DeskError, match="is over, and no ticket attached to it is open"):
        incidents.resolve_incident(agency, incident, "Again", now=at(4))


@pytest.mark.requirement("S4-17")
def test_an_attached_ticket_that_may_not_go_where_the_incident_goes_is_left_as_it_is(saas: DeskSession) -> None:
    incident, fresh = ticket(saas, "ida", type="problem"), ticket(saas, "per", type="issue")
    incidents.attach_ticket(saas, fresh, incident, now=at(1))
    update.move(saas, incident, "triage", now=at(2))
    before = len(read_ticket(saas, fresh).messages)
    done = incidents.resolve_incident(
        saas, incident, "Up again.", code="configured", status="on-customer-test", now=at(3)
    )
    assert f"{fresh} is not resolved: From New a ticket cannot go to On Customer Test" in done.summary
    assert (read_ticket(saas, fresh).row.status, len(read_ticket(saas, fresh).messages)) == ("new", before)

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


def register_ticket(desk: DeskSession, who: str = "ida", **more: object) -> int:
    values: dict[str, object] = {
        "subject": "The site is down", "body": "Nothing shows.", "requester": who.capitalize(),
        "email": f"{who}@larch.example", "organisation": "larch", "incomplete": True, **more,
    }  # fmt: skip
    return register(desk, now=at(0), **values).number  # type: ignore[arg-type]


def queued_letters(desk: DeskSession, on: str) -> list[Letter]:
    with open_reader(desk.store.url) as reader:
        return [letter for letter in load_letters(reader) if letter.on == on]


@pytest.mark.requirement("S4-17")
def test_an_announcement_reaches_everybody_on_the_attached_tickets_once(saas: DeskSession) -> None:
    assert saas.procedure.definition.links["status-page"].startswith("https://")
    incident = register_ticket(saas, "ida", type="problem", subject="The servers are down")
    numbers = [
        register_ticket(saas, "ola", type="issue"),
        register_ticket(saas, "ola", type="issue"),
        register_ticket(saas, "per", type="issue"),
    ]
    participants.add_participant(saas, numbers[2], "ida@larch.example", now=at(1))
    for number in numbers:
        incidents.attach_ticket(saas, number, incident, now=at(2))
    assert read_ticket(saas, incident).fields["attached"] == numbers
    assert read_ticket(saas, numbers[0]).fields["incident"] == incident
    result = incidents.announce_to_attached(saas, incident, "We found the cause.", now=at(3))
    assert result.summary.startswith(f"{incident}: said on 4 tickets, 3 people written to")
    letters = queued_letters(saas, "replied")
    assert [(letter.number, [person.name for person in letter.to]) for letter in letters] == [
        (incident, ["Ida"]), (numbers[0], ["Ola"]), (numbers[2], ["Per"]),
    ]  # fmt: skip
    marks = set()
    for number in (incident, *numbers):
        found = read_ticket(saas, number)
        assert found.messages[-1].body == "We found the cause."
        marks |= {record.key for record in found.records if record.kind == "act"}
    announcement_marks = {
        event.data["bulk"] for event in read_ticket(saas, numbers[1]).events if "incident" in event.data
    }
    assert len(announcement_marks) == 1
    assert announcement_marks <= marks


@pytest.mark.requirement("S4-17")
def test_an_announcement_moves_the_attached_tickets_that_may_be_moved(agency: DeskSession) -> None:
    incident, first, second, closed = (
        register_ticket(agency, who, type="problem") for who in ("ida", "ola", "per", "tor")
    )
    for number in (first, second, closed):
        incidents.attach_ticket(agency, number, incident, now=at(1))
    update.move(agency, closed, "closed", now=at(2))
    update.move(agency, first, "in-progress", now=at(3))
    letters_before = len(queued_letters(agency, "closed"))
    incidents.announce_to_attached(agency, incident, "All is up again.", status="closed", now=at(4))
    assert {read_ticket(agency, number).row.status for number in (incident, first, second)} == {"closed"}
    assert len(read_ticket(agency, closed).messages) < len(read_ticket(agency, first).messages) + 2
    assert len(queued_letters(agency, "closed")) == letters_before  # the message is the letter
    with pytest.raises(DeskError, match="is over: reopen it first"):
        incidents.announce_to_attached(agency, incident, "Again", now=at(5))


def test_an_announcement_names_the_tickets_that_it_could_not_move(campus: DeskSession) -> None:
    incident, number = (register_ticket(campus, who, type="issue") for who in ("ida", "ola"))
    incidents.attach_ticket(campus, number, incident, now=at(1))
    for ticket in (incident, number):
        update.move(campus, ticket, "in-progress", now=at(2))
    result = incidents.announce_to_attached(campus, incident, "All is up again.", status="resolved", now=at(4))
    assert f"{number} is not moved: " in result.summary
    assert "needs a word on how it was resolved" in result.summary
    assert {read_ticket(campus, ticket).row.status for ticket in (incident, number)} == {"in-progress"}
    assert read_ticket(campus, number).messages[-1].body == "All is up again."


def test_a_ticket_is_attached_to_one_incident_and_incidents_are_not_nested(agency: DeskSession) -> None:
    first, second, number = (register_ticket(agency, who, type="problem") for who in ("ida", "ola", "per"))
    with pytest.raises(UsageError, match="not attached to itself"):
        incidents.attach_ticket(agency, first, first, now=at(1))
    incidents.attach_ticket(agency, number, first, now=at(1))
    with pytest.raises(DeskError, match=f"attached to {first} already"):
        incidents.attach_ticket(agency, number, second, now=at(2))
    with pytest.raises(DeskError, match="is an incident itself"):
        incidents.attach_ticket(agency, first, second, now=at(2))
    with pytest.raises(DeskError, match=f"is attached to {first}: name that"):
        incidents.attach_ticket(agency, second, number, now=at(2))
    incidents.detach_ticket(agency, number, now=at(3))
    with pytest.raises(DeskError, match="is attached to no incident"):
        incidents.detach_ticket(agency, number, now=at(4))
    incidents.attach_ticket(agency, number, second, now=at(5))
    assert not read_ticket(agency, first).fields.get("attached")


def test_an_announcement_answers_a_ticket_without_assigning_it(agency: DeskSession) -> None:
    incident, number = register_ticket(agency, "ida", type="problem"), register_ticket(agency, "ola", type="problem")
    incidents.attach_ticket(agency, number, incident, now=at(1))
    incidents.announce_to_attached(agency, incident, "We know, and work on it.", now=at(2))
    assert (read_ticket(agency, number).row.assignee, read_ticket(agency, number).row.waiting) == (None, "them")
    messages.reply(as_agent(agency, "kim"), number, "How is it now?", now=at(3))
    assert read_ticket(agency, number).row.assignee == "kim"


@pytest.mark.requirement("S4-17")
def test_an_incident_is_resolved_with_its_tickets_in_one_command_that_can_be_undone(
    saas: DeskSession,
) -> None:
    incident = register_ticket(saas, "ida", type="problem", subject="The servers are down")
    first, second, new, closed = (register_ticket(saas, who, type="issue") for who in ("ola", "ola", "per", "tor"))
    for number in (first, second, new, closed):
        incidents.attach_ticket(saas, number, incident, now=at(1))
    for number in (incident, first, second, closed):
        update.move(saas, number, "triage", now=at(2))
    closing.close(saas, closed, "duplicate", now=at(3))
    result = incidents.resolve_incident(
        saas, incident, "All is up again: a disk was full.", code="configured", now=at(5)
    )
    assert result.summary.startswith(
        f"{incident}: resolved, now On Customer Test; 2 attached tickets resolved with it, 2 people written to;"
    )
    assert f"{new} is not resolved: " in result.summary
    assert f"leads on from New: move {new} to Triage" in result.summary
    assert [read_ticket(saas, number).row.status for number in (incident, first, second, new, closed)] == [
        "on-customer-test", "on-customer-test", "on-customer-test", "new", "closed",
    ]  # fmt: skip
    for number in (incident, first, second):
        (record,) = [record for record in read_ticket(saas, number).records if record.kind == "resolution"]
        assert (record.state, record.values["code"]) == ("permanent", "configured")
    letters = [(letter.number, [person.name for person in letter.to]) for letter in queued_letters(saas, "replied")]
    assert letters == [(incident, ["Ida"]), (first, ["Ola"])]
    undo_last_command(saas, second, now=at(6))
    assert {read_ticket(saas, number).row.status for number in (incident, first, second)} == {"triage"}
    assert queued_letters(saas, "replied") == [], "the queued letters are withdrawn"


@pytest.mark.requirement("S4-17")
def test_the_attached_tickets_can_be_resolved_after_the_incident(agency: DeskSession) -> None:
    incident, first, second = (register_ticket(agency, who, type="problem") for who in ("ida", "ola", "per"))
    for number in (first, second):
        incidents.attach_ticket(agency, number, incident, now=at(1))
    result = resolution.resolve(agency, incident, "All is up again.", now=at(2))
    assert f"2 open tickets are attached: `deskterm ticket resolve {incident} --attached`" in result.summary
    result = incidents.resolve_incident(agency, incident, "All is up again.", now=at(3))
    assert result.summary.startswith(f"{incident}: 2 attached tickets resolved with it, 2 people written to")
    assert {read_ticket(agency, number).row.status for number in (incident, first, second)} == {"closed"}
    with pytest.raises(DeskError, match="is over, and no ticket attached to it is open"):
        incidents.resolve_incident(agency, incident, "Again", now=at(4))


@pytest.mark.requirement("S4-17")
def test_an_attached_ticket_that_cannot_be_moved_stays_unresolved(saas: DeskSession) -> None:
    incident, new = register_ticket(saas, "ida", type="problem"), register_ticket(saas, "per", type="issue")
    incidents.attach_ticket(saas, new, incident, now=at(1))
    update.move(saas, incident, "triage", now=at(2))
    before = len(read_ticket(saas, new).messages)
    result = incidents.resolve_incident(
        saas, incident, "Up again.", code="configured", status="on-customer-test", now=at(3)
    )
    assert f"{new} is not resolved: From New a ticket cannot go to On Customer Test" in result.summary
    assert (read_ticket(saas, new).row.status, len(read_ticket(saas, new).messages)) == ("new", before)

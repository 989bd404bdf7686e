"""`deskterm outbox|notices|escalations|people` and the commands on tickets that tell people something."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call


@pytest.fixture
def services(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated desk by the managed services procedure with a ticket, an agent and a lead."""
    assert deskterm("init", "--procedure", "managed-services", "--simulated", "--now", "2026-11-23T09:00Z").code == 0
    people = tmp_path / "people.csv"
    people.write_text(
        "login,name,role,roles,team\nsam,Sam,agent,,second-line\nlea,Lea,lead,shift-lead,\n", encoding="utf-8"
    )
    assert deskterm("seed", "agents", people, "--now", "2026-11-23T09:00Z").code == 0
    made = deskterm(
        "ticket", "new", "No mail", "--requester", "Ida", "--email", "ida@larch.example", "--priority", "low",
        "--incomplete", "--now", "2026-11-23T09:00Z",
    )  # fmt: skip
    assert made.code == 0, made.err
    return deskterm


AT = ("--now", "2026-11-23T09:30Z")


def test_the_outbox_lists_letters_that_wait(services: Call) -> None:
    (letter,) = services("outbox", "--json", *AT).json
    assert (letter["number"], letter["on"], letter["at"]) == (1001, "registered", "2026-11-23T09:00:00Z")
    assert letter["to"] == [{"contact": 1, "name": "Ida", "email": "ida@larch.example"}]
    assert "ida@larch.example" in services("outbox", *AT).out
    assert services("outbox", "--state", "lost").code == 2
    assert services("outbox", "--state", "sent", "--json", *AT).json == []


def test_a_call_does_instead_of_a_letter(services: Call) -> None:
    services("ticket", "set", "1001", "--priority", "high", *AT)
    assert services("ticket", "told", "1001", "She agrees.", *AT).code == 2
    assert services("ticket", "told", "1001", "She agrees.", "--phone", *AT).out.startswith("1001: told by phone")
    assert [letter["on"] for letter in services("outbox", "--json", *AT).json] == ["registered"]
    assert "(system) email, automatic, withdrawn" in services("ticket", "show", "1001", *AT).out


def test_an_escalation_is_listed_until_it_was_decided_on(services: Call) -> None:
    assert services("ticket", "escalate", "1001", *AT).code == 2
    told = services("ticket", "escalate", "1001", "needs a field engineer", *AT)
    assert told.out.startswith("1001 escalated to Level two")
    (step,) = services("escalations", "--json", *AT).json
    assert (step["number"], step["label"], step["by"], step["reason"]) == (
        1001, "Level two", "ann", "needs a field engineer",
    )  # fmt: skip
    assert "Level two" in services("escalations", *AT).out
    assert services("escalations", "--mine", "--json", *AT).json == []
    assert [one["what"] for one in services("notices", "--json", "--as", "sam", *AT).json][:1] == [
        "escalated to Level two"
    ]
    assert "escalated to Level two" in services("notices", "--as", "sam", *AT).out
    assert services("ticket", "review", "1001", "A field engineer goes there.", *AT).code == 0
    assert services("escalations", "--json", *AT).json == []


def test_a_priority_is_disputed_and_settled(services: Call) -> None:
    assert services("ticket", "dispute", "1001", "Nobody can work.", "--wanted", "high", *AT).code == 0
    assert services("ticket", "settle", "1001", *AT).code == 2
    tried = services("ticket", "settle", "1001", "--priority", "high", "--dry-run", *AT)
    assert tried.out.endswith("A dry run: nothing was written.\n")
    settled = services("ticket", "settle", "1001", "--priority", "high", *AT)
    assert (settled.code, settled.out.count(" → ") > 0) == (0, True), "each clock's old and new due time"
    assert services("ticket", "show", "1001", "--json", *AT).json["priority"] == "high"


def test_word_of_a_delay(services: Call) -> None:
    assert services("ticket", "delay", "1001", "The part comes tomorrow.", *AT).code == 0
    assert [letter["on"] for letter in services("outbox", "--json", *AT).json] == ["registered", "delayed"]


def test_people_join_and_leave(services: Call) -> None:
    assert services("ticket", "join", "1001", "Ola", "--email", "ola@larch.example", *AT).code == 0
    assert services("ticket", "participants", "1001", "--json", *AT).json == [
        {"contact": 2, "name": "Ola", "email": "ola@larch.example", "as": "participant"}
    ]
    assert "ola@larch.example" in services("ticket", "participants", "1001", *AT).out
    assert services("ticket", "leave", "1001", "Ola", *AT).code == 0
    assert services("ticket", "participants", "1001", "--json", *AT).json == []
    assert services("ticket", "participants", "99", *AT).code == 1


def test_tickets_are_attached_to_an_incident_and_told_at_once(services: Call) -> None:
    services("ticket", "new", "No mail either", "--requester", "Ola", "--incomplete", *AT)
    assert services("ticket", "attach", "1002", "1001", *AT).code == 0
    told = services("ticket", "announce", "1001", "We know of it.", *AT)
    assert told.out.startswith("1001: said on 2 tickets, to 2 people")
    assert services("ticket", "detach", "1002", *AT).code == 0


def test_who_is_away_is_listed_and_covered(services: Call) -> None:
    services("ticket", "assign", "1001", "sam", *AT)
    assert services("people", "away", "2026-11-30", "sam", *AT).code == 0
    found = {one["login"]: one for one in services("people", "list", "--json", *AT).json}
    assert (found["sam"]["away"] is not None, found["sam"]["open"], found["lea"]["away"]) == (True, 1, None)
    assert "Shift lead" in services("people", "list", *AT).out
    assert [row["number"] for row in services("people", "absent", "--json", *AT).json] == [1001]
    assert "No mail" in services("people", "absent", *AT).out
    assert services("ticket", "take", "1001", *AT).out.startswith("1001 taken over from sam")
    assert services("people", "back", "sam", *AT).out == "Sam is back\n"
    assert services("people", "absent", "--json", *AT).json == []


def test_a_role_that_oversees_sees_the_tickets_of_its_teams(services: Call) -> None:
    assert [row["number"] for row in services("people", "overseen", "--json", "--as", "lea", *AT).json] == [1001]
    refused = services("people", "overseen", "--as", "sam", *AT)
    assert (refused.code, "No role of sam oversees a team" in refused.err) == (1, True)

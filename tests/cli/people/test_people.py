"""`deskterm people` and `deskterm ticket join|leave|participants|take`."""

from __future__ import annotations

import pytest

from cli_call import Call

AT = ("--now", "2026-11-23T09:30Z")


def test_participants_join_and_leave(managed_services: Call) -> None:
    assert managed_services("ticket", "join", "1001", "Ola", "--email", "ola@larch.example", *AT).code == 0
    assert managed_services("ticket", "participants", "1001", "--json", *AT).json == [
        {"contact": 2, "name": "Ola", "email": "ola@larch.example", "as": "participant"}
    ]
    assert "ola@larch.example" in managed_services("ticket", "participants", "1001", *AT).out
    assert managed_services("ticket", "leave", "1001", "Ola", *AT).code == 0
    assert managed_services("ticket", "participants", "1001", "--json", *AT).json == []
    assert managed_services("ticket", "participants", "99", *AT).code == 1


def test_absent_colleagues_are_listed_and_covered(managed_services: Call) -> None:
    managed_services("ticket", "assign", "1001", "sam", *AT)
    assert managed_services("people", "away", "2026-11-30", "sam", *AT).code == 0
    found = {one["login"]: one for one in managed_services("people", "list", "--json", *AT).json}
    assert (found["sam"]["away_until"] is not None, found["sam"]["open"], found["lea"]["away_until"]) == (True, 1, None)
    assert "Shift lead" in managed_services("people", "list", *AT).out
    assert [row["number"] for row in managed_services("people", "absent", "--json", *AT).json] == [1001]
    assert "No mail" in managed_services("people", "absent", *AT).out
    assert managed_services("ticket", "take", "1001", *AT).out.startswith("1001 taken over from sam")
    assert managed_services("people", "back", "sam", *AT).out == "Sam is back\n"
    assert managed_services("people", "absent", "--json", *AT).json == []


def test_the_tier_of_a_team_is_that_of_its_people(managed_services: Call) -> None:
    """D-03: their work counts as the team's tier, and the list showed none."""
    found = {one["login"]: one["tier"] for one in managed_services("people", "list", "--json", *AT).json}
    assert (found["sam"], found["lea"]) == (2, None)
    (row,) = [line for line in managed_services("people", "list", *AT).out.splitlines() if line.startswith("sam")]
    assert row.split()[-3:-1] == ["2", "0"]


def test_a_role_that_oversees_sees_the_tickets_of_its_teams(managed_services: Call) -> None:
    assert [row["number"] for row in managed_services("people", "overseen", "--json", "--as", "lea", *AT).json] == [
        1001
    ]
    refused = managed_services("people", "overseen", "--as", "sam", *AT)
    assert (refused.code, "No role of sam oversees a team" in refused.err) == (1, True)


def test_a_user_who_is_no_agent_oversees_nothing(managed_services: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "nobody")
    refused = managed_services("people", "overseen", *AT)
    assert (refused.code, refused.err.startswith("deskterm: 'nobody' is no agent of this desk")) == (1, True)

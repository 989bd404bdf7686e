"""`deskterm ticket merge|split|undo|duplicate` and `deskterm ticket list --requester`."""

from __future__ import annotations

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")
TEN = ("--now", "2026-11-23T10:00")
KIM = ("--requester", "Kim Doe", "--email", "kim@larch.example")


def test_a_command_is_undone(two_tickets: Call) -> None:
    two_tickets("ticket", "set", "1001", "--status", "working", *NINE)
    result = two_tickets("ticket", "undo", "1001", "--json", *TEN)
    assert result.json["summary"] == "Undone: 1001 is New again"
    assert result.json["changes"]["status"] == ["working", "new"]
    refused = two_tickets("ticket", "undo", "1001", *TEN)
    assert (refused.code, "the request has been made" in refused.err) == (1, True)


def test_a_merge_is_undone(two_tickets: Call) -> None:
    assert two_tickets("ticket", "merge", "1001", "1002", "--reason", "same", *NINE).out == "1001 merged into 1002\n"
    messages = two_tickets("ticket", "show", "1002", "--json", *TEN).json["messages"]
    assert (messages[0]["ticket"], messages[0]["body"]) == (1001, "It hurts.")
    assert "in 1001" in two_tickets("ticket", "show", "1002", *TEN).out
    assert two_tickets("ticket", "undo", "1002", *TEN).code == 0
    assert two_tickets("ticket", "duplicate", "1002", "1001", *TEN).code == 0


def test_a_list_in_a_message_is_previewed_and_split(two_tickets: Call) -> None:
    assert two_tickets("ticket", "split", "1002", "1", "--dry-run", *NINE).out == "1  the door\n2  the window\n"
    assert two_tickets("ticket", "split", "1002", "1", "--dry-run", "--json", *NINE).json == ["the door", "the window"]
    assert two_tickets("ticket", "split", "1002", "1", "--item", "2", *NINE).out == "1002 split into 1003\n"
    again = two_tickets("ticket", "split", "1002", "1", "--items", *NINE)
    assert (again.code, "1003" in again.err) == (1, True), again.err
    assert two_tickets("ticket", "split", "1002", "1", "--item", "1", *NINE).out == "1002 split into 1004\n"
    assert two_tickets("ticket", "split", "1002", "1", "--items", "--subject", "x", *NINE).code == 2
    assert "lists nothing" in two_tickets("ticket", "split", "1001", "1", "--dry-run", *NINE).out


def test_the_tickets_of_a_requester_are_listed(two_tickets: Call) -> None:
    found = two_tickets("ticket", "list", "--requester", "kim doe", "--match", "window", "--json", *TEN)
    assert [row["number"] for row in found.json] == [1002]
    two_tickets("ticket", "set", "1001", "--status", "solved", *TEN)
    assert [
        row["number"] for row in two_tickets("ticket", "list", "--requester", "Kim Doe", "--closed", "--json").json
    ] == [1001]
    assert "Login fails" in two_tickets("ticket", "list", "--requester", "kim@larch.example", *TEN).out
    assert [row["number"] for row in two_tickets("ticket", "list", "--closed", "--json").json] == [1001]
    assert two_tickets("ticket", "list", "--requester", "Lou").code == 1

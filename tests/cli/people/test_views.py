"""`deskterm view` and `ticket list --view`: views by name on the command line (C-11)."""

from __future__ import annotations

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-11")

AT = ("--now", "2026-11-23T09:20")


def test_a_view_is_made_listed_changed_and_used_by_its_name(two_tickets: Call) -> None:
    """Before, there were only the nine views of every desk."""
    assert two_tickets("ticket", "set", 1002, "--tag", "vip", *AT).code == 0
    made = two_tickets("view", "save", " VIP", "tag:vip", "--sort", "due", "--columns", "number,subject", *AT)
    assert (made.code, made.out) == (0, "Saved view VIP\n"), made.err
    listed = two_tickets("ticket", "list", "--view", "vip", *AT)
    assert listed.out.splitlines()[0].split(" · ")[1:3] == ["VIP", "1"], listed.out
    assert listed.out.splitlines()[1].split() == ["Left", "#", "Subject"]
    assert [row["number"] for row in two_tickets("ticket", "list", "--view", "vip", "--json", *AT).json] == [1002]
    assert two_tickets("ticket", "list", "--view", "vip", "login", "--json", *AT).json == []
    assert two_tickets("view", "save", "vip", "--after-action", "stay", "--default", *AT).code == 0
    shown = two_tickets("view", "show", "vi", "--json", *AT).json
    assert (shown["filter"], shown["order"], shown["after_action"], shown["is_default"], shown["count"]) == (
        *("tag:vip", "due", "stay"),
        *(True, 1),
    )
    assert two_tickets("view", "place", "vip", 2, *AT).out == "View VIP is number 2\n"
    assert [row["name"] for row in two_tickets("view", "list", "--json", *AT).json][:3] == ["mine", "VIP", "team"]
    assert "VIP (opens first)" in two_tickets("view", "list", *AT).out
    assert two_tickets("view", "rename", "2", "Very important", *AT).code == 0
    assert two_tickets("view", "default", "-", *AT).code == 0
    assert two_tickets("view", "delete", "very", *AT).out == "Deleted view Very important\n"
    gone = two_tickets("ticket", "list", "--view", "vip", *AT)
    assert gone.code == 2
    assert "There is no view 'vip': use mine, team, unassigned" in gone.err


def test_what_is_wrong_with_a_view_is_said_and_nothing_is_kept(two_tickets: Call) -> None:
    for words, code, sentence in (
        (("save", "X", "status:wrkin"), 2, "did you mean"),
        (("save", "Mine"), 2, "Every desk has a view 'Mine'"),
        (("save", "X", "--columns", "nothing"), 2, "There is no column"),
        (("save", "X", "--from", "nothing"), 2, "There is no view"),
        (("save", "X", "--after-action", "nothing"), 2, "--after-action is next, stay, list"),
        (("delete", "mine"), 1, "only views that an agent made"),
        (("share", "nothing", "first-line"), 2, "There is no view"),
    ):
        answer = two_tickets("view", *words, *AT)
        assert (answer.code, sentence in answer.err) == (code, True), (words, answer)
    assert all(row["owner"] is None for row in two_tickets("view", "list", "--json", *AT).json)


def test_a_view_by_status_leaves_out_what_is_snoozed_and_one_of_closed_tickets_has_them(two_tickets: Call) -> None:
    """A filter that says itself what is open listed tickets that sleep."""
    assert two_tickets("view", "save", "New", "status:new", *AT).code == 0
    assert two_tickets("view", "save", "Asleep", "is:snoozed", *AT).code == 0
    assert two_tickets("view", "save", "Done", "is:closed", *AT).code == 0
    assert two_tickets("ticket", "snooze", 1001, "2h", *AT).code == 0
    later = ("--now", "2026-11-23T09:22")

    def numbers(view: str) -> list[int]:
        return [row["number"] for row in two_tickets("ticket", "list", "--view", view, "--json", *later).json]

    assert 1001 not in numbers("New")
    assert numbers("Asleep") == [1001]
    assert two_tickets("ticket", "set", 1002, "--status", "solved", *later).code == 0
    assert numbers("Done") == [1002]

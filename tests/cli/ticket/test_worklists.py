"""`deskterm ticket order` and `deskterm ticket list --to-be-set|--unscheduled|--stale`."""

from __future__ import annotations

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-23T09:30")


@pytest.mark.requirement("S1-17", "S1-16", "S1-31")
def test_tickets_without_due_time_and_stale_tickets_have_lists(vendor: Call) -> None:
    (pending,) = vendor("ticket", "list", "--to-be-set", "--json", "--now", "2026-11-25T10:00").json
    assert (pending["number"], pending["target"], pending["days"]) == (1001, "set by customer-excellence-manager", 2)
    new = vendor("ticket", "new", "Typo", "--type", "technical-support", "--severity", "low", "--product", "platform",
                 "--requester", "Ida", "--email", "ida@larch.example", "--body", "x", *NOW)  # fmt: skip
    assert new.code == 0, new.err
    assert "scheduled sprint" in vendor("ticket", "list", "--unscheduled", "--now", "2026-11-25T10:00").out
    stale = vendor("ticket", "list", "--stale", "--json", "--now", "2026-11-25T09:10").json
    assert [row["number"] for row in stale] == [1001]
    assert "=Load courses" in vendor("ticket", "list", "--stale", "--now", "2026-11-25T09:10").out
    assert vendor("ticket", "list", "--stale", "--unscheduled").code == 2


@pytest.mark.requirement("S2-11", "S5-04")
def test_the_order_of_work_is_explained(vendor: Call) -> None:
    new = vendor("ticket", "new", "Login fails", "--type", "support-query", "--product", "platform", "--requester",
                 "Ida", "--email", "ida@larch.example", "--body", "x", *NOW)  # fmt: skip
    assert new.code == 0, new.err
    answer = vendor("ticket", "order", "1002", "--json", *NOW).json
    assert (answer["place"], answer["of"], answer["before"]["number"], answer["before"]["by"]) == (2, 2, 1001, "Due")
    printed = vendor("ticket", "order", "1002", *NOW).out
    assert "2 of 2 open tickets" in printed
    assert "after 1001 =Load courses: by due, Mon 23 Nov 2026 10:00 against Mon 23 Nov 2026 09:30" in printed
    assert vendor("ticket", "order", "7").code == 1


@pytest.mark.law("C-51")
def test_tickets_are_found_by_all_words_wherever_they_stand(two_tickets: Call) -> None:
    """C-51: `ticket search` was no command."""
    at = ("--now", "2026-11-23T09:20")
    assert two_tickets("ticket", "note", 1002, "The Füller jams at 100%", *at).code == 0

    def numbers(*words: str) -> list[int]:
        return [one["number"] for one in two_tickets("ticket", "search", *words, "--json", *at).json]

    assert sorted(numbers("kim")) == [1001, 1002]
    assert numbers("kim", "FÜLLER", "100%") == [1002]
    assert numbers("jams at") == [1002]
    assert numbers("kim", "tea") == []
    assert numbers("kim", "--closed") == []
    assert "1002" in two_tickets("ticket", "search", "füller", *at).out
    assert two_tickets("ticket", "search", "kim", "--limit", 1, *at).err == (
        "deskterm: 1 of 2 are listed, 1 left out: --all lists all.\n"
    )
    assert two_tickets("ticket", "search", " ", *at).code == 2
    by_part = two_tickets("ticket", "list", "--requester", "im d", "--json", *at).json
    assert sorted(one["number"] for one in by_part) == [1001, 1002], "a part that only one person has"

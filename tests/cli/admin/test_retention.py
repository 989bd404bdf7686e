"""`deskterm retention|purge|erase` and `deskterm ticket hold`."""

from __future__ import annotations

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")
TEN = ("--now", "2026-11-23T10:00")
KIM = ("--requester", "Kim Doe", "--email", "kim@larch.example")


def test_a_person_is_erased_after_confirmation(two_tickets: Call) -> None:
    preview = two_tickets("erase", "kim@larch.example", "--dry-run", *TEN)
    assert preview.out == "2 tickets: 4 texts would be emptied, 0 redacted.\n"
    asked = two_tickets("erase", "kim@larch.example", *TEN)
    assert (asked.code, "Say --yes" in asked.err) == (1, True)
    result = two_tickets("erase", "kim@larch.example", "--yes", "--json", *TEN)
    assert (result.json["erased"], result.json["tickets"], result.json["named"]) == (True, [1001, 1002], [])
    assert "It hurts" not in two_tickets("ticket", "show", "1001", *TEN).out
    assert "(erased)" in two_tickets("ticket", "show", "1001", *TEN).out
    assert two_tickets("audit", "verify", *TEN).code == 0
    assert two_tickets("doctor").code == 0


def test_expired_tickets_are_purged_unless_they_are_held(two_tickets: Call) -> None:
    for number in (1001, 1002):
        two_tickets("ticket", "set", number, "--status", "solved", *NINE)
        two_tickets("ticket", "set", number, "--status", "closed", *NINE)
    assert two_tickets("ticket", "hold", "1002", "claim 7", *TEN).out == "1002 is held: claim 7\n"
    later = ("--now", "2032-11-23T09:00:01")
    assert two_tickets("purge", *TEN).out == "There is nothing to purge.\n"
    listed = two_tickets("retention", "--json", *later).json
    assert [row["number"] for row in listed["due"]] == [1001, 1002]
    assert [row["held"] for row in listed["held"]] == ["claim 7"]
    assert "claim 7" in two_tickets("retention", *later).out
    assert two_tickets("purge", *later).out == "1 ticket would be purged: --really does it.\n"
    assert two_tickets("purge", "--really", *later).code == 1
    assert two_tickets("purge", "--really", "--yes", "--json", *later).json == {"purged": True, "tickets": [1001]}
    assert two_tickets("ticket", "release-hold", "1002", *later).code == 0
    assert two_tickets("purge", *later).out == "1 ticket would be purged: --really does it.\n"

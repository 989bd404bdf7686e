"""`deskterm ticket drafts`: what the agent has written at the console and not sent (C-05)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli_call import Call
from deskterm.store.db.location import resolve_database_url
from deskterm.store.personal.drafts import DraftKind, DraftWriter, StoredDraft

pytestmark = pytest.mark.law("C-05")

AT = ("--now", "2026-11-23T09:30Z")
HOSTILE = "\x1b]0;title\x07\x1b[2J\u202eWords\nof two lines"


def save(kind: DraftKind, number: int | None, text: str, login: str = "ann", **data: object) -> None:
    writer = DraftWriter(resolve_database_url(None), login)
    writer.save(StoredDraft(kind, number, text, data=dict(data)), datetime(2026, 11, 23, 9, tzinfo=UTC))
    writer.close()


def test_my_drafts_are_listed_and_nobody_elses(managed_services: Call) -> None:
    assert managed_services("ticket", "drafts", *AT).out == "You have no drafts.\n"
    save("reply", 1001, HOSTILE, version=1, channel="email", status="waiting")
    save("ticket", None, "", form={"subject": "Smoke in the hall"})
    save("note", 1001, "Not mine", login="sam")
    answer = managed_services("ticket", "drafts", *AT)
    assert "Words" in answer.out
    assert "Smoke in the hall" in answer.out
    assert "Not mine" not in answer.out
    assert not {"\x1b", "\x07", "\u202e"} & set(answer.out)
    reply, new = managed_services("ticket", "drafts", "--json", *AT).json
    assert (reply["kind"], reply["number"], reply["saved_at"]) == ("reply", 1001, "2026-11-23T09:00:00Z")
    assert (reply["next_status"], reply["channel"]) == ("waiting", "email")
    assert new["form"] == {"subject": "Smoke in the hall"}


def test_the_drafts_for_a_ticket_are_printed_in_full_and_thrown_away(managed_services: Call) -> None:
    save("reply", 1001, HOSTILE, version=1)
    answer = managed_services("ticket", "drafts", "1001", *AT)
    assert answer.out.endswith("    Words\n    of two lines\n\n")
    assert managed_services("ticket", "drafts", "--discard", *AT).code == 2
    assert managed_services("ticket", "drafts", "1001", "--discard", *AT).out == "Discarded 1 draft for 1001\n"
    answer = managed_services("ticket", "drafts", "1001", *AT)
    assert (answer.code, answer.out) == (1, "")
    assert "You have no draft for 1001" in answer.err


def test_the_list_says_what_became_of_the_tickets(managed_services: Call) -> None:
    save("reply", 1001, "As I said", version=1)
    save("note", 4711, "For nobody")
    managed_services("ticket", "note", "1001", "Somebody was faster", *AT)
    lines = managed_services("ticket", "drafts", *AT).out.splitlines()
    assert any("As I said" in line and "changed since" in line for line in lines)
    assert any("For nobody" in line and "gone" in line for line in lines)

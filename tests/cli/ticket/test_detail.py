"""`deskterm ticket show`: the facts of a ticket, in the labels of the procedure and the desk's time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.store.presence.entries import Presence
from deskterm.store.presence.side_file import PresenceFile

TEN = ("--now", "2026-11-23T10:00")


def create_desk(deskterm: Call, procedure: str) -> Call:
    created = deskterm("init", "--procedure", procedure, "--simulated", "--now", "2026-11-23T09:30")
    assert created.code == 0, created.err
    return deskterm


def run(desk: Call, *words: object) -> str:
    answer = desk(*words, *TEN)
    assert answer.code == 0, answer.err
    return answer.out


@pytest.mark.requirement("S2-14")
def test_a_ticket_shows_exemption_hold_and_snooze_in_labels_and_local_time(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    when = ("--field", "occurred-at=2026-11-23T09:15")
    run(desk, "ticket", "new", "No network", "--requester", "Ida", "--incomplete", *when)
    run(desk, "ticket", "exempt", 1001, "--reason", "lan")
    run(desk, "ticket", "hold", 1001, "the auditor asks")
    assert "until Mon 23 Nov 2026 15:00 IST" in run(desk, "ticket", "snooze", 1001, "2026-11-23 15:00")
    printed = run(desk, "ticket", "show", 1001)
    assert "Date and time of the occurrence Mon 23 Nov 2026 09:15" in printed
    assert "Exempt: LAN connectivity (no target counts)\n" in printed
    assert "Held: the auditor asks\n" in printed
    assert "Snoozed: until Mon 23 Nov 2026 15:00\n" in printed
    assert "Missing: Caller, Who needs to be notified" in printed
    answer = desk("ticket", "show", 1001, "--json", *TEN).json
    assert (answer["exempt"], answer["held"], answer["snoozed_until"]) == (
        "lan",
        "the auditor asks",
        "2026-11-23T09:30:00Z",
    )
    assert answer["fields"]["occurred-at"] == "2026-11-23T03:45:00Z"


@pytest.mark.requirement("S2-08")
def test_a_ticket_shows_its_participants(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    people = ("--field", "caller=Ola <ola@larch.example> 3131", "--field", "notify=Per <per@larch.example>, requester")
    run(desk, "ticket", "new", "No network", "--requester", "Ida", "--incomplete", *people)
    run(desk, "ticket", "join", 1001, "Tor <tor@larch.example>")
    printed = run(desk, "ticket", "show", 1001)
    assert "CC: " in printed
    answer = {part.strip() for part in printed.split("CC: ")[1].split("\n")[0].split(",")}
    assert answer == {"Ola (called)", "Per (to be told)", "Tor"}


@pytest.mark.requirement("S1-28", "S1-29", "S1-33", "S1-34")
def test_a_ticket_shows_its_escalation_checklist_and_development_item(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    for subject in ("Login fails", "Login fails again"):
        run(desk, "ticket", "new", subject, "--requester", "Kim", "--product", "platform", "--body", "It fails.")
    assert "Open Issue" in run(desk, "ticket", "like", "login fails")
    run(desk, "ticket", "duplicate", 1002, 1001)
    assert "Duplicate of 1001" in run(desk, "ticket", "show", 1002)
    run(desk, "ticket", "escalate", 1001, "they wait", "--impact", "Nobody can work.")
    run(desk, "ticket", "check", 1001, 1, 2, 3, 4, 5, 6, "--outcome", "software-issue")
    run(desk, "item", "raise", 1001, "--reference", "DEV-7", "--system", "tracker")
    printed = run(desk, "ticket", "show", 1001)
    assert "Duplicates 1002" in printed
    asked = "Escalated: Customer Excellence Manager since Mon 23 Nov 2026 10:00 by ann: they wait – “Nobody can work.”"
    assert asked in printed
    assert "Is it a genuine software issue?: 6 of 7 done, Software issue\n" in printed
    assert "Internal Support Request: 1 Raised · tracker · DEV-7\n" in printed
    listed = run(desk, "escalations")
    assert "customer-excellence-manager" not in listed
    records = desk("ticket", "show", 1001, "--json", *TEN).json["records"]
    (step,) = [one for one in records if one["kind"] == "escalation"]
    assert (step["who"], step["values"]["body"]) == ("customer-excellence-manager", "Nobody can work.")


@pytest.mark.requirement("S4-20")
def test_a_ticket_shows_its_quotes_and_what_the_customer_agreed_to(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    run(desk, "ticket", "new", "Another report", "--incomplete")
    run(desk, "ticket", "set", 1001, "--status", "triage")
    run(desk, "ticket", "quote", 1001, "--request")
    run(desk, "ticket", "price", 1001, "--agreed", "--amount", "120")
    printed = run(desk, "ticket", "show", 1001)
    assert "Quote 1: Requested\n" in printed
    assert "Agreed: the customer is charged up to GBP 120.00\n" in printed


@pytest.mark.requirement("S1-21")
def test_a_ticket_shows_that_the_permanent_fix_is_outstanding(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    run(desk, "ticket", "new", "Login fails", "--requester", "Kim", "--product", "platform", "--body", "It fails.")
    run(desk, "ticket", "set", 1001, "--status", "under-investigation")
    run(desk, "ticket", "resolve", 1001, "Restarted.", "--temporary")
    printed = run(desk, "ticket", "show", 1001)
    assert "Resolution: Temporary fix\n" in printed
    assert "Outstanding: the permanent fix\n" in printed


@pytest.mark.requirement("S3-06")
def test_a_ticket_shows_what_a_rule_suggests(deskterm: Call) -> None:
    desk = create_desk(deskterm, "managed-services")
    run(desk, "ticket", "new", "No mail", "--requester", "Ida", "--incomplete", "--priority", "high")
    run(desk, "ticket", "assign", 1001, "ann")
    run(desk, "ticket", "work", 1001)
    later = ("--now", "2026-11-23T10:40")
    assert desk("run", "--once", *later).code == 0
    suggested = desk("ticket", "suggestions", 1001, "--json", *later).json
    printed = desk("ticket", "show", 1001, *later).out
    assert suggested
    assert all(f"Suggestion {one['key']}: {one['ask']}" in printed for one in suggested)


def test_a_handover_prints_labels(deskterm: Call) -> None:
    desk = create_desk(deskterm, "managed-services")
    run(desk, "ticket", "new", "No mail", "--requester", "Ida", "--incomplete", "--priority", "high")
    answer = run(desk, "handover")
    assert "New" in answer
    assert "Australia" in answer


@pytest.mark.parametrize(
    ("procedure", "how"),
    [("software-vendor", ()), ("web-agency", ("--list", "jobs")), ("saas-platform", ())],
)
@pytest.mark.requirement("S1-28", "S5-07")
def test_a_checklist_can_be_completed_with_the_commands_it_prints(
    deskterm: Call, procedure: str, how: tuple[str, ...]
) -> None:
    desk = create_desk(deskterm, procedure)
    run(desk, "ticket", "new", "Login fails", "--incomplete")
    printed = run(desk, "ticket", "check", 1001, *how)
    for _ in range(3):
        if "Tick off what is done" not in printed and "Say what it ended in" not in printed:
            break
        call = printed.partition("`deskterm ")[2].partition("`")[0]
        run(desk, *call.split())
        printed = run(desk, "ticket", "check", 1001)
    assert "Tick off" not in printed


def test_development_before_its_checklist_is_refused_with_the_command_for_it(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    run(desk, "ticket", "new", "Login fails", "--incomplete")
    refused = desk("item", "raise", 1001, *TEN)
    assert refused.code == 1
    assert "`deskterm ticket check 1001 --list to-development 1 2 3 --outcome change-request`: one of" in refused.err


@pytest.mark.law("C-30")
def test_a_ticket_shows_who_has_it_open_in_a_console(deskterm: Call, tmp_path: Path) -> None:
    desk = create_desk(deskterm, "campus-it")
    run(desk, "ticket", "new", "No network", "--requester", "Ida", "--incomplete")
    assert "now:" not in run(desk, "ticket", "show", 1001)
    console = PresenceFile(tmp_path / "desk.sqlite3", "console", time.time)
    console.write(Presence("marek", 1001, "reply"))
    assert "now: marek is writing a reply\n" in run(desk, "ticket", "show", 1001)
    answer = desk("ticket", "show", 1001, "--json", *TEN).json
    assert answer["open_by"] == [{"login": "marek", "writing": "reply"}]

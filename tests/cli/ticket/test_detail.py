"""What stands on a ticket, said in the procedure's words and the desk's time."""

from __future__ import annotations

import pytest

from cli_call import Call

TEN = ("--now", "2026-11-23T10:00")


def founded(deskterm: Call, procedure: str) -> Call:
    made = deskterm("init", "--procedure", procedure, "--simulated", "--now", "2026-11-23T09:30")
    assert made.code == 0, made.err
    return deskterm


def done(desk: Call, *words: object) -> str:
    told = desk(*words, *TEN)
    assert told.code == 0, told.err
    return told.out


@pytest.mark.requirement("S2-14")
def test_a_ticket_shows_why_it_is_exempt_held_and_put_off_in_words_and_local_time(deskterm: Call) -> None:
    desk = founded(deskterm, "campus-it")
    when = ("--field", "occurred-at=2026-11-23T09:15")
    done(desk, "ticket", "new", "No network", "--requester", "Ida", "--incomplete", *when)
    done(desk, "ticket", "exempt", 1001, "--reason", "lan")
    done(desk, "ticket", "hold", 1001, "the auditor asks")
    assert "until Mon 23 Nov 2026 15:00 IST" in done(desk, "ticket", "snooze", 1001, "2026-11-23 15:00")
    shown = done(desk, "ticket", "show", 1001)
    assert "Date and time of the occurrence Mon 23 Nov 2026 09:15" in shown
    assert "Exempt: LAN connectivity (no target counts)\n" in shown
    assert "Held: the auditor asks\n" in shown
    assert "Put off: until Mon 23 Nov 2026 15:00\n" in shown
    assert "Missing: Caller, Who needs to be notified" in shown
    told = desk("ticket", "show", 1001, "--json", *TEN).json
    assert (told["exempt"], told["held"], told["snoozed_until"]) == ("lan", "the auditor asks", "2026-11-23T09:30:00Z")
    assert told["fields"]["occurred-at"] == "2026-11-23T03:45:00Z"


@pytest.mark.requirement("S2-08")
def test_a_ticket_shows_who_takes_part(deskterm: Call) -> None:
    desk = founded(deskterm, "campus-it")
    people = ("--field", "caller=Ola <ola@larch.example> 3131", "--field", "notify=Per <per@larch.example>, requester")
    done(desk, "ticket", "new", "No network", "--requester", "Ida", "--incomplete", *people)
    done(desk, "ticket", "join", 1001, "Tor <tor@larch.example>")
    shown = done(desk, "ticket", "show", 1001)
    assert "Taking part: " in shown
    told = {part.strip() for part in shown.split("Taking part: ")[1].split("\n")[0].split(",")}
    assert told == {"Ola (called)", "Per (to be told)", "Tor"}


@pytest.mark.requirement("S1-28", "S1-29", "S1-33", "S1-34")
def test_a_ticket_shows_what_is_asked_of_whom_and_what_it_waits_for(deskterm: Call) -> None:
    desk = founded(deskterm, "software-vendor")
    for subject in ("Login fails", "Login fails again"):
        done(desk, "ticket", "new", subject, "--requester", "Kim", "--product", "platform", "--body", "It fails.")
    assert "Open Issue" in done(desk, "ticket", "like", "login fails")
    done(desk, "ticket", "duplicate", 1002, 1001)
    assert "Duplicate of 1001" in done(desk, "ticket", "show", 1002)
    done(desk, "ticket", "escalate", 1001, "they wait", "--impact", "Nobody can work.")
    done(desk, "ticket", "check", 1001, 1, 2, 3, 4, 5, 6, "--outcome", "software-issue")
    done(desk, "item", "raise", 1001, "--reference", "DEV-7", "--system", "tracker")
    shown = done(desk, "ticket", "show", 1001)
    assert "Duplicates 1002" in shown
    asked = "Escalated: Customer Excellence Manager since Mon 23 Nov 2026 10:00 by ann: they wait – “Nobody can work.”"
    assert asked in shown
    assert "Is it a genuine software issue?: 6 of 7 done, Software issue\n" in shown
    assert "Internal Support Request: 1 Raised · tracker · DEV-7\n" in shown
    listed = done(desk, "escalations")
    assert "customer-excellence-manager" not in listed
    records = desk("ticket", "show", 1001, "--json", *TEN).json["records"]
    (step,) = [one for one in records if one["kind"] == "escalation"]
    assert (step["who"], step["values"]["body"]) == ("customer-excellence-manager", "Nobody can work.")


@pytest.mark.requirement("S4-20")
def test_a_ticket_shows_its_quotes_and_what_the_customer_agreed_to(deskterm: Call) -> None:
    desk = founded(deskterm, "saas-platform")
    done(desk, "ticket", "new", "Another report", "--incomplete")
    done(desk, "ticket", "set", 1001, "--status", "triage")
    done(desk, "ticket", "quote", 1001, "--request")
    done(desk, "ticket", "price", 1001, "--agreed", "--amount", "120")
    shown = done(desk, "ticket", "show", 1001)
    assert "Quote 1: Requested\n" in shown
    assert "Agreed: the customer is charged up to GBP 120.00\n" in shown


@pytest.mark.requirement("S1-21")
def test_a_ticket_shows_that_the_permanent_fix_is_outstanding(deskterm: Call) -> None:
    desk = founded(deskterm, "software-vendor")
    done(desk, "ticket", "new", "Login fails", "--requester", "Kim", "--product", "platform", "--body", "It fails.")
    done(desk, "ticket", "set", 1001, "--status", "under-investigation")
    done(desk, "ticket", "resolve", 1001, "Restarted.", "--temporary")
    shown = done(desk, "ticket", "show", 1001)
    assert "Resolution: Temporary fix\n" in shown
    assert "Outstanding: the permanent fix\n" in shown


@pytest.mark.requirement("S3-06")
def test_a_ticket_shows_what_a_rule_suggests(deskterm: Call) -> None:
    desk = founded(deskterm, "managed-services")
    done(desk, "ticket", "new", "No mail", "--requester", "Ida", "--incomplete", "--priority", "high")
    done(desk, "ticket", "assign", 1001, "ann")
    done(desk, "ticket", "work", 1001)
    later = ("--now", "2026-11-23T10:40")
    assert desk("run", "--once", *later).code == 0
    suggested = desk("ticket", "suggestions", 1001, "--json", *later).json
    shown = desk("ticket", "show", 1001, *later).out
    assert suggested
    assert all(f"Suggestion {one['key']}: {one['ask']}" in shown for one in suggested)


def test_what_a_shift_hands_on_is_in_words(deskterm: Call) -> None:
    desk = founded(deskterm, "managed-services")
    done(desk, "ticket", "new", "No mail", "--requester", "Ida", "--incomplete", "--priority", "high")
    told = done(desk, "handover")
    assert "New" in told
    assert "Australia" in told


@pytest.mark.parametrize(
    ("procedure", "how"),
    [("software-vendor", ()), ("web-agency", ("--list", "jobs")), ("saas-platform", ())],
)
@pytest.mark.requirement("S1-28", "S5-07")
def test_a_list_is_gone_through_exactly_as_the_refusal_says(
    deskterm: Call, procedure: str, how: tuple[str, ...]
) -> None:
    desk = founded(deskterm, procedure)
    done(desk, "ticket", "new", "Login fails", "--incomplete")
    shown = done(desk, "ticket", "check", 1001, *how)
    for _ in range(3):
        if "Tick off what is done with" not in shown and "Say what it ended in with" not in shown:
            break
        advice = shown.partition("`deskterm ")[2]
        call, _, rest = advice.partition("`")
        ends = rest.partition("one of ")[2].partition(",")[0]
        done(desk, *call.split(), *(("--outcome", ends) if "--outcome: one of" in rest else ()))
        shown = done(desk, "ticket", "check", 1001)
    assert "Tick off" not in shown


def test_before_development_the_refusal_names_the_list_and_how_to_go_through_it(deskterm: Call) -> None:
    desk = founded(deskterm, "saas-platform")
    done(desk, "ticket", "new", "Login fails", "--incomplete")
    refused = desk("item", "raise", 1001, *TEN)
    assert refused.code == 1
    assert "`deskterm ticket check 1001 --list to-development 1 2 3`" in refused.err
    assert "--outcome: one of change-request" in refused.err

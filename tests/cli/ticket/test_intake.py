"""Requests with missing fields, severity, rules, handover and departments, from the command line."""

from __future__ import annotations

import re

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00Z")
TEN = ("--now", "2026-11-23T10:00Z")


def create_desk(deskterm: Call, procedure: str) -> Call:
    created = deskterm("init", "--procedure", procedure, "--simulated", *NINE)
    assert created.code == 0, created.err
    return deskterm


@pytest.mark.requirement("S2-08")
def test_missing_fields_are_asked_for_and_may_be_left_out(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    refused = desk("ticket", "new", "Printer jams in room 204", *NINE)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1
    assert "Caller (people, as Name <name@example.org>" in refused.err
    opened = desk("ticket", "new", "Printer jams in room 204", "--incomplete", *NINE)
    assert "without Date and time of the occurrence, Caller" in opened.out
    given = desk("ticket", "supply", 1001, "caller=Ada <ada@example.org> 3131", "resource=printer", *NINE)
    assert "still without Date and time of the occurrence" in given.out
    assert desk("ticket", "supply", 1001, "caller", *NINE).code == 2


@pytest.mark.requirement("S1-33")
def test_a_ticket_that_may_be_a_duplicate_names_the_one_that_it_is_like(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    desk("ticket", "new", "Printer jams in room 204", "--incomplete", *NINE)
    again = desk("ticket", "new", "The printer jams in room 204", "--incomplete", *NINE)
    assert "1001" in again.out.partition("It may be about the same as:")[2]
    alike = desk("ticket", "like", "room 204 printer", "--json", *NINE).json
    assert [one["number"] for one in alike] == [1001, 1002]
    assert desk("ticket", "like", "zzz", *NINE).out == "Nothing is like it.\n"


@pytest.mark.requirement("S2-10")
def test_a_ticket_is_lifted_out_of_its_order_for_a_reason_and_the_number_affected(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    desk("ticket", "new", "Printer jams in room 204", "--incomplete", *NINE)
    unexplained = desk("ticket", "prioritise", 1001, "high", "--because", "many-affected", *NINE)
    assert unexplained.code == 2, unexplained.out
    lifted = desk("ticket", "prioritise", 1001, "high", "--because", "many-affected", "--affected", 30, "--json", *NINE)
    assert lifted.json["changes"]["priority"] == ["normal", "high"]


@pytest.mark.requirement("S2-14")
def test_a_ticket_is_exempt_for_a_reason_of_the_procedure_until_that_ends(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    desk("ticket", "new", "Printer jams in room 204", "--incomplete", *NINE)
    assert desk("ticket", "exempt", 1001, *NINE).code == 2
    assert desk("ticket", "exempt", 1001, "--reason", "no such", *NINE).code == 1
    assert desk("ticket", "exempt", 1001, "--end", *NINE).err == "deskterm: Ticket 1001 is not exempt.\n"
    exempt = desk("ticket", "exempt", 1001, "--reason", "lan", *NINE)
    assert exempt.code == 0, exempt.err
    assert desk("ticket", "show", 1001, "--json", *NINE).json["exempt"] == "lan"
    assert desk("ticket", "exempt", 1001, "--end", *NINE).code == 0
    assert desk("ticket", "show", 1001, "--json", *NINE).json["exempt"] is None


@pytest.mark.requirement("S1-05")
def test_a_severity_is_confirmed_from_the_command_line(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    opened = desk(
        *("ticket", "new", "Down", "--severity", "high", "--product", "platform", "--body", "It is down", *NINE)
    )
    assert opened.code == 0, opened.err
    assert desk("ticket", "confirm-severity", 1001, *NINE).out.startswith("1001: severity High")
    assert "was asked for" in desk("ticket", "confirm-severity", 1001, "low", *TEN).out


@pytest.mark.requirement("S3-02", "S3-08")
def test_rules_are_listed_and_switched_and_a_shift_hands_over(deskterm: Call) -> None:
    desk = create_desk(deskterm, "managed-services")
    rules = {rule["key"]: rule["by_itself"] for rule in desk("rule", "list", "--json", *NINE).json}
    assert (rules["critical"], rules["response-near"]) == (True, False)
    assert "by itself from now on" in desk("rule", "on", "response-near", *NINE).out
    assert "does it" in next(
        line for line in desk("rule", "list", *NINE).out.splitlines() if line.startswith("response-near")
    )
    printed = {line.split()[0]: line for line in desk("rule", "list", *NINE).out.splitlines()}
    assert printed["response-near"].split()[4] == "off", "D-30: which can be switched, and by which word"
    assert printed["critical"].split()[4] == "–"
    assert "deskterm rule on RULE" in printed["A"]
    switchable = {rule["key"]: rule["switchable"] for rule in desk("rule", "list", "--json", *NINE).json}
    assert (switchable["critical"], switchable["response-near"]) == (False, True)
    assert desk("rule", "off", "critical", *NINE).code == 1
    opened = desk("ticket", "new", "Mouse", "--field", "contact-phone=02 9999 1234", *NINE)
    assert "team global" in opened.out, opened.err
    handover = desk("handover", "--json", *TEN).json
    assert (handover["team"], [one["number"] for one in handover["tickets"]]) == ("global", [1001])
    assert handover["since"] == "2026-11-23T06:00:00Z"
    assert "Mouse" in desk("handover", *TEN).out
    assert desk("ticket", "suggestions", 1001, *TEN).out == "Nothing is suggested for 1001.\n"
    assert desk("ticket", "suggestions", 1001, "--take", "1", *TEN).code == 1
    assert desk("ticket", "suggestions", 7, *TEN).code == 1


@pytest.mark.law("C-15")
def test_a_handover_marks_what_is_missed_before_the_next_shift_ends(deskterm: Call) -> None:
    """D-17, C-15."""
    desk = create_desk(deskterm, "managed-services")
    for subject in ("Mouse", "Keyboard"):
        desk("ticket", "new", subject, "--priority", "low", "--field", "contact-phone=02 9999 1234", *NINE)
    # What is left of it is due in days
    assert desk("ticket", "reply", "1002", "We send another.", "--channel", "phone", *NINE).code == 0
    handover = desk("handover", "--json", *TEN).json
    assert handover["next_until"] == "2026-11-24T06:00:00Z"
    assert {one["number"]: one["breaches_before_next_shift_ends"] for one in handover["tickets"]} == {
        1001: True,
        1002: False,
    }
    lines = desk("handover", *TEN).out.splitlines()
    marked = [line.split()[1].startswith("!") for line in lines if line.split()[:1] in (["1001"], ["1002"])]
    assert marked == [True, False, False], "and who waits for an answer"
    assert lines[2].startswith("! 1 of them is due before the next shift ends, ")
    markdown = desk("handover", "--markdown", *TEN).out
    assert markdown.startswith("# Hand-over · ")
    assert markdown.count("| 1001 | !\\* | ") == 1
    assert desk("handover", "--markdown", "--json", *TEN).code == 2


def test_a_handover_tells_what_is_missed_from_what_is_due_soon(deskterm: Call) -> None:
    desk = create_desk(deskterm, "managed-services")
    field = ("--field", "contact-phone=02 9999 1234")
    desk("ticket", "new", "Server", "--priority", "low", *field, *NINE)
    desk("ticket", "new", "Mouse", "--priority", "low", *field, "--now", "2026-11-23T16:00Z")
    evening = ("--now", "2026-11-23T17:30Z")
    handover = desk("handover", "--json", *evening).json
    assert {one["number"]: (one["missed"], one["breaches_before_next_shift_ends"]) for one in handover["tickets"]} == {
        1001: (True, False),
        1002: (False, True),
    }
    lines = desk("handover", *evening).out.splitlines()
    marks = [line.split()[:2] for line in lines if line.split()[1:2] in (["!!*"], ["!!"], ["!*"], ["!"])]
    assert [(number, mark.rstrip("*")) for number, mark in marks] == [("1001", "!!"), ("1002", "!")]
    assert lines[2] == "!! 1 of them is missed already"
    assert lines[3].startswith("! 1 of them is due before the next shift ends, ")


@pytest.mark.law("C-15")
def test_a_target_is_missed_after_its_due_instant_and_stays_missed_once_that_is_noted(deskterm: Call) -> None:
    """C-15."""
    desk = create_desk(deskterm, "managed-services")
    desk("ticket", "new", "Server", "--priority", "low", "--field", "contact-phone=02 9999 1234", *NINE)

    def read(now: str) -> tuple[str, bool, bool]:
        (one,) = desk("handover", "--json", "--now", now).json["tickets"]
        return one["due_at"], one["missed"], one["breaches_before_next_shift_ends"]

    due = read("2026-11-23T17:00Z")[0]
    assert read(due) == (due, False, True)
    late = "2026-11-23T17:30Z"
    assert read(late) == (due, True, False)
    assert desk("ticket", "reply", "1001", "We look at it.", "--channel", "phone", "--now", late).code == 0
    assert read("2026-11-23T17:45Z")[0] > due, "what runs now is due later"
    assert read("2026-11-23T17:45Z")[1:] == (True, False)
    assert "1 of them is missed already" in desk("handover", "--now", "2026-11-23T17:45Z").out


def test_a_list_shows_the_age_of_a_ticket_to_which_no_time_is_promised(deskterm: Call) -> None:
    """D-17, S2-13."""
    desk = create_desk(deskterm, "campus-it")
    desk("ticket", "new", "Printer jams in room 204", "--incomplete", *NINE)
    (row,) = [line for line in desk("ticket", "list", *TEN).out.splitlines() if "Printer jams" in line]
    assert "1h old" in row


def test_missing_fields_are_named_as_options(deskterm: Call) -> None:
    vendor = create_desk(deskterm, "software-vendor")
    refused = vendor("ticket", "new", "Login fails", *NINE)
    assert (refused.code, refused.err) == (
        2,
        "deskterm: Product and description are missing: give --product, --body, or open it anyway with --incomplete.\n",
    )
    assert vendor("ticket", "new", "Login fails", "--product", "platform", "--body", "It does.", *NINE).code == 0


def test_a_telephone_number_serves_as_contact(deskterm: Call) -> None:
    desk = create_desk(deskterm, "managed-services")
    refused = desk("ticket", "new", "No mail", "--requester", "Ada", *NINE)
    assert (refused.code, "give --phone, or open it" in refused.err) == (2, True)
    assert desk("ticket", "new", "No mail", "--requester", "Ada", "--phone", "+61 2 5550 1234", *NINE).code == 0
    refused = desk("ticket", "new", "No mail", "--requester", "Bo", "--phone", "+91", *NINE)
    assert refused.err == "deskterm: '+91' is no telephone number: write it as +44 20 7946 0000.\n"


@pytest.mark.requirement("S5-02", "S5-05")
def test_departments_are_shown_and_listed(deskterm: Call) -> None:
    desk = create_desk(deskterm, "web-agency")
    asked = ("--type", "enquiry", "--email", "uma@nobody.example")
    assert desk("ticket", "new", "A price", *asked).code == 0
    assert "Department Pre-sales enquiries" in desk("ticket", "show", "1001").out
    assert desk("ticket", "show", "1001", "--json").json["department"] == "pre-sales"
    listed = desk("ticket", "list", "--department", "Pre-sales enquiries")
    assert "Department" in listed.out
    assert "A price" in listed.out
    assert desk("ticket", "list", "--department", "billing", "--json").json == []
    assert desk("ticket", "list", "--team", "support", "--json").json == []
    wrong = desk("ticket", "list", "--department", "bilings")
    assert wrong.code == 1
    assert "There is no department 'bilings'. Did you mean billing?" in wrong.err
    assert desk("ticket", "list", "--stale", "--team", "support").code == 2


@pytest.mark.parametrize("written", ["05/06/2026", "friday", "14:30", "5.6.", "12"])
def test_dates_that_could_mean_two_things_are_refused_in_fields(deskterm: Call, written: str) -> None:
    """D-09: dateutil's parser filled in what was left out from the operating system's clock."""
    desk = create_desk(deskterm, "campus-it")
    assert desk("ticket", "new", "Printer jams", "--incomplete", *NINE).code == 0
    refused = desk("ticket", "supply", 1001, f"occurred-at={written}", *NINE)
    assert (refused.code, refused.out) == (2, "")
    assert re.search(f"Date and time of the occurrence: {written!r} [^:]*: write .*2026|yesterday", refused.err)
    new = desk("ticket", "new", "Door", "--incomplete", "--field", f"occurred-at={written}", *NINE)
    assert (new.code, new.out) == (2, "")


@pytest.mark.parametrize("written", ["tomorrow", "2027-01-01", "05/06/2026"])
def test_an_occurrence_that_is_refused_is_not_asked_for_as_well(deskterm: Call, written: str) -> None:
    """D-09: what is still to come has not happened, and one field gets one sentence."""
    desk = create_desk(deskterm, "campus-it")
    refused = desk("ticket", "new", "Printer jams", "--field", f"occurred-at={written}", *NINE)
    assert refused.code == 2
    assert refused.err.count("Date and time of the occurrence") == 1
    assert "is still to come" in refused.err or "could be two days: write" in refused.err


def test_instants_in_fields_are_said_by_the_clock_and_zone_of_the_desk(deskterm: Call) -> None:
    """D-09: the simulated desk is in November 2026, whatever the system's clock says."""
    desk = create_desk(deskterm, "campus-it")
    opened = desk("ticket", "new", "Printer", "--incomplete", "--field", "occurred-at=today 13:30", *NINE)
    assert opened.code == 0, opened.err
    stored = desk("ticket", "show", 1001, "--json", *NINE).json["fields"]["occurred-at"]
    assert stored == "2026-11-23T08:00:00Z"  # 13:30 in Kolkata

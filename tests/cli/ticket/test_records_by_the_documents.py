"""What the five documents want kept, found again and shown, done by a person at the command line (D-16)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.procedure.shipped import find_procedure

NINE = ("--now", "2026-11-23T09:00Z")
VENDOR_STATUSES = {
    "Open Issue": "no action has been taken yet",
    "Under Investigation": "carrying out an initial investigation",
    "In Progress": "actively working on the service task",
    "Awaiting Client Info": "requires more information from the requester",
    "Raised with Development": "a development ticket has been raised",
    "Fix in Place Awaiting Release": "in the live site with the next release",
    "Client Sign Off": "waiting for the requester to confirm",
    "Closed/Resolved": "no further action is required",
}
PLATFORM_STATUSES = {
    "New": "ticket number",
    "Triage": "given a severity",
    "Under Review": "by severity and priority",
    "Customer Responded": "The customer wrote",
    "Waiting for Customer": "it is the customer's turn",
    "Work in Progress": "An agent has it and is working on it",
    "Quote Required": "Professional Services",
    "Escalated to Dev": "Development has to help",
    "On Customer Test": "asked the customer to confirm",
    "Pending Closure": "closes in seven days",
    "Closed": "no longer be updated",
    "Planned": "developer who has capacity",
    "Dev in Progress": "A developer is working on it",
    "Dev Done / Waiting for Review": "Dev Lead",
    "Dev Done / Waiting QA Deployment": "next QA release",
    "QA in Progress": "tested on the latest QA release",
    "Ready for Release": "passed QA",
    "Released": "live",
}

CAMPUS_STATUSES = {
    "Registered": "nobody has acted on it yet",
    "In progress": "a support engineer is working on it",
    "Waiting for requester": "something that is needed to go on was asked for",
    "Escalated L1": "senior engineers or administrators",
    "Escalated L2": "head of IT",
    "Resolved": "the requester has been told how",
    "Closed": "kept for future reference",
}
PROVIDER_STATUSES = {
    "New": "nobody has it yet",
    "Assigned": "plans the resolution",
    "In progress": "half hour of first-line work",
    "Waiting for customer": "the client has to answer",
    "Escalated L2": "second line",
    "Escalated L3": "third line",
    "Awaiting confirmation": "whether all works as expected",
    "Closed": "the client confirmed",
}


def create_desk(deskterm: Call, procedure: object) -> Call:
    created = deskterm("init", "--procedure", procedure, "--simulated", *NINE)
    assert created.code == 0, created.err
    return deskterm


def open_ticket(desk: Call, *words: object, subject: str = "x", now: tuple[str, str] = NINE) -> int:
    """Register a ticket; return its number."""
    opened = desk("ticket", "new", subject, "--incomplete", "--email", "ida@larch.example", *words, *now)
    assert opened.code == 0, opened.err
    return int(opened.out.split()[0])


@pytest.mark.parametrize(
    ("procedure", "statuses"),
    [
        pytest.param("software-vendor", VENDOR_STATUSES, marks=pytest.mark.requirement("S1-24")),
        pytest.param("campus-it", CAMPUS_STATUSES, marks=pytest.mark.requirement("S2-24")),
        pytest.param("managed-services", PROVIDER_STATUSES, marks=pytest.mark.requirement("S3-16")),
        pytest.param("saas-platform", PLATFORM_STATUSES, marks=pytest.mark.requirement("S4-11", "S4-12")),
    ],
)
def test_the_statuses_of_the_document_are_read_with_their_meaning_at_the_desk(
    deskterm: Call, procedure: str, statuses: dict[str, str]
) -> None:
    desk = create_desk(deskterm, procedure)
    parts = desk("procedure", "guide", "--json", *NINE).json
    listed = {
        entry["label"]: " ".join(entry["lines"])
        for part in parts
        if part["title"] == "Statuses" or part["title"].endswith(": statuses")
        for entry in part["entries"]
    }
    assert list(listed)[: len(statuses)] == list(statuses)
    for status, meaning in statuses.items():
        assert meaning.casefold() in listed[status].casefold(), status


@pytest.mark.requirement("S1-07")
def test_a_query_and_a_task_have_no_severity_and_are_promised_the_same_without(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    for kind, name in (("support-query", "Support Query"), ("service-task", "Service Task")):
        refused = desk("ticket", "new", "x", "--incomplete", "--type", kind, "--severity", "high", *NINE)
        assert refused.code == 2
        assert f"A {name} has no severity: leave it out." in refused.err
        number = open_ticket(desk, "--type", kind)
        assert desk("ticket", "show", number, "--json", *NINE).json["severity"] is None
        assert "Severity" not in desk("ticket", "show", number, *NINE).out
        changed = desk("ticket", "set", number, "--severity", "high", *NINE)
        assert changed.code != 0
        assert "has no severity" in changed.err
    fault = open_ticket(desk, "--type", "technical-support")
    assert desk("ticket", "set", fault, "--severity", "high", *NINE).code == 0
    assert desk("ticket", "set", fault, "--type", "support-query", *NINE).code == 0
    assert desk("ticket", "show", fault, "--json", *NINE).json["severity"] is None


@pytest.mark.requirement("S2-11", "S2-12")
def test_four_priorities_order_the_queue_and_their_meanings_are_read(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    four = ("low", "normal", "high", "critical")
    numbers = [open_ticket(desk, "--type", "issue", "--priority", priority) for priority in four]
    later = open_ticket(desk, "--type", "issue", "--priority", "high")
    rows = desk("ticket", "list", "--json", *NINE).json
    assert [row["number"] for row in rows] == [numbers[3], numbers[2], later, numbers[1], numbers[0]]
    refused = desk("ticket", "new", "x", "--incomplete", "--type", "issue", "--priority", "urgent", *NINE)
    assert refused.code == 1
    assert all(priority in refused.err for priority in four)
    parts = desk("procedure", "guide", "priority", "--json", *NINE).json
    (scale,) = [part["entries"] for part in parts if part["title"] == "Priority"]
    assert {entry["label"].casefold() for entry in scale} >= set(four)


@pytest.mark.requirement("S2-09", "S5-10", "S5-17")
@pytest.mark.parametrize("procedure", ["campus-it", "web-agency"])
def test_a_ticket_of_years_ago_is_found_by_its_words_and_by_its_subject_as_it_is_now(
    deskterm: Call, procedure: str
) -> None:
    desk = create_desk(deskterm, procedure)
    kind = {"campus-it": "issue", "web-agency": "question"}[procedure]
    number = open_ticket(desk, "--type", kind, "--body", "The thunderbird wants a certificate.", subject="Help")
    answered = desk("ticket", "reply", number, "Choose the fingerprint that ends in 7f.", *NINE)
    assert answered.code == 0, answered.err
    renamed = desk("ticket", "set", number, "--subject", "Certificate of the mail program", *NINE)
    assert renamed.code == 0, renamed.err
    later = ("--now", "2029-11-23T09:00Z")
    for words in ("thunderbird", "fingerprint", "mail program", "certificate thunderbird"):
        found = desk("ticket", "search", *words.split(), "--json", *later).json
        assert [row["number"] for row in found] == [number]
    assert desk("ticket", "search", "umbrella", "--json", *later).json == []
    shown = desk("ticket", "show", number, *later).out
    assert shown.index("The thunderbird wants") < shown.index("Choose the fingerprint")


@pytest.mark.requirement("S5-11")
def test_what_was_done_for_a_client_of_an_agency_is_on_the_ticket_with_its_time(deskterm: Call) -> None:
    desk = create_desk(deskterm, "web-agency")
    number = open_ticket(desk, "--type", "work-request")
    assert desk("ticket", "supply", number, "work-done=The box is on the left now.", *NINE).code == 0
    spent = desk("ticket", "time", number, "40m", "--note", "Moved the box", *NINE)
    assert spent.code == 0, spent.err
    later = ("--now", "2026-12-23T09:00Z")
    assert "The box is on the left now." in desk("ticket", "show", number, *later).out
    listed = desk("ticket", "time", number, *later).out
    assert "Moved the box" in listed
    assert "40m" in listed


@pytest.mark.requirement("S2-17")
def test_a_workaround_is_written_down_and_sent_as_the_way_it_was_resolved(deskterm: Call) -> None:
    desk = create_desk(deskterm, "campus-it")
    number = open_ticket(desk, "--type", "issue")
    assert desk("ticket", "supply", number, "workaround=Print from the library.", *NINE).code == 0
    assert "Print from the library." in desk("ticket", "show", number, *NINE).out
    assert desk("ticket", "reply", number, "We are on it.", "--status", "in-progress", *NINE).code == 0
    done = desk("ticket", "resolve", number, "Please print from the library.", "--code", "workaround", *NINE)
    assert done.code == 0, done.err
    assert desk("ticket", "show", number, "--json", *NINE).json["status"] == "resolved"
    shown = desk("ticket", "show", number, *NINE).out
    assert "Workaround" in shown
    assert "Please print from the library." in [line.strip() for line in shown.splitlines()]


@pytest.mark.requirement("S2-23")
def test_a_senior_engineer_lists_the_requests_of_all_teams_and_an_engineer_none_but_their_own(
    deskterm: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = create_desk(deskterm, "campus-it")
    people = tmp_path / "people.csv"
    people.write_text(
        "login,name,role,roles,team\nsena,Sena,lead,senior-engineer,technical-services\n"
        "raj,Raj,agent,support-engineer,customer-support\n",
        encoding="utf-8",
    )
    assert desk("seed", "agents", people, *NINE).code == 0
    number = open_ticket(desk, "--type", "issue")
    assert desk("ticket", "assign", number, "raj", *NINE).code == 0
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "sena")
    assert [row["number"] for row in desk("people", "overseen", "--json", *NINE).json] == [number]
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "raj")
    refused = desk("people", "overseen", "--json", *NINE)
    assert str(number) not in refused.out


@pytest.mark.requirement("S3-11")
def test_three_levels_are_read_of_which_the_second_comes_to_the_site_on_the_ticket(managed_services: Call) -> None:
    guide = managed_services("procedure", "guide", "levels", "of", "support").out
    levels = [guide.index(level) for level in ("First line", "Level two", "Level three")]
    assert levels == sorted(levels)
    assert levels[1] < guide.index("its agents may come to the premises") < levels[2]
    assert levels[2] < guide.index("its agents need a certificate")
    assert managed_services("ticket", "supply", 1001, "site=12 Gum Street, server room").code == 0
    raised = managed_services("ticket", "escalate", 1001, "--reason", "Somebody has to go there.")
    assert raised.code == 0, raised.err
    shown = managed_services("ticket", "show", 1001, "--json").json
    assert (shown["tier"], shown["fields"]["site"]) == (2, "12 Gum Street, server room")
    assert "12 Gum Street, server room" in managed_services("ticket", "show", 1001).out


@pytest.mark.requirement("S4-25")
def test_the_terms_of_the_trade_are_read_at_the_desk(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    parts = desk("procedure", "guide", "--json", *NINE).json
    (words,) = [part["entries"] for part in parts if part["title"] == "Words"]
    terms = {entry["label"] for entry in words}
    assert terms >= {"Config", "Patch", "Cache", "Error Log", "Audit Log", "WebApp or Tenant"}
    assert all(entry["lines"] for entry in words)
    assert "A customer's own instance of the application." in desk("procedure", "guide", "tenant", *NINE).out


@pytest.mark.parametrize(
    ("procedure", "kind", "status", "label"),
    [
        pytest.param("software-vendor", "support-query", "under-investigation", "Under Investigation",
                     marks=pytest.mark.requirement("S1-49")),
        pytest.param("saas-platform", "issue", "triage", "Triage", marks=pytest.mark.requirement("S4-28")),
        pytest.param("web-agency", "work-request", "in-progress", "In progress",
                     marks=pytest.mark.requirement("S5-18")),
    ],
)  # fmt: skip
def test_a_requester_is_sent_each_new_status_where_the_procedure_says_so(
    deskterm: Call, tmp_path: Path, procedure: str, kind: str, status: str, label: str
) -> None:
    own = tmp_path / "own.toml"
    text = find_procedure(procedure).read_text(encoding="utf-8")
    notice = """
[[notices]]
on = "status"
to = ["requester", "participants"]
template = "how-far"

[[templates]]
key = "how-far"
label = "How far it is"
subject = "[{number}] Now: {status}"
body = "Ticket {number} is now: {status}."

"""
    first = text.index("[[notices]]")
    own.write_text(text[:first] + notice + text[first:], encoding="utf-8")
    for file, expected in ((procedure, []), (own, [f"Ticket 1001 is now: {label}."])):
        desk = create_desk(deskterm, file)
        number = open_ticket(desk, "--type", kind)
        assert desk("ticket", "set", number, "--status", status, *NINE).code == 0
        letters = [letter for letter in desk("outbox", "--json", *NINE).json if letter["on"] == "status"]
        assert [letter["body"].strip() for letter in letters] == expected
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.parametrize(
    "procedure", ["software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency", "open-source",
                  "incident-management"],
)  # fmt: skip
def test_no_number_of_a_requirement_stands_in_what_people_read(deskterm: Call, procedure: str) -> None:
    desk = create_desk(deskterm, procedure)
    assert re.findall(r"S[1-5]-\d\d", desk("procedure", "guide", *NINE).out) == []

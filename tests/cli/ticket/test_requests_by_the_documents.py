"""What the five documents say about requests, done by a person at the command line: D-16."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_call import Answer, Call
from deskterm.procedure.shipped import find_procedure

NINE = ("--now", "2026-11-23T09:00Z")
VENDOR_TYPES = {
    "technical-support": "A user has found an error, flaw or fault",
    "support-query": "A user has a general query",
    "service-task": "a task that the client would usually complete",
}


def create_desk(deskterm: Call, procedure: object) -> Call:
    created = deskterm("init", "--procedure", procedure, "--simulated", *NINE)
    assert created.code == 0, created.err
    return deskterm


def open_ticket(desk: Call, subject: str, *words: object) -> Answer:
    opened = desk("ticket", "new", subject, "--incomplete", *words, *NINE)
    assert opened.code == 0, opened.err
    return opened


def numbers(desk: Call, *words: str) -> list[int]:
    return [row["number"] for row in desk("ticket", "list", *words, "--json", *NINE).json]


@pytest.mark.requirement("S1-01", "S1-02")
def test_anybody_may_raise_each_of_three_types_and_reads_what_it_means(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    for kind, meaning in VENDOR_TYPES.items():
        open_ticket(desk, f"From a stranger: {kind}", "--type", kind, "--email", f"{kind}@nobody.example")
        assert meaning in desk("procedure", "guide", "types", "of", "request", *NINE).out
    refused = desk("ticket", "new", "x", "--type", "complaint", *NINE)
    assert refused.code != 0
    assert all(kind in refused.err for kind in VENDOR_TYPES)
    assert desk("procedure", "guide", "raised by: all users", *NINE).out.count("raised by: All users") == 3


@pytest.mark.parametrize(
    ("procedure", "channels"),
    [
        pytest.param(
            "software-vendor", "portal email phone chat tutorial forum on-site",
            marks=pytest.mark.requirement("S1-35", "S1-36"),
        ),
        pytest.param("campus-it", "phone email walk-in on-site", marks=pytest.mark.requirement("S2-01")),
        pytest.param("managed-services", "phone email portal", marks=pytest.mark.requirement("S3-01")),
        pytest.param("saas-platform", "portal email phone monitoring", marks=pytest.mark.requirement("S4-27")),
    ],
)  # fmt: skip
def test_requests_by_every_channel_stand_in_one_queue_and_say_how_they_came(
    deskterm: Call, procedure: str, channels: str
) -> None:
    desk = create_desk(deskterm, procedure)
    for number, channel in enumerate(channels.split(), 1001):
        open_ticket(desk, f"By {channel}", "--channel", channel, "--email", "ida@larch.example")
        assert desk("ticket", "show", number, "--json", *NINE).json["channel"] == channel
        assert numbers(desk, "--only", f"channel={channel}") == [number]
    assert sorted(numbers(desk)) == [*range(1001, 1001 + len(channels.split()))]
    refused = desk("ticket", "new", "x", "--incomplete", "--channel", "telegraph", *NINE)
    assert refused.code == 1
    assert "There is no channel 'telegraph'" in refused.err


@pytest.mark.requirement("S1-04", "S1-06")
def test_a_fault_has_one_of_four_severities_and_an_impact_beside_it(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor")
    fault = ("--type", "technical-support", "--product", "platform", "--email", "ida@larch.example")
    for number, severity in enumerate(("highest", "high", "medium", "low"), 1001):
        open_ticket(desk, f"{severity} fault", *fault, "--severity", severity, "--impact", "the whole school")
        shown = desk("ticket", "show", number, "--json", *NINE).json
        assert (shown["severity"], shown["priority"]) == (severity, None)
    assert "the whole school" in desk("ticket", "show", 1001, *NINE).out
    meanings = desk("procedure", "guide", "severity", "--json", *NINE).json
    scale = next(part["entries"] for part in meanings if part["title"] == "Severity")
    assert len(scale) == 4
    assert all(entry["lines"] for entry in scale)


@pytest.mark.parametrize(
    ("severity", "words", "example"),
    [
        pytest.param("severity-2", "not being able to invoice or transact", "The whole business cannot send",
                     marks=pytest.mark.requirement("S4-04")),
        pytest.param("severity-3", "impaired, and there is a workaround", "One workflow is broken",
                     marks=pytest.mark.requirement("S4-05")),
        pytest.param("severity-4", "mostly cosmetic, or a discrepancy", "A label is cut off",
                     marks=pytest.mark.requirement("S4-06")),
    ],
)  # fmt: skip
def test_a_severity_is_found_by_its_meaning_and_orders_the_queue(
    deskterm: Call, severity: str, words: str, example: str
) -> None:
    desk = create_desk(deskterm, "saas-platform")
    text = desk("procedure", "guide", *words.replace(",", "").split()[:3], *NINE).out
    assert words in text
    assert example in text
    below = {"severity-2": "severity-3", "severity-3": "severity-4", "severity-4": "severity-4"}[severity]
    open_ticket(desk, "less", "--type", "issue", "--severity", below, "--email", "ida@larch.example")
    open_ticket(desk, "more", "--type", "issue", "--severity", severity, "--email", "ida@larch.example")
    assert numbers(desk) == ([1002, 1001] if below != severity else [1001, 1002])
    assert desk("ticket", "show", 1002, "--json", *NINE).json["severity"] == severity


@pytest.mark.requirement("S4-07")
def test_priority_changes_apart_from_severity_and_moves_no_promise(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    open_ticket(desk, "x", "--type", "issue", "--severity", "severity-3", "--priority", "low", "--email", "a@b.example")
    before = desk("ticket", "show", 1001, "--json", *NINE).json
    assert desk("ticket", "set", 1001, "--priority", "urgent", *NINE).code == 0
    after = desk("ticket", "show", 1001, "--json", *NINE).json
    assert (before["severity"], after["severity"]) == ("severity-3", "severity-3")
    assert (before["priority"], after["priority"]) == ("low", "urgent")
    assert [clock["due_at"] for clock in before["clocks"]] == [clock["due_at"] for clock in after["clocks"]]


@pytest.mark.requirement("S4-02")
def test_each_ticket_is_promised_half_an_hour_and_fifty_working_hours(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    for severity in ("severity-1", "severity-4"):
        rows = desk("sla", "due", "--procedure", "saas-platform", "--start", "2026-11-23T08:45", "--type", "issue",
                    "--severity", severity, "--json").json  # fmt: skip
        found = {row["metric"]: row["due_at"] for row in rows}
        # 50 hours are five days of 8 h 30 min and 7 h 30 min of a sixth (vector D1)
        assert (found["response"], found["resolution"]) == ("2026-11-23T09:15:00Z", "2026-11-30T16:15:00Z")


@pytest.mark.parametrize(
    ("procedure", "field", "values"),
    [
        pytest.param("campus-it", "topic", "troubleshooting maintenance upgrading disposal",
                     marks=pytest.mark.requirement("S2-06")),
        pytest.param("saas-platform", "type", "problem issue guidance change-request feedback",
                     marks=pytest.mark.requirement("S4-08")),
        pytest.param("saas-platform", "topic", "performance bug configuration data-change best-practice",
                     marks=pytest.mark.requirement("S4-08")),
        pytest.param("campus-it", "type", "issue request resource", marks=pytest.mark.requirement("S2-25")),
    ],
)  # fmt: skip
def test_requests_are_told_apart_in_lists_and_exports(
    deskterm: Call, tmp_path: Path, procedure: str, field: str, values: str
) -> None:
    desk = create_desk(deskterm, procedure)
    for value in values.split():
        open_ticket(desk, f"About {value}", f"--{field}", value, "--email", "ida@larch.example")
    for number, value in enumerate(values.split(), 1001):
        assert numbers(desk, "--only", f"{field}={value}") == [number]
    file = tmp_path / "tickets.jsonl"
    assert desk("export", "tickets", "--output", file, *NINE).code == 0
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert [row[field] for row in rows] == values.split()


@pytest.mark.requirement("S2-04")
def test_one_calendar_holds_for_all_channels_and_another_for_one_that_has_its_own(
    deskterm: Call, tmp_path: Path
) -> None:
    own = tmp_path / "campus.toml"
    text = find_procedure("campus-it").read_text(encoding="utf-8")
    first = text.index("[[policies]]")
    counter = """
[calendars.counter]
timezone = "Asia/Kolkata"
no_holidays = true
week.mon = ["16:00-18:00"]

[[policies]]
key = "counter"
label = "At the counter"
when = { channel = "walk-in", priority = "critical" }
calendar = "counter"
targets = { update = "1h" }

"""
    own.write_text(text[:first] + counter + text[first:], encoding="utf-8")
    for procedure, walk_in in (("campus-it", "11:00"), (own, "11:30")):
        desk = create_desk(deskterm, procedure)
        for number, channel in ((1001, "walk-in"), (1002, "phone")):
            open_ticket(desk, channel, "--type", "issue", "--priority", "critical", "--channel", channel,
                        "--email", "ida@larch.example")  # fmt: skip
            assert desk("ticket", "reply", number, "We are on it.", *NINE).code == 0
        due = {row["number"]: row["due_at"] for row in desk("sla", "list", "--json", *NINE).json}
        # Two hours of the desk from 14:30 in Mumbai, or one of the counter from 16:00
        assert due == {1001: f"2026-11-23T{walk_in}:00Z", 1002: "2026-11-23T11:00:00Z"}
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S1-47")
def test_a_procedure_says_who_approved_it_from_when_it_holds_and_that_its_review_is_overdue(
    deskterm: Call, tmp_path: Path
) -> None:
    desk = create_desk(deskterm, "software-vendor")
    assert "Approved by\n    Head of Customer Support" in desk("procedure", "guide", "approved", *NINE).out
    own = tmp_path / "own.toml"
    text = find_procedure("software-vendor").read_text(encoding="utf-8")
    approved = 'approved_by = "Head of Customer Support"\n'
    dates = "effective_from = 2026-11-01\nnext_review = 2020-11-20\n"
    own.write_text(text.replace(approved, approved + dates), encoding="utf-8")
    applied = desk("procedure", "apply", own, *NINE)
    assert applied.code == 0, applied.err
    assert "the procedure was due for review by 2020-11-20" in desk("procedure", "check", own).out
    guide = desk("procedure", "guide", *NINE).out
    assert "Holds from\n    2026-11-01" in guide
    assert "Looked at again by\n    2020-11-20" in guide


@pytest.mark.requirement("S1-48")
def test_a_division_of_the_company_requests_a_task_as_a_client_does(deskterm: Call, tmp_path: Path) -> None:
    desk = create_desk(deskterm, "software-vendor")
    clients = tmp_path / "clients.csv"
    clients.write_text("key,name,domain\nconsulting,Consulting division,consulting.example\n", encoding="utf-8")
    assert desk("seed", "clients", clients, *NINE).code == 0
    open_ticket(desk, "Load last year's courses", "--type", "service-task", "--email", "kim@consulting.example")
    shown = desk("ticket", "show", 1001, "--json", *NINE).json
    assert (shown["type"], shown["organisation"]) == ("service-task", "Consulting division")
    assert numbers(desk, "--match", "Consulting division") == [1001]


@pytest.mark.requirement("S3-17")
def test_whoever_takes_a_ticket_writes_its_resolution_plan_where_colleagues_read_it(managed_services: Call) -> None:
    given = managed_services("ticket", "supply", 1001, "plan=1. Swap the cable. 2. If it stays dark, the switch.")
    assert given.code == 0, given.err
    shown = managed_services("ticket", "show", 1001).out
    assert "Resolution plan" in shown
    assert "1. Swap the cable. 2. If it stays dark, the switch." in shown


@pytest.mark.requirement("S4-17")
def test_a_customer_is_sent_to_the_status_page_with_the_first_letter(deskterm: Call) -> None:
    desk = create_desk(deskterm, "saas-platform")
    open_ticket(desk, "Slow since noon", "--type", "issue", "--email", "ida@larch.example")
    (letter,) = desk("outbox", "--json", *NINE).json
    assert "The state of our servers and services: https://status.example.com" in json.dumps(letter)


@pytest.mark.requirement("S1-08")
def test_a_ticket_names_client_division_and_product_and_only_the_named_manager_decides(
    deskterm: Call, tmp_path: Path
) -> None:
    desk = create_desk(deskterm, "software-vendor")
    clients = tmp_path / "clients.csv"
    clients.write_text("key,name,domain\nlarch,Larch School,larch.example\n", encoding="utf-8")
    assert desk("seed", "clients", clients, *NINE).code == 0
    open_ticket(desk, "Load our courses", "--type", "service-task", "--product", "e-learning", "--email",
                "ida@larch.example", "--field", "client-department=Nursing")  # fmt: skip
    shown = desk("ticket", "show", 1001, *NINE).out
    assert "Larch School" in shown
    assert "Nursing" in shown
    assert numbers(desk, "--only", "product=e-learning") == [1001]
    refused = desk("ticket", "due", 1001, "resolution", "2026-11-27T16:00Z", "--reason", "term begins", *NINE)
    assert refused.code == 1
    assert "Only somebody with the role Customer Excellence Manager may set a due time here" in refused.err

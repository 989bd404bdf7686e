"""What the five documents promise and when, as somebody at the desk reads it (D-16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from deskterm.procedure.shipped import find_procedure

FAULT = ("--type", "technical-support", "--product", "platform")
FRIDAY = "2026-11-20T15:45Z"
SATURDAY = "2026-11-21T12:00Z"
MONDAY = "2026-11-23T10:00Z"


def create_desk(deskterm: Call, procedure: object, now: str) -> Call:
    created = deskterm("init", "--procedure", procedure, "--simulated", "--now", now)
    assert created.code == 0, created.err
    return deskterm


def open_ticket(desk: Call, now: str, *words: object, email: str = "ida@larch.example") -> int:
    """Register a ticket at an instant; return its number."""
    opened = desk("ticket", "new", "x", "--incomplete", "--email", email, *words, "--now", now)
    assert opened.code == 0, opened.err
    return int(opened.out.split()[0])


def due_times(desk: Call, number: int, now: str) -> dict[str, str | None]:
    """Metric → due instant, of the ticket as it is shown."""
    clocks = desk("ticket", "show", number, "--json", "--now", now).json["clocks"]
    return {clock["metric"]: clock["due_at"] for clock in clocks}


def shown_due_times(desk: Call, number: int, now: str) -> dict[str, str]:
    """The label of a clock → its due time, as the list of clocks prints it in the desk's zone."""
    lines = desk("ticket", "show", number, "--now", now).out.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Clock "))
    column = lines[start].index("Due")
    rows = lines[start + 1 : lines.index("", start)]
    return {line.split("  ")[0]: line[column : column + 21].strip() for line in rows}


def change_procedure(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Write a shipped procedure with one text replaced to a file of its own."""
    text = find_procedure(name).read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{name} no longer says {old!r}"
    file = tmp_path / f"own-{name}.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.requirement("S1-09", "S1-10", "S1-11", "S1-12", "S1-14")
def test_a_ticket_of_each_row_of_the_matrix_shows_its_due_times_in_working_hours(deskterm: Call) -> None:
    desk = create_desk(deskterm, "software-vendor", FRIDAY)
    rows = [
        # A quarter of an hour before the weekend, the most severe too: three clocks, none of which counts it
        (FRIDAY, ("--severity", "highest", *FAULT), "Mon 23 Nov 08:15", "Mon 23 Nov 08:45", "Mon 23 Nov 11:45"),
        (FRIDAY, ("--severity", "high", *FAULT), "Mon 23 Nov 08:15", "Mon 23 Nov 11:45", "Tue 24 Nov 15:45"),
        # On a Saturday, when nobody is there: counted from Monday, 08:00
        (SATURDAY, ("--type", "support-query"), "Mon 23 Nov 08:30", "Mon 23 Nov 16:00", "Wed 25 Nov 16:00"),
        # A day is eight hours: ten o'clock to ten o'clock
        (MONDAY, ("--severity", "medium", *FAULT), "Mon 23 Nov 10:30", "Tue 24 Nov 10:00", "Mon 07 Dec 10:00"),
        (MONDAY, ("--severity", "low", *FAULT), "Mon 23 Nov 10:30", "Tue 24 Nov 10:00", ""),
        (MONDAY, ("--type", "service-task"), "Mon 23 Nov 10:30", "Thu 26 Nov 10:00", ""),
    ]  # fmt: skip
    for now, words, *expected in rows:
        shown = shown_due_times(desk, open_ticket(desk, now, *words), now)
        assert list(shown) == ["Response", "Review", "Resolution"]
        assert [due.replace(" 2026", "") if "2026" in due else "" for due in shown.values()] == expected
    explained = desk("sla", "why", 1001, "resolution", "--now", MONDAY).out
    assert "Fri 2026-11-20 16:00 – Mon 2026-11-23 08:00  closed" in explained
    assert "4:00:00 of working time" in explained


@pytest.mark.requirement("S1-13")
def test_a_desk_on_gmt_is_warned_keeps_it_in_summer_and_takes_london_by_one_word(
    deskterm: Call, tmp_path: Path
) -> None:
    july = "2026-07-06T07:30Z"
    london = change_procedure(tmp_path, "software-vendor", '"Etc/GMT"', '"Europe/London"')
    warning = "GMT has no summer time; did you mean Europe/London?"
    for procedure, warned, due, offset in (
        ("software-vendor", True, "2026-07-06T08:30:00Z", "UTC+00:00"),
        # 08:30 in London's summer, when the desk is open already
        (london, False, "2026-07-06T08:00:00Z", "UTC+01:00"),
    ):
        assert (warning in deskterm("procedure", "check", procedure).out) == warned
        desk = create_desk(deskterm, procedure, july)
        number = open_ticket(desk, july, "--type", "support-query")
        assert due_times(desk, number, july)["response"] == due
        assert f"{offset} when due" in desk("sla", "why", number, "response", "--now", july).out
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S1-15")
def test_a_medium_fault_is_due_with_the_next_sprint_and_within_fourteen_days(deskterm: Call, tmp_path: Path) -> None:
    # Sprints begin on every other Monday, 23 November among them, and last two weeks: one that begins tomorrow ends
    # after the fourteen days. With sprints of a week the end of the sprint comes first.
    weekly = change_procedure(tmp_path, "software-vendor", "INTERVAL=2", "INTERVAL=1")
    weekly.write_text(weekly.read_text(encoding="utf-8").replace('length = "14c"', 'length = "7c"'), encoding="utf-8")
    for procedure, due in (
        ("software-vendor", "2026-12-09T10:00:00Z"),  # fourteen days
        (weekly, "2026-12-07T00:00:00Z"),  # the end of the sprint that begins on 30 November
    ):
        now = "2026-11-25T10:00Z"
        desk = create_desk(deskterm, procedure, now)
        number = open_ticket(desk, now, "--severity", "medium", *FAULT)
        assert due_times(desk, number, now)["resolution"] == due
        assert "next sprint" in desk("sla", "why", number, "resolution", "--now", now).out
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S1-23")
def test_no_day_is_a_holiday_as_shipped_which_a_warning_says_and_a_list_changes(deskterm: Call, tmp_path: Path) -> None:
    eve = "2026-12-24T10:00Z"
    english = 'timezone = "Etc/GMT"\nregion = { country = "GB", subdivision = "ENG" }'
    listed = change_procedure(tmp_path, "software-vendor", 'timezone = "Etc/GMT"', english)
    for procedure, warned, due in (
        ("software-vendor", True, "2026-12-29T10:00:00Z"),
        # Christmas is on the Friday, and Boxing Day's holiday on the Monday
        (listed, False, "2026-12-31T10:00:00Z"),
    ):
        assert ("no holidays are configured" in deskterm("procedure", "check", procedure).out) == warned
        desk = create_desk(deskterm, procedure, eve)
        number = open_ticket(desk, eve, "--type", "support-query")
        assert due_times(desk, number, eve)["resolution"] == due
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S1-22")
def test_the_vendor_owes_no_update_until_its_procedure_names_a_time(deskterm: Call, tmp_path: Path) -> None:
    asked = change_procedure(
        tmp_path, "software-vendor", 'targets.response = "30m"', 'targets = { response = "30m", update = "2h" }'
    )
    for procedure, owed in (("software-vendor", None), (asked, "2026-11-23T12:00:00Z")):
        desk = create_desk(deskterm, procedure, MONDAY)
        number = open_ticket(desk, MONDAY, "--severity", "high", *FAULT)
        assert desk("ticket", "reply", number, "We are on it.", "--now", MONDAY).code == 0
        assert due_times(desk, number, MONDAY).get("update") == owed
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S1-19")
def test_the_letter_that_a_request_arrived_answers_only_where_the_procedure_says_so(
    deskterm: Call, tmp_path: Path
) -> None:
    counting = change_procedure(tmp_path, "software-vendor", "\ncount_auto_ack = false", "\ncount_auto_ack = true")
    for procedure, state in (("software-vendor", "running"), (counting, "met")):
        desk = create_desk(deskterm, procedure, MONDAY)
        number = open_ticket(desk, MONDAY, "--type", "support-query")
        assert [letter["on"] for letter in desk("outbox", "--json", "--now", MONDAY).json] == ["registered"]
        clocks = desk("ticket", "show", number, "--json", "--now", MONDAY).json["clocks"]
        assert {clock["metric"]: clock["state"] for clock in clocks} == {
            "response": state, "review": "running", "resolution": "running",
        }  # fmt: skip
        (tmp_path / "desk.sqlite3").unlink()


@pytest.mark.requirement("S2-02", "S2-03", "S2-05")
def test_a_campus_counts_and_shows_its_hours_in_mumbai(deskterm: Call) -> None:
    # Friday, 17:30 in Mumbai: ten minutes of that day, then Saturday from 09:30 to 13:30
    now = "2026-11-20T12:00Z"
    desk = create_desk(deskterm, "campus-it", now)
    number = open_ticket(desk, now, "--type", "issue", "--priority", "critical")
    assert "received Fri 20 Nov 2026 17:30" in desk("ticket", "show", number, "--now", now).out
    assert desk("ticket", "reply", number, "We are on it.", "--now", now).code == 0
    assert shown_due_times(desk, number, now)["Update"] == "Sat 21 Nov 2026 11:20"
    explained = desk("sla", "why", number, "update", "--now", now).out
    assert "Fri 2026-11-20 17:40 – Sat 2026-11-21 09:30  closed" in explained
    assert "UTC+05:30 when due" in explained


@pytest.mark.parametrize(
    ("now", "shown", "due"),
    [
        # Clocks go forward in Sydney on 4 October 2026 and back on 5 April: a day is 24 hours that pass
        ("2026-10-03T02:00Z", "Sun 04 Oct 2026 13:00", "2026-10-04T02:00:00Z"),
        ("2026-04-04T01:00Z", "Sun 05 Apr 2026 11:00", "2026-04-05T01:00:00Z"),
    ],
    ids=["C1", "C2"],
)
@pytest.mark.requirement("S3-03")
def test_a_day_of_service_is_24_hours_that_pass_when_the_clocks_change(
    deskterm: Call, now: str, shown: str, due: str
) -> None:
    desk = create_desk(deskterm, "managed-services", now)
    number = open_ticket(desk, now, "--type", "problem", "--priority", "medium")
    assert due_times(desk, number, now)["resolution"] == due
    assert shown_due_times(desk, number, now)["Resolution"] == shown
    assert "24:00:00" in desk("sla", "why", number, "resolution", "--now", now).out


@pytest.mark.requirement("S3-09")
def test_a_client_with_a_contract_of_its_own_is_promised_what_that_says(deskterm: Call, tmp_path: Path) -> None:
    now = "2026-11-20T00:00Z"
    desk = create_desk(deskterm, "managed-services", now)
    clients = tmp_path / "clients.csv"
    clients.write_text(
        "key,name,domain\nexample-clinic,The clinic,clinic.example\ngum,Gum Tree,gum.example\n", encoding="utf-8"
    )
    assert desk("seed", "clients", clients, "--now", now).code == 0
    for domain, due, policy in (
        ("gum", "2026-11-20T00:15:00Z", "Standard contract"),
        ("clinic", "2026-11-20T00:10:00Z", "Premium contract"),
    ):
        words = ("--type", "problem", "--priority", "critical")
        number = open_ticket(desk, now, *words, email=f"kim@{domain}.example")
        assert due_times(desk, number, now)["response"] == due
        assert f"✓ {policy}" in desk("sla", "why", number, "response", "--now", now).out


@pytest.mark.requirement("S4-01")
def test_a_platforms_evening_ends_at_a_quarter_past_five_and_its_morning_begins_at_a_quarter_to_nine(
    deskterm: Call,
) -> None:
    desk = create_desk(deskterm, "saas-platform", "2026-11-20T17:00Z")
    for now, shown in (
        ("2026-11-20T17:00Z", "Mon 23 Nov 2026 09:00"),  # a Friday: 15 minutes, and 15 on Monday
        ("2026-11-20T17:15Z", "Mon 23 Nov 2026 09:15"),
        ("2026-11-22T12:00Z", "Mon 23 Nov 2026 09:15"),
        ("2026-11-23T08:45Z", "Mon 23 Nov 2026 09:15"),
    ):
        number = open_ticket(desk, now, "--type", "issue", "--severity", "severity-3")
        assert shown_due_times(desk, number, now)["Response"] == shown
    explained = desk("sla", "why", 1001, "resolution", "--now", "2026-11-23T08:45Z").out
    # 50 hours are 5 days of 8 h 30 min and 7 h 30 min more
    assert "50:00:00 of working time" in explained
    assert "08:45 – 17:15" in explained

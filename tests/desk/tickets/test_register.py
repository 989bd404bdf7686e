"""What a request must say, who stands behind it, and how it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.policy.request_fields import IncompleteRequest, Person, parse_people
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.supply import supply_fields
from deskterm.desk.workflow.exemption import exempt, unexempt
from deskterm.desk.workflow.priority_override import override_priority
from deskterm.desk.workflow.severity_confirmation import confirm_severity
from deskterm.errors import DeskError, UsageError
from one_ticket import seen
from shipped_desk import as_, shipped_desk
from small_desk import MONDAY, at

ISSUE: dict[str, Any] = {
    "occurred-at": "2026-11-20 14:00",
    "caller": "Ada Byron <ada@example.org> 022 3131",
    "notify": "requester; Bo Quill <bo@example.org>",
    "resource": "printer on the second floor",
    "first-time": "yes",
    "building": "Main",
    "room": "204",
    "number-affected": "3",
}


def issue(desk: DeskSession, **more: Any) -> int:
    given: dict[str, Any] = {"subject": "It jams", "requester": "Kim Roe", "body": "Paper jam 42", "fields": ISSUE}
    return register(desk, **{**given, "now": MONDAY, **more}).number


@pytest.mark.requirement("S2-08")
def test_all_that_is_missing_is_said_at_once_with_its_kind(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    with pytest.raises(IncompleteRequest) as refused:
        register(desk, subject="It jams", fields={"number-affected": "many"}, now=MONDAY)
    assert refused.value.missing == ("occurred-at", "caller", "notify", "resource", "description")
    assert "Caller (people, as Name <name@example.org>" in str(refused.value)
    assert "Number of people affected is to be a number of 0 or more, not 'many'" in str(refused.value)
    with pytest.raises(IncompleteRequest, match=r"Caller \(Ada\) is to have an e-mail address and a telephone number"):
        issue(desk, fields={**ISSUE, "caller": "Ada"})


@pytest.mark.requirement("S2-08", "S2-05")
def test_caller_requester_and_those_to_be_told_are_three_people(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    ticket = seen(desk, issue(desk))
    assert ticket.row.requester == "Kim Roe"
    assert ticket.fields["caller"] == "Ada Byron <ada@example.org> 022 3131"
    assert ticket.fields["notify"] == "Kim Roe; Bo Quill <bo@example.org>"
    part = {record.state for record in ticket.records if record.kind == "participant"}
    assert part == {"caller", "notify"}
    assert ticket.fields["occurred-at"] == "2026-11-20T08:30:00Z"
    assert ticket.row.received == int(MONDAY.timestamp())  # clocks start there, not at the occurrence
    assert ticket.fields["first-time"] is True
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-15", "S2-08", "S1-03")
def test_what_cannot_be_had_marks_the_ticket_until_it_is_supplied(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    done = register(desk, subject="Where is it?", body="I cannot find it", incomplete=True, now=MONDAY)
    assert "without a product" in done.summary
    assert seen(desk, done.number).flags == ("incomplete",)
    supply_fields(desk, done.number, {"product": "platform"}, now=MONDAY)
    assert seen(desk, done.number).flags == ()
    assert seen(desk, done.number).values["product"] == "platform"


@pytest.mark.requirement("S1-37", "S5-14", "S4-24")
@pytest.mark.parametrize(
    ("procedure", "kind", "asked"),
    [
        ("software-vendor", "technical-support", ("product", "description")),
        ("web-agency", "problem", ("page", "steps")),
        ("saas-platform", "problem", ("business-impact", "steps")),
        ("managed-services", "problem", ("contact-phone",)),
    ],
)
def test_each_type_asks_for_its_own_fields(tmp_path: Any, procedure: str, kind: str, asked: tuple[str, ...]) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure)
    with pytest.raises(IncompleteRequest) as refused:
        register(desk, subject="Broken", type=kind, organisation="larch", now=MONDAY)
    assert refused.value.missing == asked


@pytest.mark.requirement("S5-01")
def test_who_is_no_client_comes_in_by_pre_sales_only(store_url: str) -> None:
    desk = shipped_desk(store_url, "web-agency")
    with pytest.raises(DeskError, match=r"clients only.*Pre-sales enquiry \(enquiry\)"):
        register(desk, subject="What does it cost?", requester="Uma", email="uma@nobody.example", now=MONDAY)
    with pytest.raises(DeskError, match="clients only"):
        register(desk, subject="An invoice", type="enquiry", department="billing", now=MONDAY)
    asked = register(desk, subject="What does it cost?", type="enquiry", email="uma@nobody.example", now=MONDAY)
    by_mail = register(desk, subject="Hello", email="uma@nobody.example", incomplete=True, now=MONDAY)
    assert seen(desk, asked.number).type == seen(desk, by_mail.number).type == "enquiry"
    assert register(desk, subject="How?", email="kim@larch.example", now=MONDAY).number


@pytest.mark.requirement("S5-06", "S5-16")
def test_a_client_may_open_as_many_tickets_as_they_like(tmp_path: Any) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "web-agency")
    numbers = [register(desk, subject=f"Job {n}", email="kim@larch.example", now=MONDAY).number for n in range(25)]
    assert len(set(numbers)) == 25
    assert seen(desk, numbers[-1]).clocks == []


@pytest.mark.requirement("S1-05", "S1-07", "S1-06")
def test_the_severity_that_was_asked_for_stays_beside_the_one_that_was_confirmed(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    wanted: dict[str, Any] = {"product": "platform", "body": "It is down", "impact": "nobody can teach", "now": MONDAY}
    number = register(desk, subject="Down", severity="highest", **wanted).number
    confirm_severity(as_(desk, "sam"), number, now=MONDAY)
    confirm_severity(as_(desk, "kim"), number, "low", reason="cosmetic", now=MONDAY + timedelta(minutes=5))
    ticket = seen(desk, number)
    assert ticket.row.severity == "low"
    assert ticket.values["impact"] == "nobody can teach"
    (record,) = [record for record in ticket.records if record.kind == "severity"]
    assert record.values == {"state": "corrected", "who": "kim", "severity": "low", "requested": "highest"}
    assert [event.actor for event in ticket.events if event.kind == "severity_set"] == ["sam", "kim"]
    with pytest.raises(DeskError, match="has no severity"):
        register(desk, subject="How?", type="support-query", severity="low", **wanted)


@pytest.mark.requirement("S1-03")
def test_a_wrong_type_is_corrected_and_promises_what_the_right_one_does(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register(desk, subject="How?", product="platform", body="How do I?", severity="high", now=MONDAY).number
    done = update.update_ticket(desk, number, type="service-task", reason="a task", now=MONDAY)
    assert {moved.metric for moved in done.moved} >= {"review", "resolution"}
    ticket = seen(desk, number)
    assert (ticket.type, ticket.row.severity) == ("service-task", None)


@pytest.mark.requirement("S2-10", "S2-12")
def test_a_ticket_is_lifted_out_of_its_order_for_a_reason_and_a_number(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = issue(desk, fields={name: value for name, value in ISSUE.items() if name != "number-affected"})
    with pytest.raises(DeskError, match="how many people"):
        override_priority(desk, number, "critical", override="no-alternative", now=MONDAY)
    with pytest.raises(DeskError, match="There is no reason 'because'"):
        override_priority(desk, number, "critical", override="because", affected=1, now=MONDAY)
    override_priority(desk, number, "critical", override="no-alternative", affected=40, note="exam week", now=MONDAY)
    ticket = seen(desk, number)
    assert (ticket.row.priority, ticket.fields["number-affected"]) == ("critical", 40)
    (record,) = [record for record in ticket.records if record.kind == "override"]
    assert (record.state, record.who, record.values["affected"]) == ("no-alternative", "ann", 40)
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-14", "S2-13")
def test_an_exempt_ticket_has_no_clocks_until_it_is_taken_back(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register(desk, subject="Down", product="platform", body="Down", severity="high", now=MONDAY).number
    before = {clock.metric: clock.due for clock in seen(desk, number).clocks}
    with pytest.raises(DeskError, match="exempt a ticket"):
        exempt(as_(desk, "sam"), number, "the power is off", now=MONDAY)
    done = exempt(as_(desk, "lea"), number, "the power is off", now=MONDAY + timedelta(minutes=5))
    assert {moved.new_due for moved in done.moved} == {None}
    ticket = seen(desk, number)
    assert ticket.exempt == "the power is off"
    assert {clock.state for clock in ticket.clocks} == {"cancelled"}
    assert ticket.row.next_due is None
    unexempt(as_(desk, "lea"), number, now=MONDAY + timedelta(minutes=10))
    assert {clock.metric: clock.due for clock in seen(desk, number).clocks} == before
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-14")
def test_the_reasons_of_an_exemption_are_the_procedures(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = issue(desk)
    with pytest.raises(DeskError, match="There is no reason"):
        exempt(desk, number, "no time", now=MONDAY)
    key = desk.procedure.definition.sla.exempt_reasons[0].key
    exempt(desk, number, key, now=MONDAY)
    assert seen(desk, number).exempt == key


@pytest.mark.requirement("S2-05", "S4-09")
def test_a_request_is_taken_in_at_any_hour_and_has_its_own_number(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    sunday = MONDAY + timedelta(days=6, hours=14)
    numbers = [issue(desk, now=sunday, priority="critical"), issue(desk, now=sunday)]
    assert len(set(numbers)) == 2
    assert seen(desk, numbers[0]).row.received == int(sunday.timestamp())


@pytest.mark.requirement("S4-25")
def test_a_tickets_tenant_is_the_clients_unless_it_names_another(store_url: str) -> None:
    from deskterm.desk.directory.seed_people import seed_clients

    desk = shipped_desk(store_url, "saas-platform")
    seed_clients(desk, [{"key": "larch", "name": "Larch Ltd", "tenant": "larch-01"}], now=MONDAY)
    said = {"business-impact": "x", "steps": "y"}
    own = register(desk, subject="A", organisation="larch", fields=said, now=MONDAY).number
    other = register(desk, subject="B", organisation="larch", fields={**said, "tenant": "larch-02"}, now=MONDAY).number
    assert seen(desk, own).fields["tenant"] == "larch-01"
    assert seen(desk, other).fields["tenant"] == "larch-02"


def test_words_of_a_personal_field_stand_apart_from_the_events(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    number = register(desk, subject="Mail", fields={"contact-phone": "02 9999 1234"}, now=MONDAY).number
    ticket = seen(desk, number)
    assert ticket.fields["contact-phone"] == "02 9999 1234"
    assert "9999" not in str([event.data for event in ticket.events])
    with pytest.raises(IncompleteRequest, match="is to be a telephone number, not 'none'"):
        register(desk, subject="Mail", fields={"contact-phone": "none"}, now=MONDAY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ada Byron", [Person("Ada Byron")]),
        ("ada@example.org", [Person("", "ada@example.org")]),
        ("Ada Byron <ada@example.org> +44 20 1234", [Person("Ada Byron", "ada@example.org", "+44 20 1234")]),
        ("Requester; Bo 3131", [Person(requester=True), Person("Bo", None, "3131")]),
        ("Ada, ada@example.org, +44 20 1234; Bo", [Person("Ada", "ada@example.org", "+44 20 1234"), Person("Bo")]),
        ("requester, Bo", [Person(requester=True), Person("Bo")]),
        (
            "Byron, Ada <ada@example.org>, bo@example.org",
            [Person("Byron, Ada", "ada@example.org"), Person("", "bo@example.org")],
        ),
    ],
)
def test_people_are_read_as_somebody_wrote_them_down(text: str, found: list[Person]) -> None:
    assert parse_people(text) == found


@pytest.mark.parametrize("text", ["", ";", "<x>", "a@b@c <d>"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_people(text)


@pytest.mark.requirement("S1-03", "S1-37")
def test_another_type_asks_for_what_that_type_asks_for(store_url: str) -> None:
    desk = shipped_desk(store_url, "saas-platform")
    number = register(
        desk,
        subject="Slow",
        body="Since today.",
        type="feedback",
        requester="Ida",
        email="ida@larch.example",
        now=at(0),
    ).number
    done = update.update_ticket(desk, number, type="issue", now=at(1))
    found = seen(desk, number)
    assert "incomplete" in found.flags
    assert "without Business impact (some words)" in done.summary
    (record,) = [one for one in found.records if one.kind == "missing"]
    assert set(record.values["fields"]) >= {"business-impact", "steps"}
    supply_fields(desk, number, {"business-impact": "Nobody can invoice", "steps": "Press save"}, now=at(2))
    assert "incomplete" not in seen(desk, number).flags
    update.update_ticket(desk, number, type="feedback", now=at(3))
    update.update_ticket(desk, number, type="issue", now=at(4))
    assert "incomplete" not in seen(desk, number).flags, "what was said once is known"
    undo_last_command(desk, number, now=at(5))
    lacks = register(desk, subject="Slow", type="issue", organisation="larch", incomplete=True, now=at(6)).number
    assert "incomplete" in seen(desk, lacks).flags
    update.update_ticket(desk, lacks, type="feedback", now=at(7))
    (record,) = [one for one in seen(desk, lacks).records if one.kind == "missing"]
    assert "business-impact" not in record.values["fields"]
    assert check_integrity(desk.store).findings == ()


def test_a_telephone_number_is_told_once_and_is_one(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    for words in ("+91", "abc", "12"):
        with pytest.raises(UsageError, match="is no telephone number: write it as"):
            register(desk, subject="Mail", requester="Ada", phone=words, now=MONDAY)
    number = register(desk, subject="Mail", requester="Ada", phone="+61 2 5550 1234", now=MONDAY).number
    assert seen(desk, number).fields["contact-phone"] == "+61 2 5550 1234"
    known = register(desk, subject="Again", requester="Ada", now=MONDAY).number
    assert seen(desk, known).fields["contact-phone"] == "+61 2 5550 1234"
    own = register(desk, subject="Thrice", requester="Ada", fields={"contact-phone": "3131"}, now=MONDAY).number
    assert seen(desk, own).fields["contact-phone"] == "3131"


def test_the_code_of_a_country_is_no_number_of_anybody() -> None:
    with pytest.raises(ValueError, match=r"\+91"):
        parse_people("Ada <ada@example.org> +91")
    assert parse_people("Ada <ada@example.org> 3131")[0].phone == "3131"

"""Registration: who may ask for what, and what a new ticket gets from the procedure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.policy.request_fields import IncompleteRequest
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from shipped_desk import open_campus_issue, shipped_desk
from small_desk import MONDAY, at, small_desk
from ticket_reads import clock_state, read_ticket


@pytest.mark.requirement("S5-01")
def test_requesters_who_are_no_clients_reach_pre_sales_only(store_url: str) -> None:
    desk = shipped_desk(store_url, "web-agency")
    with pytest.raises(DeskError, match=r"clients only.*Pre-sales enquiry \(enquiry\)"):
        register(desk, subject="What does it cost?", requester="Uma", email="uma@nobody.example", now=MONDAY)
    with pytest.raises(DeskError, match="clients only"):
        register(desk, subject="An invoice", type="enquiry", department="billing", now=MONDAY)
    asked = register(desk, subject="What does it cost?", type="enquiry", email="uma@nobody.example", now=MONDAY)
    by_mail = register(desk, subject="Hello", email="uma@nobody.example", incomplete=True, now=MONDAY)
    assert read_ticket(desk, asked.number).type == read_ticket(desk, by_mail.number).type == "enquiry"
    assert register(desk, subject="How?", email="kim@larch.example", now=MONDAY).number


@pytest.mark.requirement("S5-06", "S5-16")
def test_a_client_may_open_as_many_tickets_as_they_like(tmp_path: Any) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "web-agency")
    numbers = [register(desk, subject=f"Job {n}", email="kim@larch.example", now=MONDAY).number for n in range(25)]
    assert len(set(numbers)) == 25
    assert read_ticket(desk, numbers[-1]).clocks == []


@pytest.mark.requirement("S2-05", "S4-09")
def test_a_request_is_registered_at_any_hour_under_its_own_number(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    sunday = MONDAY + timedelta(days=6, hours=14)
    numbers = [open_campus_issue(desk, now=sunday, priority="critical"), open_campus_issue(desk, now=sunday)]
    assert len(set(numbers)) == 2
    assert read_ticket(desk, numbers[0]).row.received == int(sunday.timestamp())


@pytest.mark.requirement("S4-25")
def test_a_tickets_tenant_is_the_clients_unless_it_names_another(store_url: str) -> None:
    from deskterm.desk.directory.seed_people import seed_clients

    desk = shipped_desk(store_url, "saas-platform")
    seed_clients(desk, [{"key": "larch", "name": "Larch Ltd", "tenant": "larch-01"}], now=MONDAY)
    said = {"business-impact": "x", "steps": "y"}
    own = register(desk, subject="A", organisation="larch", fields=said, now=MONDAY).number
    other = register(desk, subject="B", organisation="larch", fields={**said, "tenant": "larch-02"}, now=MONDAY).number
    assert read_ticket(desk, own).fields["tenant"] == "larch-01"
    assert read_ticket(desk, other).fields["tenant"] == "larch-02"


def test_the_text_of_a_personal_field_is_not_in_the_events(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    number = register(desk, subject="Mail", fields={"contact-phone": "02 9999 1234"}, now=MONDAY).number
    ticket = read_ticket(desk, number)
    assert ticket.fields["contact-phone"] == "02 9999 1234"
    assert "9999 1234" not in str([event.data for event in ticket.events])
    with pytest.raises(IncompleteRequest, match="is to be a telephone number, not 'none'"):
        register(desk, subject="Mail", fields={"contact-phone": "none"}, now=MONDAY)


def test_a_telephone_number_is_checked_and_kept_for_the_next_request(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    for words in ("+91", "abc", "12"):
        with pytest.raises(UsageError, match="is no telephone number: write it as"):
            register(desk, subject="Mail", requester="Ada", phone=words, now=MONDAY)
    number = register(desk, subject="Mail", requester="Ada", phone="+61 2 5550 1234", now=MONDAY).number
    assert read_ticket(desk, number).fields["contact-phone"] == "+61 2 5550 1234"
    known = register(desk, subject="Again", requester="Ada", now=MONDAY).number
    assert read_ticket(desk, known).fields["contact-phone"] == "+61 2 5550 1234"
    own = register(desk, subject="Thrice", requester="Ada", fields={"contact-phone": "3131"}, now=MONDAY).number
    assert read_ticket(desk, own).fields["contact-phone"] == "3131"


def test_the_type_is_required_where_there_are_several(desk: DeskSession) -> None:
    with pytest.raises(UsageError, match="fault, question"):
        register(desk, subject="x", now=at(0))


def test_a_ticket_may_have_been_received_before_it_is_registered(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", received_at=at(-20), now=at(0))
    assert clock_state(desk, 1001, "response") == ("running", int(at(10).timestamp()))
    with pytest.raises(UsageError, match="received later"):
        register(desk, subject="x", type="fault", received_at=at(5), now=at(0))


def test_words_of_nobody_named_are_the_agents_who_registered_them(store_url: str) -> None:
    """D-13: `ticket show` printed the login of the agent as that of the requester."""
    desk = small_desk(store_url)
    number = register(desk, subject="S", type="fault", body="The line is dead.", now=at(0)).number
    answered = register(desk, subject="T", type="fault", requester="Kim", body="Help", now=at(0)).number
    for one in (number, answered):
        messages.record_customer_message(desk, one, "Still dead.", now=at(1))
    shown = {one: [(said.author_kind, said.author) for said in read_ticket(desk, one).messages]
             for one in (number, answered)}  # fmt: skip
    assert shown == {
        number: [("agent", desk.agent.name), ("requester", "")],
        answered: [("requester", "Kim"), ("requester", "Kim")],
    }
    # The request still waits for an answer: its own words are none
    assert read_ticket(desk, number).row.waiting == "us"
    assert check_integrity(desk.store).findings == ()
    desk.store.close()

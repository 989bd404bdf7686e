"""Publishing the release of a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import items as development
from deskterm.desk.development import releases
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import PersonalText
from deskterm.store.queries.development import load_items, load_releases
from development_items import raise_ready_item
from shipped_desk import as_agent
from small_desk import MONDAY
from ticket_reads import read_ticket

THURSDAY = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
"""The day of a release: every second Thursday from the 8th of January."""


@pytest.mark.requirement("S4-18", "S4-19")
def test_a_release_moves_all_its_tickets_and_keeps_its_notes(desk: DeskSession) -> None:
    first, second = raise_ready_item(desk, "Invoices fail"), raise_ready_item(desk, "Invoices are late")
    later = raise_ready_item(desk, "Totals are wrong", "2026-12-10")
    waiting = register(desk, subject="The same here", body="x", type="guidance", requester="Uwe",
                       email="uwe@birch.example", organisation="birch", now=MONDAY).number  # fmt: skip
    development.join_item(desk, waiting, first, now=MONDAY)
    lea = as_agent(desk, "lea")
    with pytest.raises(UsageError, match="a release goes out with its notes"):
        releases.publish_release(lea, "2026-11-26", notes=" ", now=THURSDAY)
    with pytest.raises(DeskError, match="is yet to come: put it out on its day"):
        releases.publish_release(lea, "2026-11-26", notes="Invoices save again", now=MONDAY)
    with pytest.raises(DeskError, match="may not put a release out"):
        releases.publish_release(as_agent(desk, "sam"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    release = releases.publish_release(lea, "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert (release.items, [result.number for result in release.results]) == (2, [first, second, waiting])
    for number in (first, second, waiting):
        found = read_ticket(desk, number)
        assert found.row.status == "on-customer-test"
        assert "development" not in found.flags
        (record,) = (record for record in found.records if record.kind == "release")
        assert (record.key, record.state, record.who) == ("2026-11-26", "out", "lea")
        with desk.store.reading() as session:
            text = session.get(PersonalText, record.values["notes"])
        assert text is not None
        assert text.body == "Invoices save again"
    assert read_ticket(desk, later).row.status == "escalated-to-dev"
    with pytest.raises(
        DeskError, match=r"Nothing is scheduled to the release of 2026-11-26.*next release is on 2026-12-10"
    ):
        releases.publish_release(lea, "2026-11-26", notes="again", now=THURSDAY)


@pytest.mark.requirement("S4-19")
def test_the_requesters_of_a_release_get_a_letter_with_its_notes(desk: DeskSession) -> None:
    number = raise_ready_item(desk, "Invoices fail")
    releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    letters = [record for record in read_ticket(desk, number).records if record.kind == "letter"]
    assert "released" in [letter.values.get("on") for letter in letters]
    letter = next(message.body for message in read_ticket(desk, number).messages if "is live" in message.body)
    assert "release 2026-11-26 is live" in letter
    assert "What is new in it:\n\nInvoices save again\n" in letter


def test_a_closed_ticket_stays_closed_when_its_item_is_released(desk: DeskSession) -> None:
    number = raise_ready_item(desk, "Invoices fail")
    with desk.ticket(number, "move", MONDAY) as work:
        work.append("moved", {"status": (work.state.status, "closed")})
    releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert read_ticket(desk, number).row.status == "closed"


@pytest.mark.requirement("S4-19", "S4-15")
def test_the_requester_of_a_closed_ticket_gets_no_letter_about_the_release(desk: DeskSession) -> None:
    number = raise_ready_item(desk, "Invoices fail")
    values: dict[str, Any] = {"requester": "Ola", "email": "ola@larch.example", "organisation": "larch"}
    duplicate = register(desk, subject="The same", body="x", type="guidance", **values, now=MONDAY).number
    joined = development.join_item(desk, duplicate, number, now=MONDAY)
    assert f"{duplicate} waits for item 1 of {number}: Ready for Release" in joined.summary
    with open_reader(desk.store.url) as reader:
        assert load_items(reader)[0].tickets == [duplicate]
    with desk.ticket(duplicate, "move", MONDAY) as work:
        work.append("moved", {"status": (work.state.status, "closed")})
    with open_reader(desk.store.url) as reader:
        assert load_items(reader)[0].tickets == []
    release = releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert [result.number for result in release.results] == [number]
    assert "released" not in [
        record.values["on"] for record in read_ticket(desk, duplicate).records if record.kind == "letter"
    ]
    assert read_ticket(desk, duplicate).row.status == "closed"


def test_the_list_of_releases_says_who_put_the_last_part_out(desk: DeskSession) -> None:
    first = raise_ready_item(desk, "Invoices fail")
    releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    second = raise_ready_item(desk, "Invoices are late")
    releases.publish_release(desk, "2026-11-26", notes="And in time", now=THURSDAY + timedelta(hours=1))
    with open_reader(desk.store.url) as reader:
        (release,) = load_releases(reader)
    assert (release.who, release.notes) == (desk.agent.login, "And in time")
    assert {number for number, _ in release.items} == {first, second}

"""Releases: what is ready for a day goes out as one, and its tickets are the customers' to test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, releases
from deskterm.desk.development import items as development
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.sla_terms import find_next_release
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.development import load_items
from shipped_desk import as_agent, finish_checklist, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket

THURSDAY = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
"""The day of a release: every second Thursday from the 8th of January."""


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = shipped_desk(store_url, "saas-platform")
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def ready(desk: DeskSession, subject: str, day: str | None = "2026-11-26") -> int:
    """A ticket whose item has passed review and QA, and is scheduled."""
    fields = {"business-impact": "No invoices go out", "steps": "Save"}
    number = register(desk, subject=subject, body="x", type="issue", requester="Ida", email="ida@larch.example",
                      organisation="larch", fields=fields, now=MONDAY).number  # fmt: skip
    update.move(desk, number, "triage", now=MONDAY)
    finish_checklist(desk, number, "to-development", "code-change", MONDAY)
    development.raise_item(desk, number, now=MONDAY)
    for login, state in (
        ("developer", "dev-in-progress"),
        ("developer", "waiting-for-review"),
        ("dev-lead", "waiting-qa-deployment"),
        ("qa", "qa-in-progress"),
        ("qa", "ready-for-release"),
    ):
        item_workflow.move_item(as_agent(desk, login), number, state, now=MONDAY)
    if day is not None:
        item_workflow.schedule_item(desk, number, day, now=MONDAY)
    return number


@pytest.mark.requirement("S4-18", "S4-19")
def test_a_release_moves_all_its_tickets_to_customer_test_and_keeps_its_notes(desk: DeskSession) -> None:
    first, second = ready(desk, "Invoices fail"), ready(desk, "Invoices are late")
    later = ready(desk, "Totals are wrong", "2026-12-10")
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
    out = releases.publish_release(lea, "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert (out.items, [done.number for done in out.results]) == (2, [first, second, waiting])
    for number in (first, second, waiting):
        found = read_ticket(desk, number)
        assert found.row.status == "on-customer-test"
        assert "development" not in found.flags
        (kept,) = (record for record in found.records if record.kind == "release")
        assert (kept.key, kept.state, kept.who) == ("2026-11-26", "out", "lea")
        with desk.store.reading() as session:
            from deskterm.store.db.tables import PersonalText

            text = session.get(PersonalText, kept.values["notes"])
        assert text is not None
        assert text.body == "Invoices save again"
    assert read_ticket(desk, later).row.status == "escalated-to-dev"
    with pytest.raises(
        DeskError, match=r"Nothing is scheduled to the release of 2026-11-26.*next release is on 2026-12-10"
    ):
        releases.publish_release(lea, "2026-11-26", notes="again", now=THURSDAY)


@pytest.mark.requirement("S4-19")
def test_everybody_whose_ticket_is_in_the_release_is_written_to(desk: DeskSession) -> None:
    number = ready(desk, "Invoices fail")
    releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    letters = [record for record in read_ticket(desk, number).records if record.kind == "letter"]
    assert "released" in [letter.values.get("on") for letter in letters]
    told = next(message.body for message in read_ticket(desk, number).messages if "is live" in message.body)
    assert "release 2026-11-26 is live" in told
    assert "What is new in it:\n\nInvoices save again\n" in told


@pytest.mark.requirement("S4-18", "S4-19")
def test_items_are_scheduled_to_releases_of_the_calendar_and_fall_out_when_they_go_back(desk: DeskSession) -> None:
    number = ready(desk, "Invoices fail", None)
    with pytest.raises(DeskError, match=r"No release to come is on '2026-11-27': choose from 2026-11-26, 2026-12-10"):
        item_workflow.schedule_item(desk, number, "2026-11-27", now=MONDAY)
    assert find_next_release(desk.procedure.definition, desk.procedure.terms, int(MONDAY.timestamp())) == "2026-11-26"
    item_workflow.schedule_item(desk, number, "2026-11-26", now=MONDAY)
    with pytest.raises(DeskError, match="scheduled so already"):
        item_workflow.schedule_item(desk, number, "2026-11-26", now=MONDAY)
    with desk.ticket(number, "develop", MONDAY) as work:  # a status from which one may go back
        changes = build_record_change(work.state.records, "item", "1", state="qa-in-progress")
        work.append("item_moved", changes, item="1")
    item_workflow.move_item(desk, number, "dev-in-progress", now=MONDAY)
    (item,) = (record for record in read_ticket(desk, number).records if record.kind == "item")
    assert ("release" in item.values, item.due) == (False, None)


def test_a_closed_ticket_stays_closed_when_its_item_goes_out(desk: DeskSession) -> None:
    number = ready(desk, "Invoices fail")
    with desk.ticket(number, "move", MONDAY) as work:
        work.append("moved", {"status": (work.state.status, "closed")})
    releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert read_ticket(desk, number).row.status == "closed"


@pytest.mark.requirement("S4-19", "S4-15")
def test_a_duplicate_that_waited_for_the_item_is_not_written_to(desk: DeskSession) -> None:
    number = ready(desk, "Invoices fail")
    twin = register(desk, subject="The same", body="x", type="guidance", requester="Ola", email="ola@larch.example",
                    organisation="larch", now=MONDAY).number  # fmt: skip
    joined = development.join_item(desk, twin, number, now=MONDAY)
    assert f"{twin} waits for item 1 of {number}: Ready for Release" in joined.summary
    with open_reader(desk.store.url) as reader:
        assert load_items(reader)[0].tickets == [twin]
    with desk.ticket(twin, "move", MONDAY) as work:
        work.append("moved", {"status": (work.state.status, "closed")})
    with open_reader(desk.store.url) as reader:
        assert load_items(reader)[0].tickets == []
    out = releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Invoices save again", now=THURSDAY)
    assert [done.number for done in out.results] == [number]
    assert "released" not in [one.values["on"] for one in read_ticket(desk, twin).records if one.kind == "letter"]
    assert read_ticket(desk, twin).row.status == "closed"


@pytest.mark.requirement("S1-29")
def test_the_answer_says_where_a_ticket_went_with_its_item(desk: DeskSession) -> None:
    number = register(desk, subject="Slow", body="x", type="guidance", organisation="larch", now=MONDAY).number
    update.move(desk, number, "triage", now=MONDAY)
    finish_checklist(desk, number, "to-development", "code-change", MONDAY)
    assert "; the ticket is now " in development.raise_item(desk, number, now=MONDAY).summary

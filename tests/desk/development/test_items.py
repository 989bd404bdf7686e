"""Development items: raised after the checklist, signed, decided on, joined by other tickets, and mirrored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.history import undo
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import RecordView, load_records, load_ticket_detail
from shipped_desk import as_agent, finish_checklist, shipped_desk
from small_desk import at


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = shipped_desk(store_url, "saas-platform")
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def ticket(desk: DeskSession, subject: str = "Saving an invoice ends in an error", minute: int = 0) -> int:
    fields = {"business-impact": "No invoices go out", "steps": "Save"}
    made = register(
        desk, subject=subject, type="issue", requester="Ida", organisation="larch", fields=fields, now=at(minute)
    )
    update.move(desk, made.number, "triage", now=at(minute))
    return made.number


def raised(desk: DeskSession, route: str = "code-change", minute: int = 1) -> int:
    number = ticket(desk)
    finish_checklist(desk, number, "to-development", route, at(minute))
    items.raise_item(desk, number, now=at(minute))
    return number


def item(desk: DeskSession, number: int, kind: str = "item") -> RecordView:
    with open_reader(desk.store.url) as reader:
        (found,) = load_records(reader, number, kind)
    return found


def status(desk: DeskSession, number: int) -> str:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found.row.status


def to_qa(desk: DeskSession, number: int, minute: int = 2) -> None:
    """As far as QA, by those who may."""
    for login, state in (
        ("developer", "dev-in-progress"),
        ("developer", "waiting-for-review"),
        ("dev-lead", "waiting-qa-deployment"),
        ("qa", "qa-in-progress"),
    ):
        item_workflow.move_item(as_agent(desk, login), number, state, now=at(minute))


@pytest.mark.requirement("S4-12", "S4-18")
def test_a_checklist_comes_before_development_and_says_the_route(desk: DeskSession) -> None:
    number = ticket(desk)
    with pytest.raises(DeskError, match=r"First go through “Before it goes to development”\. Left: The impact is capt"):
        items.raise_item(desk, number, now=at(1))
    finish_checklist(desk, number, "to-development", "performance", at(1))
    done = items.raise_item(desk, number, url="https://dev.example/4", system="Tracker", now=at(2))
    assert done.summary.startswith("1001: Development item 1 raised (Performance and infrastructure), Planned")
    found = item(desk, number)
    assert (found.state, found.values["route"], found.values["url"]) == (
        "planned",
        "performance",
        "https://dev.example/4",
    )
    assert status(desk, number) == "escalated-to-dev"
    with open_reader(desk.store.url) as reader:
        shown = load_ticket_detail(reader, number)
    assert shown is not None
    assert "development" in shown.flags
    with pytest.raises(UsageError, match="is no address"):
        items.raise_item(desk, number, url="dev.example", now=at(3))


@pytest.mark.requirement("S4-12", "S4-18")
def test_nothing_passes_review_or_qa_without_the_signature_of_its_role(desk: DeskSession) -> None:
    number = raised(desk)
    with pytest.raises(DeskError, match=r"From Planned an item cannot go to Released; it can go to: Dev in Progress\."):
        item_workflow.move_item(desk, number, "released", now=at(2))
    item_workflow.move_item(desk, number, "dev-in-progress", now=at(2))
    item_workflow.move_item(desk, number, "waiting-for-review", now=at(3))
    for nobody in ("sam", "ann", "qa"):
        with pytest.raises(DeskError, match="Only somebody with the role Dev Lead may sign work off here"):
            item_workflow.move_item(as_agent(desk, nobody), number, "waiting-qa-deployment", now=at(4))
    item_workflow.move_item(as_agent(desk, "dev-lead"), number, "waiting-qa-deployment", now=at(4))
    item_workflow.move_item(as_agent(desk, "sam"), number, "qa-in-progress", now=at(5))
    with pytest.raises(DeskError, match="only what is Ready for Release can be scheduled"):
        item_workflow.schedule_item(desk, number, "2026-11-26", now=at(6))
    with pytest.raises(DeskError, match="Only somebody with the role QA may approve a release here"):
        item_workflow.move_item(as_agent(desk, "dev-lead"), number, "ready-for-release", now=at(6))
    item_workflow.move_item(as_agent(desk, "qa"), number, "ready-for-release", now=at(6))
    signed = [(one["status"], one["who"]) for one in item(desk, number).values["approvals"]]
    assert signed == [("waiting-for-review", "dev-lead"), ("qa-in-progress", "qa")]
    with pytest.raises(DeskError, match=r"Released is said by a release: schedule the item"):
        item_workflow.move_item(desk, number, "released", now=at(7))


@pytest.mark.requirement("S4-18")
def test_what_goes_back_loses_the_signatures_that_it_has_to_get_again(desk: DeskSession) -> None:
    number = raised(desk)
    to_qa(desk, number)
    item_workflow.move_item(
        as_agent(desk, "sam"), number, "dev-in-progress", reason="fails on empty invoices", now=at(3)
    )
    assert "approvals" not in item(desk, number).values
    with pytest.raises(DeskError, match="cannot go to Ready for Release"):
        item_workflow.move_item(as_agent(desk, "qa"), number, "ready-for-release", now=at(4))


@pytest.mark.requirement("S4-18")
def test_the_question_of_a_route_is_answered_once_and_leads_on(desk: DeskSession) -> None:
    number = raised(desk, "performance")
    done = item_workflow.decide_item(desk, number, True, now=at(2))
    assert done.summary == "1001: item 1: Does it take a code change? yes. goes on as Code change or bug fix"
    assert item(desk, number).values["route"] == "code-change"
    other = raised(desk, "data-correction", minute=3)
    done = item_workflow.decide_item(desk, other, False, now=at(4))
    assert done.summary.endswith("no. It goes on as a data correction task until it is resolved.")
    with pytest.raises(DeskError, match="was answered already: no"):
        item_workflow.decide_item(desk, other, True, now=at(5))
    done = item_workflow.end_item(desk, other, reason="corrected and validated", now=at(6))
    assert (item(desk, other).state, "flag" in item(desk, other).values) == ("ended", False)
    with pytest.raises(DeskError, match="has ended: raise another one"):
        item_workflow.move_item(desk, other, "dev-in-progress", now=at(7))


@pytest.mark.requirement("S4-12", "S1-29")
def test_other_tickets_wait_for_the_same_item_and_move_with_it(desk: DeskSession) -> None:
    home, other = raised(desk), ticket(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, home, now=at(3))
    assert (status(desk, other), item(desk, other, "joined").state) == ("escalated-to-dev", "planned")
    item_workflow.move_item(desk, other, "dev-in-progress", now=at(4))  # named by the ticket that waits for it
    assert (item(desk, home).state, item(desk, other, "joined").state) == ("dev-in-progress",) * 2
    with pytest.raises(DeskError, match=f"Ticket {other} waits for item 1 of {home} already"):
        items.join_item(desk, other, home, now=at(5))
    with pytest.raises(DeskError, match="has no development item"):
        item_workflow.move_item(desk, ticket(desk, minute=6), "dev-in-progress", now=at(6))


@pytest.mark.requirement("S1-28", "S1-29")
def test_only_a_genuine_software_issue_goes_to_the_vendors_developers_and_they_move_the_ticket(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    register(desk, subject="Wrong totals", requester="Ida", organisation="larch", type="technical-support",
             product="platform", body="See the sheet", now=at(0))  # fmt: skip
    update.move(desk, 1001, "under-investigation", now=at(1))
    finish_checklist(desk, 1001, "software-issue", "user-error", at(2))
    with pytest.raises(DeskError, match="ended in User error: only Software issue goes to development"):
        items.raise_item(desk, 1001, now=at(3))
    finish_checklist(desk, 1001, "software-issue", "software-issue", at(4))
    items.raise_item(desk, 1001, system="Tracker", reference="DEV-7", url="https://dev.example/DEV-7", now=at(5))
    assert status(desk, 1001) == "raised-with-development"
    item_workflow.move_item(desk, 1001, "done", now=at(6))
    assert status(desk, 1001) == "fix-in-place"
    item_workflow.move_item(desk, 1001, "released", now=at(7))
    assert status(desk, 1001) == "client-sign-off"
    found = item(desk, 1001)
    assert (found.state, found.values["reference"], "flag" in found.values) == ("released", "DEV-7", False)
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_a_rule_raises_an_item_where_none_is_under_way(desk: DeskSession) -> None:
    number = ticket(desk)
    with desk.ticket(number, "develop", at(1)) as work:
        assert (
            items.raise_item_by_rule(work, "change-request") == "Development item 1 raised (Change or feature request)"
        )
        assert items.raise_item_by_rule(work, "change-request") == ""
    assert item(desk, number).values["route"] == "change-request"


def test_a_move_of_an_item_is_taken_back_on_all_tickets_that_wait_for_it(desk: DeskSession) -> None:
    home, other = raised(desk), ticket(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, home, now=at(3))
    item_workflow.move_item(desk, home, "dev-in-progress", now=at(4))
    undo.undo_last_command(desk, other, now=at(5))
    assert (item(desk, home).state, item(desk, other, "joined").state) == ("planned", "planned")

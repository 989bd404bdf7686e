"""Raising development items, and joining further tickets to one."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.development import items as development
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from development_items import raise_item, read_item, register_issue
from shipped_desk import finish_checklist, shipped_desk
from small_desk import MONDAY, at
from ticket_reads import read_ticket


@pytest.mark.requirement("S4-12", "S4-18")
def test_the_checklist_before_development_decides_the_route(desk: DeskSession) -> None:
    number = register_issue(desk)
    with pytest.raises(DeskError, match=r"First go through “Before it goes to development”\. Left: The impact is capt"):
        items.raise_item(desk, number, now=at(1))
    finish_checklist(desk, number, "to-development", "performance", at(1))
    result = items.raise_item(desk, number, url="https://dev.example/4", system="Tracker", now=at(2))
    assert result.summary.startswith("1001: Development item 1 raised (Performance and infrastructure), Planned")
    record = read_item(desk, number)
    assert (record.state, record.values["route"], record.values["url"]) == (
        "planned",
        "performance",
        "https://dev.example/4",
    )
    assert read_ticket(desk, number).row.status == "escalated-to-dev"
    with open_reader(desk.store.url) as reader:
        detail = load_ticket_detail(reader, number)
    assert detail is not None
    assert "development" in detail.flags
    with pytest.raises(UsageError, match="is no address"):
        items.raise_item(desk, number, url="dev.example", now=at(3))


@pytest.mark.requirement("S4-12", "S1-29")
def test_further_tickets_join_an_item_and_move_with_it(desk: DeskSession) -> None:
    origin, other = raise_item(desk), register_issue(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, origin, now=at(3))
    assert (read_ticket(desk, other).row.status, read_item(desk, other, "joined").state) == (
        "escalated-to-dev",
        "planned",
    )
    item_workflow.move_item(desk, other, "dev-in-progress", now=at(4))  # through the ticket that joined it
    assert (read_item(desk, origin).state, read_item(desk, other, "joined").state) == ("dev-in-progress",) * 2
    with pytest.raises(DeskError, match=f"Ticket {other} waits for item 1 of {origin} already"):
        items.join_item(desk, other, origin, now=at(5))
    with pytest.raises(DeskError, match="has no development item"):
        item_workflow.move_item(desk, register_issue(desk, minute=6), "dev-in-progress", now=at(6))


@pytest.mark.requirement("S1-28", "S1-29")
def test_only_a_checklist_with_the_right_outcome_leads_to_development(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    register(desk, subject="Wrong totals", requester="Ida", organisation="larch", type="technical-support",
             product="platform", body="See the sheet", now=at(0))  # fmt: skip
    update.move(desk, 1001, "under-investigation", now=at(1))
    finish_checklist(desk, 1001, "software-issue", "user-error", at(2))
    with pytest.raises(DeskError, match="ended in User error: only Software issue goes to development"):
        items.raise_item(desk, 1001, now=at(3))
    finish_checklist(desk, 1001, "software-issue", "software-issue", at(4))
    items.raise_item(desk, 1001, system="Tracker", reference="DEV-7", url="https://dev.example/DEV-7", now=at(5))
    assert read_ticket(desk, 1001).row.status == "raised-with-development"
    item_workflow.move_item(desk, 1001, "done", now=at(6))
    assert read_ticket(desk, 1001).row.status == "fix-in-place"
    item_workflow.move_item(desk, 1001, "released", now=at(7))
    assert read_ticket(desk, 1001).row.status == "client-sign-off"
    record = read_item(desk, 1001)
    assert (record.state, record.values["reference"], "flag" in record.values) == ("released", "DEV-7", False)
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_a_rule_raises_an_item_only_where_none_is_in_progress(desk: DeskSession) -> None:
    number = register_issue(desk)
    with desk.ticket(number, "develop", at(1)) as work:
        assert (
            items.raise_item_by_rule(work, "change-request") == "Development item 1 raised (Change or feature request)"
        )
        assert items.raise_item_by_rule(work, "change-request") == ""
    assert read_item(desk, number).values["route"] == "change-request"


@pytest.mark.requirement("S1-29")
def test_the_summary_names_the_status_that_the_item_moved_the_ticket_to(desk: DeskSession) -> None:
    number = register(desk, subject="Slow", body="x", type="guidance", organisation="larch", now=MONDAY).number
    update.move(desk, number, "triage", now=MONDAY)
    finish_checklist(desk, number, "to-development", "code-change", MONDAY)
    assert "; the ticket is now " in development.raise_item(desk, number, now=MONDAY).summary

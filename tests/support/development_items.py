"""Tickets with development items, on a desk by the saas-platform procedure."""

from __future__ import annotations

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import RecordView, load_records
from shipped_desk import as_agent, finish_checklist
from small_desk import MONDAY, at


def register_issue(desk: DeskSession, subject: str = "Saving an invoice ends in an error", minute: int = 0) -> int:
    """Register an issue in triage, from which an item can be raised; return its number."""
    fields = {"business-impact": "No invoices go out", "steps": "Save"}
    number = register(
        desk, subject=subject, type="issue", requester="Ida", organisation="larch", fields=fields, now=at(minute)
    ).number
    update.move(desk, number, "triage", now=at(minute))
    return number


def raise_item(desk: DeskSession, route: str = "code-change", minute: int = 1) -> int:
    """Register an issue and raise an item from it; return the number of the ticket."""
    number = register_issue(desk)
    finish_checklist(desk, number, "to-development", route, at(minute))
    items.raise_item(desk, number, now=at(minute))
    return number


def move_to_qa(desk: DeskSession, number: int, minute: int = 2) -> None:
    """Move the item of a ticket to QA, by the agents with the roles for it."""
    for login, status in (
        ("developer", "dev-in-progress"),
        ("developer", "waiting-for-review"),
        ("dev-lead", "waiting-qa-deployment"),
        ("qa", "qa-in-progress"),
    ):
        item_workflow.move_item(as_agent(desk, login), number, status, now=at(minute))


def read_item(desk: DeskSession, number: int, kind: str = "item") -> RecordView:
    """Read the only item of a ticket; kind: `joined` for one of another ticket."""
    with open_reader(desk.store.url) as reader:
        (found,) = load_records(reader, number, kind)
    return found


def raise_ready_item(desk: DeskSession, subject: str, day: str | None = "2026-11-26") -> int:
    """Register a ticket whose item has passed review and QA. day: the release to schedule it to, None for none."""
    fields = {"business-impact": "No invoices go out", "steps": "Save"}
    number = register(desk, subject=subject, body="x", type="issue", requester="Ida", email="ida@larch.example",
                      organisation="larch", fields=fields, now=MONDAY).number  # fmt: skip
    update.move(desk, number, "triage", now=MONDAY)
    finish_checklist(desk, number, "to-development", "code-change", MONDAY)
    items.raise_item(desk, number, now=MONDAY)
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

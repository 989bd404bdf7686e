"""Transition rules: what a status requires holds for rules and development too, and blocked moves are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items, releases
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import assignment, reopening, resolution, update
from deskterm.desk.workflow import checklists
from deskterm.desk.workflow.transition_rules import NeedsReply
from deskterm.errors import DeskError
from deskterm.procedure.schema import DevStatus, Procedure, Rule
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import EventView, load_ticket_detail
from shipped_desk import as_agent, finish_checklist, shipped_desk
from small_desk import at
from store_templates import load_shipped
from ticket_reads import DeskFactory, notices_to, open_ticket, read_clock_states, read_ticket

DeskByProcedure = Callable[..., DeskSession]


@pytest.fixture
def open_desk_by(store_url: str) -> Iterator[DeskByProcedure]:
    desks: list[DeskSession] = []

    def open_with(name: str, **changes: Any) -> DeskSession:
        desks.append(shipped_desk(store_url, name, **changes))
        return desks[-1]

    yield open_with
    for desk in desks:
        assert check_integrity(desk.store).findings == ()
        desk.store.close()


def shipped_procedure(name: str) -> Procedure:
    return load_shipped(name)


def blocked_moves(desk: DeskSession, number: int) -> list[EventView]:
    """The events of moves that a rule or development could not make."""
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return [event for event in found.events if event.kind == "kept_back"]


def with_customer_test(procedure: Procedure, **changes: Any) -> dict[str, Any]:
    """The statuses of a procedure, with changes to the one in which the requester tests a release."""
    return {
        "statuses": tuple(
            status.model_copy(update=changes) if status.key == "on-customer-test" else status
            for status in procedure.statuses
        )
    }


def open_ticket_ready_for_release(desk: DeskSession) -> int:
    number = open_ticket(desk, type="issue", organisation="larch")
    update.move(desk, number, "triage", now=at(1))
    finish_checklist(desk, number, "to-development", "code-change", at(2))
    items.raise_item(desk, number, now=at(3))
    for login, state in (
        ("developer", "dev-in-progress"),
        ("developer", "waiting-for-review"),
        ("dev-lead", "waiting-qa-deployment"),
        ("qa", "qa-in-progress"),
        ("qa", "ready-for-release"),
    ):
        item_workflow.move_item(as_agent(desk, login), number, state, now=at(4))
    item_workflow.schedule_item(desk, number, "2026-11-26", now=at(5))
    return number


@pytest.mark.requirement("S2-18")
def test_a_rule_does_not_resolve_a_ticket_without_a_resolution(open_desk_by: DeskByProcedure) -> None:
    rule = Rule(key="done", label="Low is done", on="priority-change", when={"priority": "low"}, status="resolved")
    desk = open_desk_by("campus-it", rules=(rule,))
    number = open_ticket(desk)
    assignment.assign(desk, number, "sam", now=at(1))
    done = update.update_ticket(desk, number, priority="low", now=at(2))
    assert read_ticket(desk, number).row.status == "registered"
    assert "stays Registered: Resolved needs a word on how it was resolved" in done.summary
    (event,) = blocked_moves(desk, number)
    assert (event.data["status"], event.data["by_rule"]) == ("resolved", "done")
    assert any(what.startswith("did not go to Resolved: Resolved needs a word") for what in notices_to(desk, "sam"))
    undo_last_command(desk, number, now=at(3))
    update.move(desk, number, "in-progress", now=at(4))
    resolution.resolve(desk, number, "A new lamp.", code="solved", status="resolved", now=at(5))
    reopening.reopen(desk, number, "dark again", now=at(6))
    update.update_ticket(desk, number, priority="low", now=at(7))
    assert read_ticket(desk, number).row.status == "in-progress", "what was said before it came back does not count"


@pytest.mark.requirement("S1-28")
def test_a_rule_does_not_bypass_a_required_checklist(open_desk_by: DeskByProcedure) -> None:
    rule = Rule(key="up", label="Highest is raised", on="severity-change", status="raised-with-development")
    desk = open_desk_by("software-vendor", rules=(rule,))
    number = open_ticket(desk, type="technical-support", severity="low")
    done = update.set_severity(desk, number, "highest", now=at(1))
    assert "stays Open Issue: Raised with Development needs the list" in done.summary
    finish_checklist(desk, number, "software-issue", "software-issue", at(2))
    update.set_severity(desk, number, "high", now=at(3))
    assert read_ticket(desk, number).row.status == "raised-with-development"
    assert len(blocked_moves(desk, number)) == 1


def test_a_rule_does_not_make_a_ticket_wait_for_a_requester_who_wrote_last(open_desk_by: DeskByProcedure) -> None:
    rule = Rule(key="ask", label="Ask", on="severity-change", status="awaiting-client-info")
    desk = open_desk_by("software-vendor", rules=(rule,))
    number = open_ticket(desk, type="technical-support", severity="low")
    done = update.set_severity(desk, number, "high", now=at(1))
    assert "the last word is theirs: answer them first" in done.summary
    assert read_ticket(desk, number).row.status == "open-issue"


@pytest.mark.requirement("S1-28", "S1-29")
def test_a_ticket_that_joined_an_item_depends_on_the_checklist_of_the_items_origin(
    open_desk_by: DeskByProcedure,
) -> None:
    desk = open_desk_by("software-vendor")
    first, second = (open_ticket(desk, type="technical-support", severity="high") for _ in range(2))
    finish_checklist(desk, first, "software-issue", "software-issue", at(1))
    items.raise_item(desk, first, now=at(2))
    items.join_item(desk, second, first, now=at(3))
    assert {read_ticket(desk, number).row.status for number in (first, second)} == {"raised-with-development"}
    item_workflow.move_item(desk, first, "done", now=at(4))
    finish_checklist(desk, first, "software-issue", "user-error", at(6))
    done = item_workflow.move_item(desk, first, "raised", now=at(7))
    assert "stays Fix in Place Awaiting Release: Raised with Development is for what ended in" in done.summary
    assert f"{second}: Raised with Development is for what ended in" in done.summary
    assert (len(blocked_moves(desk, first)), len(blocked_moves(desk, second))) == (1, 1)


@pytest.mark.requirement("S4-19")
def test_a_release_counts_as_the_resolution_that_customer_test_requires(open_desk_by: DeskByProcedure) -> None:
    desk = open_desk_by(
        "saas-platform", **with_customer_test(shipped_procedure("saas-platform"), requires_resolution=True)
    )
    number = open_ticket_ready_for_release(desk)
    out = releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Saves again", now=at(5_000))
    assert (read_ticket(desk, number).row.status, blocked_moves(desk, number)) == ("on-customer-test", [])
    assert "now On Customer Test" in out.results[0].summary
    with pytest.raises(DeskError, match="needs a word on how it was resolved"):
        update.move(desk, number, "pending-closure", anyway=True, now=at(5_001))


@pytest.mark.requirement("S4-19")
def test_a_release_does_not_close_a_ticket_without_a_resolution(open_desk_by: DeskByProcedure) -> None:
    procedure = shipped_procedure("saas-platform")
    statuses: tuple[DevStatus, ...] = tuple(
        part.model_copy(update={"moves_ticket_to": "closed"}) if part.key == "released" else part
        for part in procedure.development.statuses
    )
    ends = procedure.closing.model_copy(update={"requires_resolution_note": True})
    built = procedure.development.model_copy(update={"statuses": statuses})
    desk = open_desk_by("saas-platform", development=built, closing=ends)
    number = open_ticket_ready_for_release(desk)
    out = releases.publish_release(as_agent(desk, "lea"), "2026-11-26", notes="Saves again", now=at(5_000))
    assert read_ticket(desk, number).row.status == "escalated-to-dev"
    assert "stays Escalated to Dev: Closed needs a word on how it was resolved" in out.results[0].summary
    assert [event.data["label"] for event in blocked_moves(desk, number)] == ["Closed"]


@pytest.mark.requirement("S1-29")
def test_the_same_item_is_raised_twice_only_on_request(open_desk_by: DeskByProcedure) -> None:
    desk = open_desk_by("software-vendor")
    number = open_ticket(desk, type="technical-support", severity="high")
    checklists.tick_items(desk, number, [1, 2, 3, 4, 5, 6], outcome="software-issue", now=at(1))
    items.raise_item(desk, number, title="Saving fails", reference="DEV-7", now=at(2))
    twins: list[dict[str, Any]] = [{"title": "saving  FAILS"}, {"title": "Other words", "reference": "DEV-7"}]
    for same in twins:
        with pytest.raises(DeskError, match=r"has item 1 “Saving fails” already, Raised: .* raise it again"):
            items.raise_item(desk, number, now=at(3), **same)
    items.raise_item(desk, number, title="Saving fails", reference="DEV-8", now=at(4))
    items.raise_item(desk, number, title="Saving fails", allow_same=True, now=at(5))
    item_workflow.end_item(desk, number, item="1", reason="not needed", now=at(6))
    item_workflow.end_item(desk, number, item="3", reason="not needed", now=at(6))
    items.raise_item(desk, number, title="Saving fails", reference="DEV-7", now=at(7))


@pytest.mark.requirement("S1-25", "S1-26")
def test_an_illegal_move_is_refused_with_the_legal_ones_of_the_type(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="support-query")
    with pytest.raises(DeskError, match=r"it can go to: Under Investigation"):
        update.move(desk, 1001, "closed", now=at(1))
    update.move(desk, 1001, "under-investigation", now=at(2))
    with pytest.raises(DeskError, match="cannot go to In Progress"):
        update.move(desk, 1001, "in-progress", now=at(3))


@pytest.mark.requirement("S1-18")
def test_review_and_resolution_pause_while_waiting_for_the_client_and_response_does_not(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(
        NeedsReply,
        match=r"answer with `deskterm ticket reply \d+ --status awaiting-client-info`, or move it anyway",
    ):
        update.move(desk, 1001, "awaiting-client-info", now=at(2))
    update.move(desk, 1001, "awaiting-client-info", anyway=True, now=at(3))
    assert read_clock_states(desk) == {"response": "running", "review": "paused", "resolution": "paused"}
    messages.reply(desk, 1001, "On which page?", now=at(4))
    assert read_clock_states(desk)["response"] == "met"

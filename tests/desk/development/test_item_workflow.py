"""The workflow of a development item: signatures, the question of its route, its release."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.history import undo
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.sla_terms import find_next_release
from development_items import move_to_qa, raise_item, raise_ready_item, read_item, register_issue
from procedure_story import shipped
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY, at


@pytest.mark.requirement("S4-12", "S4-18")
def test_review_and_qa_need_the_signature_of_their_role(desk: DeskSession) -> None:
    number = raise_item(desk)
    with pytest.raises(DeskError, match=r"From Planned an item cannot go to Released; it can go to: Dev in Progress\."):
        item_workflow.move_item(desk, number, "released", now=at(2))
    item_workflow.move_item(desk, number, "dev-in-progress", now=at(2))
    item_workflow.move_item(desk, number, "waiting-for-review", now=at(3))
    for login in ("sam", "ann", "qa"):
        with pytest.raises(DeskError, match="Only somebody with the role Dev Lead may sign work off here"):
            item_workflow.move_item(as_agent(desk, login), number, "waiting-qa-deployment", now=at(4))
    item_workflow.move_item(as_agent(desk, "dev-lead"), number, "waiting-qa-deployment", now=at(4))
    item_workflow.move_item(as_agent(desk, "sam"), number, "qa-in-progress", now=at(5))
    with pytest.raises(DeskError, match="only what is Ready for Release can be scheduled"):
        item_workflow.schedule_item(desk, number, "2026-11-26", now=at(6))
    with pytest.raises(DeskError, match="Only somebody with the role QA may approve a release here"):
        item_workflow.move_item(as_agent(desk, "dev-lead"), number, "ready-for-release", now=at(6))
    item_workflow.move_item(as_agent(desk, "qa"), number, "ready-for-release", now=at(6))
    signed = [(approval["status"], approval["who"]) for approval in read_item(desk, number).values["approvals"]]
    assert signed == [("waiting-for-review", "dev-lead"), ("qa-in-progress", "qa")]
    with pytest.raises(DeskError, match=r"Released is said by a release: schedule the item"):
        item_workflow.move_item(desk, number, "released", now=at(7))


@pytest.mark.requirement("S4-18")
def test_an_item_that_moves_back_loses_its_later_signatures(desk: DeskSession) -> None:
    number = raise_item(desk)
    move_to_qa(desk, number)
    item_workflow.move_item(
        as_agent(desk, "sam"), number, "dev-in-progress", reason="fails on empty invoices", now=at(3)
    )
    assert "approvals" not in read_item(desk, number).values
    with pytest.raises(DeskError, match="cannot go to Ready for Release"):
        item_workflow.move_item(as_agent(desk, "qa"), number, "ready-for-release", now=at(4))


@pytest.mark.requirement("S4-18")
def test_the_question_of_a_route_is_answered_once_and_may_change_the_route(desk: DeskSession) -> None:
    number = raise_item(desk, "performance")
    result = item_workflow.decide_item(desk, number, True, now=at(2))
    assert result.summary == "1001: item 1: Does it take a code change? yes. goes on as Code change or bug fix"
    assert read_item(desk, number).values["route"] == "code-change"
    other = raise_item(desk, "data-correction", minute=3)
    result = item_workflow.decide_item(desk, other, False, now=at(4))
    assert result.summary.endswith("no. It goes on as a data correction task until it is resolved.")
    with pytest.raises(DeskError, match="was answered already: no"):
        item_workflow.decide_item(desk, other, True, now=at(5))
    result = item_workflow.end_item(desk, other, reason="corrected and validated", now=at(6))
    assert (read_item(desk, other).state, "flag" in read_item(desk, other).values) == ("ended", False)
    with pytest.raises(DeskError, match="has ended: raise another one"):
        item_workflow.move_item(desk, other, "dev-in-progress", now=at(7))


def test_undoing_a_move_of_an_item_undoes_it_on_all_its_tickets(desk: DeskSession) -> None:
    origin, other = raise_item(desk), register_issue(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, origin, now=at(3))
    item_workflow.move_item(desk, origin, "dev-in-progress", now=at(4))
    undo.undo_last_command(desk, other, now=at(5))
    assert (read_item(desk, origin).state, read_item(desk, other, "joined").state) == ("planned", "planned")


@pytest.mark.requirement("S4-18", "S4-19")
def test_items_are_scheduled_to_releases_of_the_cadence_until_they_move_back(desk: DeskSession) -> None:
    number = raise_ready_item(desk, "Invoices fail", None)
    with pytest.raises(DeskError, match=r"No release to come is on '2026-11-27': choose from 2026-11-26, 2026-12-10"):
        item_workflow.schedule_item(desk, number, "2026-11-27", now=MONDAY)
    assert find_next_release(desk.procedure.definition, desk.procedure.terms, int(MONDAY.timestamp())) == "2026-11-26"
    item_workflow.schedule_item(desk, number, "2026-11-26", now=MONDAY)
    with pytest.raises(DeskError, match="scheduled so already"):
        item_workflow.schedule_item(desk, number, "2026-11-26", now=MONDAY)
    with desk.ticket(number, "develop", MONDAY) as work:  # a status from which an item may move back
        changes = build_record_change(work.state.records, "item", "1", state="qa-in-progress")
        work.append("item_moved", changes, item="1")
    item_workflow.move_item(desk, number, "dev-in-progress", now=MONDAY)
    item = read_item(desk, number)
    assert ("release" in item.values, item.due) == (False, None)


def test_without_a_cadence_of_releases_a_release_is_any_date_to_come(store_url: str) -> None:
    definition = shipped("saas-platform").definition
    development = definition.development.model_copy(update={"release_cadence": None})
    desk = shipped_desk(store_url, "saas-platform", development=development)
    number = raise_ready_item(desk, "Invoices fail", None)
    with pytest.raises(UsageError, match="'soon' is no date: write it as 2026-11-26"):
        item_workflow.schedule_item(desk, number, "soon", now=MONDAY)
    with pytest.raises(UsageError, match="2026-11-22 is over: a release lies ahead"):
        item_workflow.schedule_item(desk, number, "2026-11-22", now=MONDAY)
    item_workflow.schedule_item(desk, number, "2026-11-23", now=MONDAY)
    desk.store.close()

"""Checklists that a status requires."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets import update
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import DeskFactory, read_records


@pytest.mark.requirement("S1-28")
def test_only_what_the_checklist_finds_to_be_a_software_issue_goes_to_development(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    with pytest.raises(
        DeskError,
        match=r"needs the list .*genuine.* Tick off what is done and say .* `deskterm ticket check 1001 1 2 3",
    ):
        update.move(desk, 1001, "raised-with-development", now=at(2))
    checklists.tick_items(desk, 1001, [1, 2, 3], now=at(3))
    with pytest.raises(DeskError, match=r"left: 4. It also happens to another user .* 6. No development ticket exists"):
        update.move(desk, 1001, "raised-with-development", now=at(4))
    checklists.tick_items(desk, 1001, [4, 5, 6], now=at(5))
    with pytest.raises(DeskError, match="one of software-issue, user-error, data-error"):
        update.move(desk, 1001, "raised-with-development", now=at(6))
    checklists.tick_items(desk, 1001, outcome="user-error", now=at(7))
    with pytest.raises(DeskError, match="is for what ended in 'Software issue'"):
        update.move(desk, 1001, "raised-with-development", now=at(8))
    done = checklists.tick_items(desk, 1001, outcome="Software issue", now=at(9))
    assert done.summary.endswith("done: Software issue")
    update.move(desk, 1001, "raised-with-development", now=at(10))
    (record,) = read_records(desk, "checklist")
    assert (record["state"], record["outcome"]) == ("done", "software-issue")
    first = record["items"][0]  # type: ignore[index]
    assert (first["by"], first["at"]) == ("sam", int(at(3).timestamp()))


@pytest.mark.requirement("S1-28")
def test_a_removed_tick_opens_the_checklist_again(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    checklists.tick_items(desk, 1001, [1, 2, 3, 4, 5, 6], checklist="software-issue", outcome="data-error", now=at(1))
    done = checklists.tick_items(desk, 1001, [4], untick=True, now=at(2))
    assert done.summary.endswith("1 left")
    assert read_records(desk, "checklist")[0]["state"] == "open"
    with pytest.raises(UsageError, match="has no item 9: it has 1 to 7"):
        checklists.tick_items(desk, 1001, [9], now=at(3))
    with pytest.raises(DeskError, match="stands so already"):
        checklists.tick_items(desk, 1001, [1], now=at(4))
    with pytest.raises(UsageError, match=r"Say what is done: 4\. It also happens to another user"):
        checklists.tick_items(desk, 1001, now=at(5))


@pytest.mark.requirement("S5-07")
def test_a_work_request_comes_with_the_checklist_of_its_type(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="work-request")
    (checklist,) = read_records(desk, "checklist")
    assert (checklist["state"], len(checklist["items"])) == ("open", 4)  # type: ignore[arg-type]
    checklists.tick_items(desk, 1001, [1, 3, 4], now=at(5))
    assert read_records(desk, "checklist")[0]["state"] == "done"


@pytest.mark.requirement("S5-07")
def test_a_ticket_that_becomes_a_work_request_gets_the_checklist_of_its_type(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    assert read_records(desk, "checklist") == []
    update.edit(desk, 1001, type="work-request", now=at(5))
    assert read_records(desk, "checklist")[0]["state"] == "open"

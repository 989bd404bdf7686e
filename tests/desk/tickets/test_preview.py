"""Previews of due times: what a change would move, before it is made."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.tickets import update
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.errors import DeskError
from due_time_desk import epoch, last_cycle, open_fault
from small_desk import at
from ticket_reads import read_ticket


def test_a_preview_lists_old_and_new_due_times_and_writes_nothing(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    clock_desk.bring_up_to_date([1001], at(60))
    version = read_ticket(clock_desk).version
    found = preview_due_changes(clock_desk, 1001, severity="high", now=at(60))
    assert found[:2] == [
        DueChange("response", "Response", 1, epoch(60), epoch(30), True, 1001),
        DueChange("resolution", "Resolution", 1, epoch(2880), epoch(240), False, 1001),
    ]
    assert read_ticket(clock_desk).version == version
    update.set_severity(clock_desk, 1001, "high", now=at(60))
    assert (last_cycle(clock_desk, "response").due, last_cycle(clock_desk, "response").cause) == (epoch(30), "retarget")
    (response, resolution) = preview_due_changes(clock_desk, 1001, organisation="larch", now=at(61))
    assert (response.new_due, resolution.new_due) == (epoch(120), epoch(1440))
    update.update_ticket(clock_desk, 1001, organisation="Larch Ltd", now=at(61))
    assert last_cycle(clock_desk, "response").due == epoch(120)
    assert {clock.new_due for clock in preview_due_changes(clock_desk, 1001, type="question", now=at(62))} == {None}


def test_the_change_does_what_the_preview_listed(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    for wanted in ({"severity": "high"}, {"organisation": "larch"}, {"type": "question"}):
        foreseen = preview_due_changes(clock_desk, 1001, now=at(60), **wanted)
        assert foreseen
        assert list(update.update_ticket(clock_desk, 1001, now=at(60), **wanted).due_changes) == foreseen  # type: ignore[arg-type]
        assert preview_due_changes(clock_desk, 1001, now=at(60), **wanted) == []


def test_a_preview_is_refused_for_the_same_reasons_as_the_change(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    with pytest.raises(DeskError, match="There is no severity 'dire'"):
        preview_due_changes(clock_desk, 1001, severity="dire", now=at(1))
    with pytest.raises(DeskError, match="There is no client 'oak'"):
        preview_due_changes(clock_desk, 1001, organisation="oak", now=at(1))

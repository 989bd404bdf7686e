"""Snoozed tickets: their timer, and what ends it."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.workflow.snooze import parse_snooze, snooze
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from due_time_desk import epoch, last_cycle, open_fault
from small_desk import at, small_procedure
from ticket_reads import read_ticket


def test_a_snoozed_ticket_returns_with_a_message_of_the_requester(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    snooze(clock_desk, 1001, at(600), now=at(1))
    assert last_cycle(clock_desk, "timer:snooze").due == read_ticket(clock_desk).snoozed_until == epoch(600)
    snooze(clock_desk, 1001, at(700), now=at(2))
    assert last_cycle(clock_desk, "timer:snooze").due == epoch(700)
    assert last_cycle(clock_desk, "resolution").state == "running"
    messages.record_customer_message(clock_desk, 1001, "and now?", now=at(3))
    assert (last_cycle(clock_desk, "timer:snooze").state, read_ticket(clock_desk).snoozed_until) == ("met", None)
    snooze(clock_desk, 1001, at(800), now=at(4))
    snooze(clock_desk, 1001, None, now=at(5))
    assert last_cycle(clock_desk, "timer:snooze").cycle == 2
    with pytest.raises(DeskError, match="not snoozed"):
        snooze(clock_desk, 1001, None, now=at(6))


def test_a_day_is_meant_from_its_first_working_hour_on_and_from_midnight_where_there_is_none() -> None:
    """An older desk may have a calendar that never opens; a check refuses one by now."""
    office = small_procedure()
    closed = office.calendars["office"].model_copy(update={"week": {}})
    never = CompiledProcedure(office.model_copy(update={"calendars": {"office": closed}}))
    friday = at(4 * 1440)
    assert parse_snooze(CompiledProcedure(office), "tomorrow", friday) == at(7 * 1440 - 60)
    assert parse_snooze(never, "tomorrow", friday) == at(5 * 1440 - 540)

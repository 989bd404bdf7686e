"""Rows of a folded ticket: instants, and the clock that is due next."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.event_strategies import TicketScript, compile_version, ticket_scripts
from deskterm.desk.core.row_mapping import (
    build_clock_row,
    build_ticket_row,
    find_next_clock,
    is_timer,
    to_datetime,
    to_epoch,
    to_optional_datetime,
)
from deskterm.desk.domain.fold import fold_events
from deskterm.store.db.instants import NEVER
from deskterm.store.db.tables import ClockRow, Ticket, table_of


@given(st.integers(0, 1 << 36))
def test_an_instant_is_the_same_after_both_conversions(seconds: int) -> None:
    moment = to_datetime(seconds)
    assert to_epoch(moment) == to_epoch(moment + timedelta(milliseconds=999)) == seconds
    assert to_optional_datetime(seconds) == moment
    assert to_optional_datetime(None) is None


@settings(max_examples=100)
@given(ticket_scripts())
def test_rows_have_the_columns_of_their_tables_and_the_next_clock_is_due_first(
    script: tuple[TicketScript, int],
) -> None:
    fold = fold_events(script[0].events, compile_version)
    clocks, state = fold.clocks(), fold.state
    row = build_ticket_row(state, clocks, compile_version(1))
    looked_up = {"id", "hash", "subject", "requester", "organisation"}
    assert row.keys() == {column.name for column in table_of(Ticket).c} - looked_up
    for clock in clocks:
        columns = {column.name for column in table_of(ClockRow).c} - {"id", "ticket_id"}
        assert build_clock_row(clock).keys() == columns
    first = find_next_clock(clocks)
    live = [clock for clock in clocks if clock.state == "running" and clock.due_at is not None and not clock.waived]
    live = [clock for clock in live if not is_timer(clock)]
    assert (first is None) == (live == [])
    if first is not None:
        assert first.due_at == min(clock.due_at for clock in live if clock.due_at is not None)
        assert find_next_clock([clock._replace(waived=True) for clock in clocks]) is None
    expected = NEVER if first is None or not state.is_open else to_optional_datetime(first.due_at)
    assert row["next_due_at"] == expected
    assert row["is_open"] == int(state.is_open)

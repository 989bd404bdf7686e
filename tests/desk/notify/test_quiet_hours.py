"""Quiet hours: messages that the passing of time causes wait for working time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.notify.quiet_hours import find_delivery_time
from due_time_desk import epoch, open_fault
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure

EVENING, OPENING = 660, 1380
"""Monday 20:00 and Tuesday 08:00 in London, in minutes after Monday 09:00."""


@contextmanager
def clock_event(desk: DeskSession, minute: float) -> Iterator[TicketTransaction]:
    """A transaction in which a clock has just warned."""
    with desk.ticket(1001, "edit", at(minute), dry_run=True) as work:
        work.append(
            "noticed", what="warning", metric="resolution", cycle=1, threshold="50%", due=work.at, instant=work.at
        )
        yield work


def test_a_message_of_a_clock_waits_for_the_next_opening_of_its_calendar(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    with clock_event(clock_desk, EVENING) as work:
        assert find_delivery_time(work, for_staff=False) == epoch(OPENING)
    with clock_event(clock_desk, 60) as work:
        assert find_delivery_time(work, for_staff=False) is None, "it is working time"


def test_a_message_that_a_person_causes_is_delivered_at_once(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    with clock_desk.ticket(1001, "move", at(EVENING), dry_run=True) as work:
        work.append("moved", {"status": ("new", "working")})
        assert find_delivery_time(work, for_staff=True) is None


@pytest.mark.requirement("S3-02")
def test_staff_are_notified_in_the_hours_of_their_team(store_url: str) -> None:
    shifts = SMALL_PROCEDURE.replace('label = "First line"', 'label = "First line"\ncalendar = "night"').replace(
        "[[severities]]",
        '[calendars.night]\ntimezone = "Europe/London"\nno_holidays = true\n[calendars.night.week]\n'
        'mon = ["18:00-24:00"]\n\n[[severities]]',
        1,
    )
    store = create_desk(store_url, small_procedure(shifts), admin_login="ann", admin_name="Ann", now=MONDAY)
    desk = open_desk(store, "ann")
    open_fault(desk, team="first-line")
    with clock_event(desk, EVENING) as work:
        assert find_delivery_time(work, for_staff=True) is None, "the team works at that hour"
        assert find_delivery_time(work, for_staff=False) == epoch(OPENING)
    store.close()

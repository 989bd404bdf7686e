"""Reopening a ticket for its requester."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.tickets import confirmation, reopening, resolution, update
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import DeskFactory


def resolve_and_confirm(desk: DeskSession) -> CommandResult:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The cable was loose.", now=at(10))
    return confirmation.confirm(desk, 1001, now=at(20))


@pytest.mark.requirement("S3-14")
def test_an_agent_reopens_a_ticket_for_a_caller(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("managed-services")
    resolve_and_confirm(desk)
    with pytest.raises(UsageError, match="Say why"):
        reopening.reopen(desk, 1001, " ", now=at(30))
    with pytest.raises(DeskError, match="not reopened by fax here, but by phone, email, portal"):
        reopening.reopen(desk, 1001, "called", channel="fax", now=at(30))
    result = reopening.reopen(desk, 1001, "Called: it is loose again.", now=at(40))
    assert result.summary.startswith("1001: reopened, now In progress")
    with pytest.raises(DeskError, match="is open already"):
        reopening.reopen(desk, 1001, "called", now=at(41))

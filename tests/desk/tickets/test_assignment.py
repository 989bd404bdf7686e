"""Assignment of tickets to agents and teams."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from small_desk import at
from ticket_reads import read_ticket


def test_an_assignment_sets_the_agents_team_and_names_possible_agents(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    assignment.assign(desk, 1001, "sam", now=at(1))
    assert (read_ticket(desk, 1001).row.assignee, read_ticket(desk, 1001).row.team) == ("sam", "first-line")
    with pytest.raises(DeskError, match="choose from ann, kim, lea, sam"):
        assignment.assign(desk, 1001, "nobody-here", now=at(2))
    assignment.assign(desk, 1001, None, now=at(3))
    assert read_ticket(desk, 1001).row.assignee is None

"""Impact and urgency: set after registration, they derive the priority by the matrix of the procedure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from shipped_desk import shipped_desk, verified_desk
from small_desk import at
from ticket_reads import read_ticket


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    for made in verified_desk(store_url, "managed-services"):
        register(made, subject="No mail", impact="person", requester="Ida", incomplete=True, now=at(0))
        yield made


@pytest.mark.requirement("S3-05")
def test_impact_and_urgency_set_later_change_the_priority_and_the_due_times(desk: DeskSession) -> None:
    assert read_ticket(desk).row.priority == "medium"
    done = update.update_ticket(desk, 1001, urgency="Can go on", now=at(5))
    assert done.summary.startswith("1001: urgency none → Can go on, priority Medium → Low")
    assert {one.label for one in done.due_changes} >= {"Resolution"}
    done = update.update_ticket(desk, 1001, impact="organisation", urgency="stopped", reason="all of them", now=at(6))
    ticket = read_ticket(desk)
    assert (ticket.values["impact"], ticket.values["urgency"], ticket.row.priority) == (
        "organisation",
        "stopped",
        "critical",
    )


def test_the_same_impact_and_urgency_again_are_refused(desk: DeskSession) -> None:
    update.update_ticket(desk, 1001, urgency="hindered", now=at(5))
    with pytest.raises(DeskError, match="is weighed so already"):
        update.update_ticket(desk, 1001, impact="person", urgency="hindered", now=at(6))
    with pytest.raises(DeskError, match="There is no impact 'planet'"):
        update.update_ticket(desk, 1001, impact="planet", now=at(6))


def test_impact_and_urgency_are_refused_where_the_procedure_has_neither(store_url: str) -> None:
    desk = shipped_desk(store_url, "web-agency")
    register(desk, subject="The form fails", requester="Ida", incomplete=True, now=at(0))
    with pytest.raises(DeskError, match="does not weigh impact and urgency"):
        update.update_ticket(desk, 1001, impact="all", now=at(1))
    desk.store.close()

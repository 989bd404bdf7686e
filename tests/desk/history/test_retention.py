"""Legal holds, and purging the texts of closed tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.load import loads
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.retention import load_held_tickets
from small_desk import SMALL_PROCEDURE, at, small_desk

KIM = "kim@larch.example"


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    yield session
    session.store.close()


def register_fault(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    defaults: dict[str, Any] = {"subject": "Login fails for Kim Doe", "body": "Kim Doe here.", "type": "fault"}
    return register(desk, **(defaults | {"requester": "Kim Doe", "email": KIM} | values), now=at(minute)).number


def test_a_procedure_may_allow_neither_erasure_nor_holds(desk: DeskSession) -> None:
    number = register_fault(desk)
    apply_procedure(
        desk,
        loads(SMALL_PROCEDURE + "[retention]\nerase_persons = false\nlegal_hold = false\n", "x.toml").procedure,
        now=at(1),
    )
    other = open_desk(desk.store, "ann")
    with pytest.raises(DeskError, match="erases nobody"):
        erasure.erase_person(other, KIM, now=at(2))
    with pytest.raises(DeskError, match="holds nothing"):
        retention.place_hold(other, number, "claim", now=at(2))


def test_erasure_is_for_admins_and_holds_are_for_leads(desk: DeskSession) -> None:
    number = register_fault(desk)
    with pytest.raises(DeskError, match="may not erase a person"):
        erasure.erase_person(open_desk(desk.store, "lea"), KIM, now=at(1))
    with pytest.raises(DeskError, match="may not hold a ticket"):
        retention.place_hold(open_desk(desk.store, "sam"), number, "claim", now=at(1))
    with pytest.raises(UsageError, match="Say why it is held"):
        retention.place_hold(desk, number, " ", now=at(1))


@pytest.mark.requirement("S5-09")
def test_closed_tickets_are_purged_after_six_years_unless_they_are_on_hold(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "web-agency", "2020-02-29T09:00Z", clients=clients)
    ann = story.as_agent("ann")

    def register_enquiry(subject: str) -> int:
        requester: dict[str, Any] = {"requester": "Kim Doe", "email": KIM}
        number = register(ann, type="billing-question", subject=subject, body="Why?", **requester, now=story.now).number
        messages.reply(ann, number, "Because.", now=story.now)
        closed = next(status.key for status in ann.procedure.statuses.values() if status.category == "closed")
        update.move(ann, number, closed, now=story.now)
        return number

    old, held = register_enquiry("old"), register_enquiry("kept")
    retention.place_hold(ann, held, "claim 7", now=story.now)

    def purge_at(instant: str) -> list[int]:
        now = datetime.fromisoformat(instant)
        with open_reader(store_url) as reader:
            return [ticket.number for ticket in retention.purge_expired_tickets(ann, reader, now=now)]

    assert purge_at("2026-02-28T08:59:59+00:00") == []
    assert purge_at("2026-03-01T09:00:00+00:00") == [old]
    assert purge_at("2026-03-02T09:00:00+00:00") == []
    ticket = story.read_ticket(old)
    assert (ticket.row.subject, {message.body for message in ticket.messages}) == ("", {""})
    assert story.read_ticket(held).row.subject == "kept"
    with open_reader(store_url) as reader:
        assert [(ticket.number, ticket.held) for ticket in load_held_tickets(reader)] == [(held, "claim 7")]
        assert verify_chains(reader).faults == ()
    story.verify()

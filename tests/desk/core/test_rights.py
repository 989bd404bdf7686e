"""Rights, edition and layout are read in every transaction (D-40)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update as update_rows

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.due_times import set_due
from deskterm.errors import DeskError
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.tables import Desk, table_of
from small_desk import SMALL_PROCEDURE, at, small_desk, small_procedure


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    register(desk, subject="x", type="fault", requester="Kim", email="kim@larch.example", now=at(0))
    yield desk
    desk.store.close()


def version(desk: DeskSession) -> int:
    with desk.open_reader() as reader:
        ((number,),) = reader.rows("SELECT count(*) FROM event")
    return int(number)


def test_a_session_that_was_left_open_does_not_write_for_somebody_who_was_retired(desk: DeskSession) -> None:
    sam = open_desk(desk.store, "sam")
    assert messages.reply(sam, 1001, "We look.", now=at(1)).version
    seed_agents(desk, [{"login": "sam", "active": False}], now=at(2))
    before = version(desk)
    for command in (
        lambda: messages.reply(sam, 1001, "One more.", now=at(3)),
        lambda: register(sam, subject="y", type="fault", now=at(3)),
        lambda: assignment.assign(sam, 1001, "sam", now=at(3)),
        sam.refresh,
    ):
        with pytest.raises(DeskError, match="sam is no longer active on this desk"):
            command()
    assert version(desk) == before


def test_a_session_that_was_left_open_has_the_role_that_its_agent_has_by_now(desk: DeskSession) -> None:
    lea, sam = open_desk(desk.store, "lea"), open_desk(desk.store, "sam")
    seed_agents(desk, [{"login": "lea", "role": "agent"}, {"login": "sam", "role": "lead"}], now=at(2))
    with pytest.raises(DeskError, match="An agent may not set a due time"):
        set_due(lea, 1001, "resolution", at(600), reason="x", now=at(3))
    sam.refresh()
    assert set_due(sam, 1001, "resolution", at(600), reason="x", now=at(3)).version


def test_who_works_in_anothers_name_is_checked_each_time_too(desk: DeskSession) -> None:
    as_sam = open_desk(desk.store, "sam", behind="ann")
    messages.reply(as_sam, 1001, "We look.", now=at(1))
    seed_agents(desk, [{"login": "lea", "role": "admin"}, {"login": "ann", "role": "agent"}], now=at(2))
    with pytest.raises(DeskError, match="An agent may not act as somebody else"):
        messages.reply(as_sam, 1001, "One more.", now=at(3))


def test_nothing_is_written_by_an_edition_that_is_in_force_no_more(desk: DeskSession) -> None:
    sam = open_desk(desk.store, "sam")
    renamed = SMALL_PROCEDURE.replace('label = "Working on it"', 'label = "At work"')
    apply_procedure(desk, small_procedure(renamed), now=at(1))
    with pytest.raises(DeskError, match="Edition 2 of the procedure came into force at this moment"):
        update.move(sam, 1001, "working", now=at(2))
    # The next command knows it.
    assert "At work" in update.move(sam, 1001, "working", now=at(3)).summary


def test_a_session_that_was_left_open_does_not_write_into_a_newer_layout(desk: DeskSession) -> None:
    sam = open_desk(desk.store, "sam")
    with desk.store.writing() as session:
        session.execute(update_rows(table_of(Desk)).values(schema_number=SCHEMA + 1))
    with pytest.raises(DeskError, match="written by a newer deskterm"):
        messages.reply(sam, 1001, "x", now=at(2))

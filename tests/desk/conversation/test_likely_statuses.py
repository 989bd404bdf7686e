"""The likeliest status stands first where an answer is sent and the ticket moves (C-20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation.likely_statuses import list_likely_statuses
from deskterm.desk.conversation.messages import reply
from deskterm.desk.tickets import register, update
from small_desk import at, small_desk


@pytest.mark.law("C-20")
def test_what_agents_choose_most_with_their_answers_stands_first(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    for minute in range(3):
        register.register(
            desk, type="fault", subject="Heat", requester="Kim", email="kim@larch.example", now=at(minute)
        )
    number = 1001
    update.move(desk, number, "working", now=at(5))
    before = list_likely_statuses(desk, "fault", "working")
    assert desk.procedure.statuses[before[0]].category == "waiting"
    assert desk.procedure.statuses[list_likely_statuses(desk, "fault", "working", solving=True)[0]].category == "solved"
    reply(desk, number, "Done.", status="solved", now=at(6))
    update.move(desk, 1002, "working", now=at(7))
    assert list_likely_statuses(desk, "fault", "working")[0] == "solved"
    assert sorted(list_likely_statuses(desk, "fault", "working")) == sorted(before)
    desk.store.close()

"""Roles and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.policy.permissions import Act, format_refusal, is_allowed
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from role_table import ROLES, WHO_MAY
from small_desk import at, small_desk

COMMANDS: dict[str, Callable[[DeskSession], object]] = {
    "register": lambda desk: register(desk, subject="x", type="fault", now=at(5)),
    "reply": lambda desk: messages.reply(desk, 1001, "x", now=at(5)),
    "note": lambda desk: messages.add_note(desk, 1001, "x", now=at(5)),
    "move": lambda desk: update.move(desk, 1001, "working", now=at(5)),
    "assign": lambda desk: assignment.assign(desk, 1001, "sam", now=at(5)),
    "severity": lambda desk: update.set_severity(desk, 1001, "high", now=at(5)),
    "tag": lambda desk: update.tag(desk, 1001, ["a"], now=at(5)),
    "edit": lambda desk: update.edit(desk, 1001, subject="y", now=at(5)),
    "seed": lambda desk: seed_agents(desk, [{"login": "new", "name": "New"}], now=at(5)),
}
LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", COMMANDS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, act: str, tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    register(desk, subject="x", type="fault", requester="Ida", now=at(0))
    acting = open_desk(desk.store, LOGINS[role])
    if role in WHO_MAY[act]:
        COMMANDS[act](acting)
    else:
        with pytest.raises(DeskError, match=f"An? {role} may not .*: ask somebody with the role"):
            COMMANDS[act](acting)
    desk.store.close()


def test_a_stranger_is_told_who_can_let_them_in(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with pytest.raises(DeskError, match="'zoe' is no agent of this desk: an admin can add them"):
        open_desk(desk.store, "zoe")
    seed_agents(desk, [{"login": "sam", "active": False}], now=at(0))
    with pytest.raises(DeskError, match="sam is no longer active"):
        open_desk(desk.store, "sam")
    desk.store.close()


def test_what_nobody_may_do_sends_nobody_to_an_admin() -> None:
    """An admin was refused with "An admin may not note the time: ask somebody with the role admin"."""
    for role in ROLES:
        for act in get_args(Act):
            if not is_allowed(role, act):
                sentence = format_refusal(role, act)
                assert not sentence.startswith(f"An {role}") or f"the role {role}" not in sentence
    assert format_refusal("admin", "notice").endswith(
        "may not record what the passing of time brings:"
        " deskterm does that itself, in `deskterm run` or an open console."
    )

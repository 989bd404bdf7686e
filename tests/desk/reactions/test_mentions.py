"""A colleague who is mentioned is told, unless they may not read the ticket, which the author is told then (C-24)."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.transfer import transfer
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from ticket_reads import notices_to

pytestmark = pytest.mark.law("C-24")

TEAMS = [("dot", "dp"), ("pam", "dp"), ("sam", "first-line")]


def test_whoever_is_mentioned_is_told(desk: DeskSession) -> None:
    people = [("rene", "René Dupont"), ("kimberley", "Kimberley Roe"), ("kima", "Kim Ash")]
    seed_agents(desk, [{"login": login, "name": name, "role": "agent"} for login, name in people], now=MONDAY)
    sam = open_desk(desk.store, "sam")
    number = register(
        desk, type="question", subject="Heat", requester="Ida", email="ida@larch.example", now=at(0)
    ).number
    result = messages.add_note(sam, number, "@RENE and @lea: is that so? @kim too, @nobody, @sam.", now=at(1))
    assert result.summary == f"{number} noted; René Dupont, Lea, Kim told"
    assert notices_to(desk, "rene") == notices_to(desk, "kim") == ["Sam mentioned you in a note"]
    assert notices_to(desk, "sam") == []
    assert messages.reply(sam, number, "I ask @dupont.", now=at(2)).summary == f"{number} answered; René Dupont told"
    assert notices_to(desk, "rene") == ["Sam mentioned you in a reply", "Sam mentioned you in a note"]
    undo_last_command(sam, number, now=at(3))
    assert notices_to(desk, "rene") == ["Sam mentioned you in a note"], "taken back with the reply"
    seed_agents(desk, [{"login": "rd", "name": "Rosa Dupont", "role": "agent"}], now=MONDAY)
    assert "@dupont may be rd (Rosa Dupont), rene (René Dupont), and nobody was told" in (
        messages.add_note(sam, number, "@dupont?", now=at(4)).summary
    )
    messages.record_customer_message(desk, number, "Hello @kim", now=at(5))
    assert notices_to(desk, "kim") == ["Sam mentioned you in a note"], "a requester mentions nobody"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_whoever_may_not_read_it_is_not_told_and_the_author_is_told_that(store_url: str) -> None:
    closed = '[[departments]]\nkey = "dp"\nlabel = "Data protection"\nmembers_only = true\n'
    teams = '[[teams]]\nkey = "dp"\nlabel = "Data protection"\n'
    procedure = small_procedure(SMALL_PROCEDURE + teams + closed)
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", now=MONDAY), "ann")
    rows = [{"login": who, "name": who.title(), "role": "agent", "team": team} for who, team in TEAMS]
    seed_agents(desk, rows, now=MONDAY)
    number = register(desk, type="question", subject="Who is it?", now=at(0)).number
    transfer(desk, number, department="dp", now=at(1))
    result = messages.add_note(open_desk(desk.store, "dot"), number, "@pam @sam: see above.", now=at(2))
    assert result.summary == f"{number} noted; Pam told; Sam may not read {number}, and was not told"
    assert notices_to(desk, "sam") == []
    assert notices_to(desk, "pam")[0] == "Dot mentioned you in a note"
    desk.store.close()

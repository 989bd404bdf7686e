"""The facts of a ticket that decide what speaks against a reply, read from the desk (C-23)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.conversation.guard.checking import check_reply, reaches_nobody
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk
from ticket_reads import read_clock_states, read_ticket

pytestmark = pytest.mark.law("C-23")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    register(session, subject="Login", type="fault", severity="high", requester="Kim Novak", email="kim@larch.example",
             now=at(0))  # fmt: skip
    register(session, subject="Mail", type="fault", severity="low", requester="Ines Calder", email="ines@elm.example",
             now=at(0))  # fmt: skip
    register(session, subject="Phone", type="fault", severity="high", requester="Bo Hill", now=at(0))
    yield session
    session.store.close()


def keys(desk: DeskSession, number: int, text: str, channel: str = "email") -> list[str]:
    return [one.key for one in check_reply(desk, number, ReplyDraft(text), channel=channel, now=at(5))]


def test_other_customers_are_known_by_name_by_client_and_by_greeting(desk: DeskSession) -> None:
    assert keys(desk, 1001, "Dear Kim, it works.") == []
    assert keys(desk, 1001, "Dear Ines, it works.\nSam") == []  # in one line with the words it is no greeting
    assert keys(desk, 1001, "Dear Ines,\nit works.") == ["customer"]
    assert keys(desk, 1001, "I told Ines Calder too.") == ["customer"]
    assert keys(desk, 1001, "It concerns all of Larch Ltd.") == []
    assert keys(desk, 1002, "It also concerns Larch Ltd.") == ["customer"]
    assert keys(desk, 1002, "It also concerns Larch, which is a client.") == ["customer"]
    assert keys(desk, 1002, "Dear Ines,\nI told you, Ines Calder.") == []


def test_every_name_of_another_customer_is_said_so_that_one_that_is_right_hides_none(desk: DeskSession) -> None:
    (finding,) = check_reply(
        desk, 1003, ReplyDraft("Dear Ines,\nLarch Ltd and Kim Novak know."), channel="phone", now=at(5)
    )
    assert finding.sentence == "It names Larch Ltd and Kim Novak and Ines, who have nothing to do with this ticket"


def test_a_promise_is_compared_with_what_is_due_once_the_reply_is_sent(desk: DeskSession) -> None:
    before = read_ticket(desk).version
    assert keys(desk, 1001, "It is done by 2027-01-04.") == ["promise"]
    assert keys(desk, 1001, "It is done in 5 minutes.") == []
    assert read_ticket(desk).version == before


def test_a_letter_that_reaches_nobody_is_no_answer_and_a_call_is_one(desk: DeskSession) -> None:
    """D-13: the response clock goes on until they are told."""
    findings = check_reply(desk, 1003, ReplyDraft("It works."), channel="email", now=at(5))
    assert reaches_nobody(findings)
    assert keys(desk, 1003, "It works.", channel="phone") == []
    result = messages.reply(desk, 1003, "It works.", unaddressed=True, now=at(6))
    assert "has no e-mail address, so the letter waits" in result.summary
    assert read_clock_states(desk, 1003)["response"] == "running"
    messages.reply(desk, 1003, "It works, as I said.", channel="phone", now=at(7))
    assert read_clock_states(desk, 1003)["response"] == "met"

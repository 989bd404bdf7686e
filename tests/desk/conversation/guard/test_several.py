"""What speaks against letters on several tickets, and letters that nobody gets wherever they come from (C-23)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages, scheduled_replies
from deskterm.desk.conversation.guard.findings import Finding, ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter, merge_findings
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import incidents
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.guarding import check_macro
from deskterm.desk.templates.run import prepare_macro, run_macro
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import ReadConnection
from small_desk import at, small_desk
from ticket_reads import read_clock_states, read_ticket

pytestmark = pytest.mark.law("C-23")

ASK = Macro(key="ask", label="Ask", reply="Dear {first_name},\nplease see the attached plan.")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskSession]:
    """A desk with an incident of Kim, to which a ticket of Ines and one of Bo, who has no address, are attached."""
    session = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    for name, email in (("Kim Novak", "kim@larch.example"), ("Ines Calder", "ines@elm.example"), ("Bo Hill", None)):
        register(session, subject="Login", type="fault", severity="high", requester=name, email=email, now=at(0))
    for number in (1002, 1003):
        incidents.attach_ticket(session, number, 1001, now=at(1))
    yield session
    session.store.close()


def test_one_letter_to_many_names_nobody_who_is_a_stranger_to_some_of_them(desk: DeskSession) -> None:
    def check(text: str) -> list[str]:
        numbers = incidents.find_written_to(desk, 1001)
        return [one.sentence for one in check_letter(desk, numbers, ReplyDraft(text), channel="email", now=at(2))]

    without = "1003: Bo Hill has no e-mail address: the letter reaches nobody until there is one, and stops no clock."
    named = "1001, 1003: It names Ines Calder, who has nothing to do with this ticket"
    first, *others = check("It works again for Ines Calder.")
    assert first == named
    assert [one.startswith(without) for one in others] == [True]
    assert [one[:30] for one in check("It works again.")] == [without[:30]]
    assert check("See the attached plan.")[0] == "It says “see the attached”, and no file goes with it"


def test_the_names_of_others_are_looked_up_by_one_reader_for_all_tickets(
    desk: DeskSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[ReadConnection] = []
    open_one = desk.open_reader

    def count() -> ReadConnection:
        opened.append(open_one())
        return opened[-1]

    monkeypatch.setattr(desk, "open_reader", count)
    found = check_letter(desk, (1001, 1002, 1003), ReplyDraft("Again for Ines Calder."), channel="email", now=at(2))
    assert found[0].sentence.startswith("1001, 1003: It names Ines Calder")
    assert len(opened) == 1


def test_a_finding_is_said_once_with_the_tickets_that_it_is_about() -> None:
    part, file = Finding("part", "It has no greeting"), Finding("file", "It says “attached”")
    found = {1001: [part, file], 1002: [file], 1003: [file], 1004: [file], 1005: [part, file], 1006: [part, file]}
    assert merge_findings(found) == [Finding("part", "1001, 1005, 1006: It has no greeting"), file]
    assert merge_findings({**found, 1007: [part]})[0].sentence == "1001, 1005, 1006 and 1 more: It has no greeting"
    assert merge_findings({1001: [part]}) == [part]
    assert merge_findings({}) == []


def test_the_reply_of_a_macro_is_looked_at_as_it_would_stand_on_the_ticket(desk: DeskSession) -> None:
    call = prepare_macro(desk, ASK)
    assert [one.key for one in check_macro(desk, 1002, call, now=at(2))] == ["file"]
    assert [one.key for one in check_macro(desk, 1003, call, now=at(2))] == ["address", "file"]
    given = prepare_macro(desk, ASK, {"first_name": "Ines"})
    assert [one.key for one in check_macro(desk, 1001, given, now=at(2))] == ["customer", "file"]
    assert check_macro(desk, 1002, prepare_macro(desk, Macro(key="tag", label="Tag", tags=("x",))), now=at(2)) == []


def test_a_letter_that_nobody_gets_is_no_answer_whoever_wrote_it(desk: DeskSession) -> None:
    """D-13: of a macro, about an incident, and one that was scheduled."""
    incidents.announce_to_attached(desk, 1001, "We look at it.", now=at(3))
    states = {number: read_clock_states(desk, number)["response"] for number in (1001, 1002, 1003)}
    assert states == {1001: "met", 1002: "met", 1003: "running"}
    run_macro(desk, 1003, prepare_macro(desk, ASK), now=at(4))
    assert read_clock_states(desk, 1003)["response"] == "running"
    scheduled_replies.schedule_reply(desk, 1003, "Later.", "2m", now=at(5))
    assert [alert.number for alert in Runner(desk.store).step(at(8)) if alert.what == "reply"] == [1003]
    assert read_ticket(desk, 1003).messages[-1].body == "Later."
    assert read_clock_states(desk, 1003)["response"] == "running"
    messages.reply(desk, 1003, "As I said.", channel="phone", now=at(9))
    assert read_clock_states(desk, 1003)["response"] == "met"

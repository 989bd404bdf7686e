"""The letters of an answer are told before it is sent, and nothing of that stays."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation.letter_preview import Answer, preview_letters
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from small_desk import at
from ticket_reads import read_ticket


def open_fault(desk: DeskSession, email: str = "kim@larch.example") -> int:
    return register(
        desk, type="fault", severity="low", subject="Heat", body="Hot.", requester="Kim", email=email, now=at(0)
    ).number


def test_an_answer_goes_to_the_requester_and_the_participants_and_is_not_sent(desk: DeskSession) -> None:
    number = open_fault(desk)
    participants.add_participant(desk, number, "Lee <lee@elm.example>", now=at(1))
    before = read_ticket(desk, number)
    (letter,) = preview_letters(desk, number, Answer("Open a window.\n"), now=at(2))
    assert letter.to == (("Kim", "kim@larch.example"), ("Lee", "lee@elm.example"))
    assert (letter.heading, letter.text, letter.answer) == ("", "Open a window.", before.version + 1)
    assert read_ticket(desk, number) == before


def test_a_resolution_is_told_as_it_would_be_sent(desk: DeskSession) -> None:
    number = open_fault(desk)
    before = read_ticket(desk, number)
    letters = preview_letters(desk, number, Answer("The valve is new.", solves=True), now=at(2))
    assert ["The valve is new." in letter.text for letter in letters] == [True]
    assert read_ticket(desk, number) == before


def test_an_answer_that_cannot_be_sent_is_refused_with_the_same_reason(desk: DeskSession) -> None:
    number = open_fault(desk)
    with pytest.raises(DeskError, match="no status"):
        preview_letters(desk, number, Answer("Open a window.", status="nowhere"), now=at(2))

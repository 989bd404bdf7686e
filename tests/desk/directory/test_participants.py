"""Participants of a ticket, who receive its letters."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.resolution import resolve
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import letters_about, open_ticket


def ticket(desk: DeskSession, who: str = "ida", **more: object) -> int:
    values: dict[str, object] = {
        "subject": "The site is down", "body": "Nothing shows.", "requester": who.capitalize(),
        "email": f"{who}@larch.example", "organisation": "larch", "incomplete": True, **more,
    }  # fmt: skip
    return register(desk, now=at(0), **values).number  # type: ignore[arg-type]


def test_participants_receive_the_letters(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query", organisation="larch")
    participants.add_participant(vendor, number, "Ola Birk", email="ola@larch.example", now=at(1))
    with pytest.raises(DeskError, match=r"is on CC of .* already"):
        participants.add_participant(vendor, number, "ola@larch.example", now=at(2))
    with pytest.raises(DeskError, match="is the requester"):
        participants.add_participant(vendor, number, "ida@larch.example", now=at(2))
    update.move(vendor, number, "under-investigation", now=at(3))
    resolve(vendor, number, note="The guide has it.", now=at(4))
    assert [person.name for person in letters_about(vendor, number)[-1].to] == ["Ida Fern", "Ola Birk"]
    participants.remove_participant(vendor, number, "ola birk", now=at(5))
    with pytest.raises(DeskError, match="is not on CC"):
        participants.remove_participant(vendor, number, "ola@larch.example", now=at(6))


@pytest.mark.parametrize("who", ["tor@", "@larch.example", "Tor <tor at larch.example> @"])
def test_an_invalid_address_adds_no_participant(agency: DeskSession, who: str) -> None:
    number = ticket(agency, "ida", type="problem")
    with pytest.raises(UsageError, match="is no e-mail address: write it as"):
        participants.add_participant(agency, number, who, now=at(1))
    participants.add_participant(agency, number, "Tor <Tor@Larch.example>", now=at(1))
    with pytest.raises(DeskError, match="Tor is on CC of"):
        participants.add_participant(agency, number, "tor@larch.example", now=at(2))

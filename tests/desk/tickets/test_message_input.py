"""Input checks for messages: their text and their arrival."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.errors import UsageError
from small_desk import at
from ticket_reads import read_ticket


def test_an_empty_message_is_refused(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    for empty in ("", " \n "):
        with pytest.raises(UsageError, match="nothing to say"):
            messages.reply(desk, 1001, empty, now=at(1))
    with pytest.raises(UsageError, match="needs a subject"):
        register(desk, subject=" \n", type="fault", now=at(0))
    assert read_ticket(desk, 1001).version == 1

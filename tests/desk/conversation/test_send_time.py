"""The instant of a reply that is sent later is said as everywhere, or as an opening of the desk (C-20)."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation.scheduled_replies import schedule_reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.errors import UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_scheduled_replies
from small_desk import at

pytestmark = pytest.mark.law("C-20")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("next opening", 23 * 60),  # the desk is open: it closes at 16:00 and opens at 08:00
        ("next opening after today 20:00", 23 * 60),
        ("next opening after 30m", 90),
        ("tomorrow 22:15", 24 * 60 + 13 * 60 + 15),
    ],
)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_instant_is_said_as_everywhere_or_as_an_opening(desk: DeskSession, text: str, due: int) -> None:
    number = register(desk, type="fault", subject="Heat", requester="Kim", email="kim@larch.example", now=at(0)).number
    schedule_reply(desk, number, "Soon.", text, now=at(60))
    with open_reader(desk.store.url) as reader:
        (waiting,) = load_scheduled_replies(reader)
    assert waiting.due == int(at(due).timestamp())
    for wrong in ("friday", "2026-11-20", "2031-01-01", "soon"):
        with pytest.raises(UsageError):
            schedule_reply(desk, number, "Soon.", wrong, now=at(61))

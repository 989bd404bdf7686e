"""The page that explains a clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.explain.explanation_rows import TextLine
from deskterm.desk.tickets import register, update
from deskterm.errors import DeskError
from deskterm.tui.pages.clock_text import lay_out, read_clocks
from small_desk import at, small_desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """A fault that was answered, rested from 10:00 to 11:00 (UTC), and was taken up again."""
    desk = small_desk(store_url)
    register.register(desk, type="fault", severity="high", subject="Down", requester="Kim", now=at(0))
    messages.reply(desk, 1001, "On it", status="working", now=at(10))
    update.move(desk, 1001, "waiting", reason="asked for a log", now=at(60))
    update.move(desk, 1001, "working", now=at(120))
    yield desk
    desk.store.close()


def test_a_page_is_read_for_every_clock_and_adds_up_to_its_target(desk: DeskSession) -> None:
    pages = {page.metric: lay_out(page.lines, 98).plain for page in read_clocks(desk, 1001, at(121)).explain(at(121))}
    assert set(pages) == {"response", "resolution"}
    text = pages["resolution"].splitlines()
    assert text[0] == "Resolution: running, 2:59:00 left, 1:01:00 used (working time)"
    assert "Target    4h = 4:00:00 of working time" in text
    assert any(line.endswith("paused: Waiting for customer, by ann (1:00:00 left out)") for line in text)
    assert text[-2:] == ["Sum       4:00:00 = 4:00:00 (4h)", "Due       Mon 2026-11-23 14:00 UTC+00:00"]


def test_a_narrow_page_puts_what_counts_below_the_instants(desk: DeskSession) -> None:
    page = next(page for page in read_clocks(desk, 1001, at(121)).explain(at(121)) if page.metric == "resolution")
    text = lay_out(page.lines, 50).plain.splitlines()
    place = text.index("  Mon 2026-11-23 10:00 – 11:00")
    assert text[place + 1].strip() == "paused: Waiting for customer, by ann (1:00:00 left out)"


def test_a_ticket_without_clocks_says_why(desk: DeskSession) -> None:
    register.register(desk, type="question", subject="How?", requester="Kim", now=at(130))
    with pytest.raises(DeskError, match=r"Ticket 1002 has no clocks\. No policy of the procedure is for it"):
        read_clocks(desk, 1002, at(131)).explain(at(131))


def test_what_people_wrote_does_not_act_on_the_terminal() -> None:
    lines = [TextLine("Changed   by \x1b[31msam\x07", "fact"), TextLine("\x1b]0;x\x07late", "late")]
    assert "\x1b" not in lay_out(lines, 80).plain

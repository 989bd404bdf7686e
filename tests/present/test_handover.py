"""The hand-over sheet says the same everywhere: text, Markdown and page are made of one model (C-15)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deskterm.desk.conversation.messages import reply
from deskterm.desk.policy.duty import Duty
from deskterm.desk.tickets.register import register
from deskterm.present.handover import MOST_ROWS, HandoverSheet, format_markdown, present_handover, read_handover
from deskterm.present.labels import Vocabulary
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.handover import HandoverFacts, HandoverRow, PromiseRow, WaitRow
from deskterm.tui.pages.handover_page import format_handover
from small_desk import at, small_desk

NOW = 1_800_000_000
DUTY = Duty("Day", "first", NOW - 3600, NOW + 7200, "Night", NOW + 36_000, True)
ATTACK = "\x1b]0;owned\x07|cells|\n# a heading"


def ticket(number: int, due: int | None = None, *, missed: bool = False, subject: str = "Matter") -> HandoverRow:
    return HandoverRow(
        number, subject, "open", None, None, "Larch", None, "sam", due, "us", NOW - 9000, NOW - 9000, missed
    )


def present(facts: HandoverFacts) -> HandoverSheet:
    return present_handover(facts, DUTY, Vocabulary(), "Desk", NOW, ZoneInfo("UTC"))


@pytest.mark.law("C-15")
def test_the_same_rows_stand_on_the_page_and_in_markdown() -> None:
    tickets = (
        ticket(1, NOW - 60, missed=True, subject="Late"),
        ticket(2, NOW + 60, subject="Soon"),
        ticket(3, NOW + 36_000, subject="Due as the next shift ends"),
        ticket(4, subject="No time"),
    )
    sheet = present(
        HandoverFacts(
            tickets,
            (PromiseRow(2, "due", NOW + 60, "kim", "resolution", "said so"), PromiseRow(4, "letter", NOW + 5)),
            tuple(
                WaitRow(4, kind, NOW - 60, "someone", NOW + 60) for kind in ("answer", "escalation", "item", "quote")
            ),
        )
    )
    assert sheet.breaching == {2}
    assert sheet.lines[1:] == (
        "!! 1 of them is missed already",
        "! 1 of them is due before the next shift ends, 18:00 today",
    )
    assert [section.numbers for section in sheet.sections] == [(1, 2), (2, 4), (4, 4, 4, 4), (3, 4)]
    page, markdown = format_handover(sheet, 200).plain, format_markdown(sheet)
    for section in sheet.sections:
        for row in section.rows:
            for cell in filter(None, row):
                assert cell[:20] in page  # wide cells are cut there
                assert cell in markdown.replace("\\", "")
    assert "Late" in format_handover(sheet, 40).plain, "a narrow page keeps number and subject"


@pytest.mark.law("C-15")
def test_a_time_in_the_last_reply_is_a_promise(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    for minute, words in enumerate(
        ("You hear from us by tomorrow 15:00.", "We look at it.", "Can you call by Friday?")
    ):
        number = register(desk, type="fault", subject="Matter", requester="Ida", now=at(minute)).number
        reply(desk, number, words, now=at(10))
    reply(desk, number, "It is mended within 2 hours.", now=at(20))
    with open_reader(desk.store.url) as reader:
        found = read_handover(reader, None, int(at(60).timestamp()), "Europe/London").promises
    desk.store.close()
    assert [(one.ticket, one.kind, one.by, one.who) for one in found] == [
        (1003, "words", int(at(140).timestamp()), "Ann"),
        (1001, "words", int(at(30 * 60).timestamp()), "Ann"),
    ]


@pytest.mark.law("C-15")
def test_text_from_outside_stays_in_its_cell() -> None:
    sheet = present(
        HandoverFacts(
            (ticket(1, NOW + 60, subject=ATTACK),),
            (PromiseRow(1, "due", NOW + 60, ATTACK, ATTACK, ATTACK),),
            (WaitRow(1, "status", NOW, ATTACK),),
        )
    )
    markdown = format_markdown(sheet)
    assert "\x1b" not in markdown + format_handover(sheet, 90).plain
    assert "\n# a heading" not in markdown
    for section in sheet.sections:
        lines = [line for line in markdown.splitlines() if line.startswith("| 1 ")]
        assert len(lines) == 3
        assert len(section.heads) in {line.replace("\\|", "").count("|") - 1 for line in lines} or not section.rows


@pytest.mark.law("C-15")
def test_a_sheet_is_read_at_a_change_of_shift_and_says_what_it_leaves_out() -> None:
    sheet = present(HandoverFacts(tuple(ticket(number) for number in range(1, MOST_ROWS + 6)), (), ()))
    assert len(sheet.sections[-1].rows) == MOST_ROWS
    assert "… and 5 rows more" in format_markdown(sheet)
    assert "… and 5 rows more" in format_handover(sheet, 90).plain
    assert "Nobody waits for anything." in format_markdown(sheet)

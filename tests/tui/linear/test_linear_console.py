"""The console for screen readers, on a real terminal: lines and nothing else, each when it is new (C-43)."""

from __future__ import annotations

import re

import pytest

from tui.four_tickets import load_detail
from tui.real_terminal import Start

ENTER, ESCAPE, SEND = "\r", "\x1b", "\x13"


@pytest.mark.law("C-43")
def test_rows_tickets_dialogs_and_notices_are_lines_of_their_own(simulated_url: str, start: Start) -> None:
    terminal = start(simulated_url, words=("--screen-reader",))

    def read(keys: str, last: str) -> list[str]:
        """Type keys, and return the lines that come until one has these words."""
        before = len(terminal.output)
        terminal.type(keys)
        for _ in range(200):
            if last in terminal.record(seconds=0.2).decode() or last in terminal.output[before:].decode():
                break
        terminal.record(seconds=0.2)
        # The time goes on while the test runs
        return re.sub(r"\d+m left", "some time left", terminal.output[before:].decode()).split("\r\n")

    began = read("", "row 1 of 6")
    assert began[:2] == [
        "All open, 6 tickets",
        "1001, Low, New, some time left, Matter 0, Kim Lee, unassigned, row 1 of 6",
    ]
    assert "1003, Low, New, some time left, Matter 2, Kim Lee, unassigned, row 3 of 6" in read("2j", "row 3 of 6")
    opened = read(ENTER, "Response:")
    assert opened[0] == "Ticket 1003: Matter 2"
    assert any(line.startswith("Status New. Severity Low. Type Fault. Requester Kim Lee.") for line in opened)
    asked = read("s", "1 of ")
    assert asked[0] == "Move 1003 to"
    moved = read("1", "1003: ")
    assert "1003: New → Working on it" in moved
    assert load_detail(simulated_url, 1003).row.status != "new"
    typed = read(":tag vip", "tag vip")
    assert typed[-2:] == ["Command:", "tag vip"]
    tagged = read(ENTER, "1003: tags vip")
    assert "1003: tags vip" in tagged
    assert not any(line.startswith("Ticket 1003") for line in tagged), "what was read stays read"
    written = read("nSeen it", "Seen it")
    assert written[-1] == "Seen it"
    assert any("internal note" in line.casefold() and "1003" in line for line in written[:-1]), written
    noted = read(SEND, "1003 noted")
    assert any(line.startswith("1003, Low, Working on it,") for line in noted), "back in the list"
    assert load_detail(simulated_url, 1003).messages[-1].body == "Seen it"
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    output = terminal.output.decode()
    assert "\x1b" not in output, "no sequence moves the cursor or paints"
    assert not set(output) & set(map(chr, range(0x2500, 0x25A0))), "nothing is drawn"
    assert terminal.modes_left_on == []

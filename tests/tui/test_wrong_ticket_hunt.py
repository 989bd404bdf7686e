"""A hunt for acts on wrong tickets: random keys in bursts while colleagues write, register and close (C-01, C-02)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from textual import events
from textual._compositor import Compositor
from textual.keys import _character_to_key

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import register, update
from deskterm.errors import DeskError
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.reader import open_reader
from deskterm.tui.dialogs.compose import Composer
from small_desk import at, small_desk
from store_templates import copy_store
from tui.console_session import ConsoleSession, open_console

TICKETS = 160
KEYS_IN_SUITE, KEYS_AT_LENGTH = 2_500, 50_000
"""Keys of one run: four seeds make 10,000, and twenty a million."""

MOVES = (
    "j",
    "k",
    "j j",
    "J",
    "K",
    "g g",
    "G",
    "space",
    "ctrl+d",
    "ctrl+u",
    "tab",
    "enter",
    "escape",
    "escape",
    "g q",
    "g t",
    "7",
)
LOOKS = ("v", "V", "o", "z", "/ m a t enter", "/ escape", "asterisk", ": 1 0 4 2 enter", ": 1 1 0 9 enter")
ACTS = ("A", "s 1", "S 2", "u")

CURSOR_ROW = re.compile(r"▌\S?\s+\S.*?\s(1\d\d\d)\s")


def _create(url: str) -> Store:
    desk = small_desk(url)
    for number in range(TICKETS):
        register.register(
            desk, type="fault", severity=("high", "low")[number % 2], subject=f"Matter {number}",
            body="Words", requester="Kim Novak", email="kim@larch.example", now=at(number / 20),
        )  # fmt: skip
    return desk.store


class Hunt:
    """One console, its keys, and what each fingerprint was meant for."""

    def __init__(self, console: ConsoleSession, random: Random) -> None:
        self.console, self.random = console, random
        self.expected: dict[str, int | None] = {}
        """Words that were typed into an act → the ticket under the cursor as its key was delivered."""
        self.pressed = 0
        self.stuck: list[int] = []
        """Keys pressed when escape had not led out of the composer."""
        self._marks = 0
        self._posted = self._taken = 0
        self._opening = ""
        self._leaving: Composer | None = None
        deliver, take = console.app.type_ahead._deliver, console.app.type_ahead.take

        async def count(event: events.Event) -> None:
            self._taken += 1
            await take(event)

        async def watch(event: events.Event, serial: int) -> None:
            self._check_left()
            if isinstance(event, events.Key) and event.key == "escape" and self._has_letter_focus():
                self._leaving = console.workspace.composer
            if isinstance(event, events.Key) and event.key.startswith("mark-"):
                self._opening = event.key
                return await deliver(events.Key("f12", None), serial)
            if self._opening:
                self.expected[self._opening], self._opening = self._find_shown(), ""
            return await deliver(event, serial)

        console.app.type_ahead._deliver = watch
        console.app.type_ahead.take = count  # type: ignore[method-assign]

    def _has_letter_focus(self) -> bool:
        """Return whether keys go to the letter: from another pane, escape leads to the queue first (C-07)."""
        composer, focused = self.console.workspace.composer, self.console.screen.focused
        is_on_top = self.console.app.screen is self.console.screen
        return is_on_top and composer is not None and focused is not None and composer in focused.ancestors

    def _check_left(self) -> None:
        """Note when the composer is still open after escape."""
        if self._leaving is not None and self.console.workspace.composer is self._leaving:
            self.stuck.append(self.pressed)
        self._leaving = None

    def _find_shown(self) -> int | None:
        """Return the ticket that a person sees the cursor on: from the painted row, or the heading of the ticket."""
        console, workspace = self.console, self.console.workspace
        if console.app.screen is not console.screen or workspace.composer is not None:
            return None
        queue = workspace.panes.queue
        if workspace.in_ticket:
            return workspace.browser.shown_number
        if workspace.pane != "queue" or len(queue.marks) > 1 or queue.current is None:
            return None
        if queue.marks:
            return next(iter(queue.marks))
        if not queue.size.width:
            # A key of the same burst showed the queue again: nobody has seen a row of it yet
            return queue.current.number
        row = queue.render_line(queue.cursor - queue.first_row + 1).text
        found = CURSOR_ROW.search(row)
        assert found is not None, row
        return int(found[1])

    def burst(self) -> None:
        """Press some keys at once, as a line does that was slow."""
        for _ in range(self.random.randint(1, 6)):
            kind = self.random.random()
            if kind < 0.45:
                keys = self.random.choice(MOVES).split()
            elif kind < 0.55:
                keys = self.random.choice(LOOKS).split()
            elif kind < 0.65:
                keys = self.random.choice(ACTS).split()
            else:
                self._marks += 1
                word = f"x{self._marks:05}x"
                opener = self.random.choice("tnr")
                keys = [f"mark-{word}", opener, *word, "enter" if opener == "t" else "ctrl+s"]
            for key in keys:
                self.press(key)

    def press(self, key: str) -> None:
        """Press one key."""
        self.pressed += not key.startswith("mark-")
        self._posted += 1
        self.console.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key,
                                                 key if len(key) == 1 else None))  # fmt: skip

    def idle(self) -> bool:
        """Return whether all keys have been handled, those too that the application has not taken yet: else bursts
        pile up, and all of them go nowhere when the first command has no ticket."""
        type_ahead = self.console.app.type_ahead
        return self._taken == self._posted and not (type_ahead.waiting or type_ahead._rounds or type_ahead.holds)


def interfere(desk: DeskSession, random: Random, minute: float) -> None:
    """Do what a colleague does meanwhile."""
    number = 1001 + random.randrange(TICKETS)
    with suppress(DeskError):
        match random.randrange(4):
            case 0:
                register.register(
                    desk,
                    type="fault",
                    severity="high",
                    subject="More",
                    requester="Kim",
                    email="kim@larch.example",
                    now=at(minute),
                )
            case 1:
                messages.record_customer_message(desk, number, "Any news?", author="Kim", now=at(minute))
            case 2:
                update.update_ticket(desk, number, severity=random.choice(("high", "low")), now=at(minute))
            case 3:
                update.move(desk, number, "solved", anyway=True, now=at(minute))


def read_marks(url: str) -> Iterator[tuple[str, int]]:
    """Yield the fingerprints in the store, with their tickets."""
    with open_reader(url) as reader:
        rows = reader.rows(
            "SELECT ticket_id, data FROM event WHERE kind = 'tagged'"
            " UNION ALL SELECT ticket_id, body FROM personal_text"
        )
    for row in rows:
        for word in re.findall(r"x\d{5}x", row[1]):
            yield f"mark-{word}", row[0]


async def hunt(url: str, seed: int, keys: int, size: tuple[int, int]) -> None:
    random = Random(seed)
    copy_store(url, ("hunt",), _create).close()
    colleague = open_desk(open_store(url), "kim")
    async with open_console(url, size=size) as console:
        search = Hunt(console, random)
        minute = 60.0
        while search.pressed < keys:
            search.burst()
            minute += 0.01
            console.clock.advance(1)
            if random.random() < 0.3:
                await asyncio.to_thread(interfere, colleague, random, minute)
            if random.random() < 0.7:
                await console.wait_until(search.idle, f"the end of a burst (seed {seed}, key {search.pressed})")
        await console.wait_until(search.idle, "the end")
        search.press("escape")  # out of what is over the composer, if anything is
        search.press("escape")
        await console.wait_until(search.idle, "escape out of everything")
        assert console.workspace.composer is None
    colleague.store.close()
    found = list(read_marks(url))
    wrong = [(mark, number, search.expected.get(mark)) for mark, number in found
             if search.expected.get(mark) not in (None, number)]  # fmt: skip
    assert wrong == []
    assert search.stuck == [], "escape did not leave the composer"
    assert len(found) > keys / 100, "too few acts to show anything"


def _leave_unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a hunt from painting, which is more than half of a key's cost and goes to no terminal here. Other seeds show
    that painting works."""
    monkeypatch.setattr(Compositor, "render_update", lambda *_, **__: None)


@pytest.mark.first
@pytest.mark.law("C-01", "C-02")
@pytest.mark.parametrize("seed", range(4))
async def test_no_burst_of_keys_acts_on_another_ticket_than_the_one_under_the_cursor(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed:
        _leave_unpainted(monkeypatch)
    await hunt(f"sqlite:///{tmp_path / 'desk.sqlite3'}", seed, KEYS_IN_SUITE, (80, 24))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 30))
async def test_a_million_keys_act_on_no_other_ticket(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 5:
        _leave_unpainted(monkeypatch)
    await hunt(f"sqlite:///{tmp_path / 'desk.sqlite3'}", seed, KEYS_AT_LENGTH, (120, 40))

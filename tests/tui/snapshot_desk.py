"""Desks for pictures of the console: a stopped clock, what is shown waited for by condition, nothing that moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import register
from deskterm.exchange.demo.build import build_demo_desk
from deskterm.tui.app import DeskApp
from deskterm.tui.screens.desk import DeskScreen
from small_desk import at, small_desk

MORNING = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A Monday on which the demo begins."""

TRIES = 3000
"""Looks at whether a condition holds, some hundredths of a second apart, before a test gives up."""

ALIKE = 3
"""Drawings that must be the same one after another until a picture is taken."""


def demo_desk(folder: Path) -> str:
    """The demo desk in a folder, as sam finds it on its morning; its URL."""
    store = build_demo_desk(
        f"sqlite:///{folder / 'demo.sqlite3'}", morning=MORNING, real_now=MORNING, admin_login="sam"
    )
    store.close()
    return store.url


def empty_desk(folder: Path) -> str:
    """A desk where nothing has come in yet; its URL."""
    desk = small_desk(f"sqlite:///{folder / 'empty.sqlite3'}")
    desk.store.close()
    return desk.store.url


def hostile_desk(folder: Path, payloads: list[str]) -> str:
    """A desk with one ticket whose every word attacks the terminal, and one ticket for each attack; its URL."""
    desk = small_desk(f"sqlite:///{folder / 'hostile.sqlite3'}")
    everything = "\n".join(payloads)
    first = register.register(
        desk,
        type="fault",
        severity="high",
        subject=payloads[0],
        body=everything,
        requester=payloads[1],
        tags=[payloads[2]],
        now=at(0),
    )
    messages.record_customer_message(desk, first.number, everything, author=payloads[3], now=at(1))
    for minute, payload in enumerate(payloads, 2):
        register.register(desk, type="fault", subject=payload, requester=payload, now=at(minute))
    desk.store.close()
    return desk.store.url


def console(url: str, login: str = "sam", moment: datetime = MORNING + timedelta(seconds=20)) -> DeskApp:
    """The console on a desk at one moment that does not pass, with nothing that slides or fades."""
    app = DeskApp(url, login, lambda: moment)
    app.animation_level = "none"
    return app


async def until(pilot: Pilot[Any], holds: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    for _ in range(TRIES):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"It never came to this: {what}")


async def read(pilot: Pilot[Any], view: str = "") -> DeskScreen:
    """Wait until the desk has read all that it shows (of a view, where one is given): list, ticket, numbers of the
    views and what breaches next."""
    await until(pilot, lambda: isinstance(pilot.app.screen, DeskScreen), "the desk is on top")
    screen = pilot.app.screen
    assert isinstance(screen, DeskScreen)

    def counted() -> bool:
        totals = {line.key: line.total for line in screen.workspace.views}
        shown = screen.workspace.queue_query.view
        return (
            any(total is not None for total in totals.values())
            and (not view or view == shown)
            and (bool(screen.workspace.queue_query.match) or totals.get(shown) in (None, screen.panes.queue.count))
        )

    def ticket() -> bool:
        current = screen.panes.queue.current
        if not screen.panes.queue.count:
            return screen.workspace.open_ticket is None
        return (
            current is not None
            and screen.workspace.open_ticket is not None
            and screen.workspace.open_ticket.number == current.number
        )

    def soon() -> bool:
        return bool(len(screen.panes.next_breach)) or not any(line.total for line in screen.workspace.views)

    await until(pilot, lambda: bool(screen.workspace.desk_name), "the desk has a name")
    await until(pilot, counted, "the list agrees with the number beside its view")
    await until(pilot, ticket, "the ticket under the cursor is open")
    await until(pilot, soon, "it is known what breaches next")
    return screen


async def opened(pilot: Pilot[Any], kind: str) -> None:
    """Wait until a screen, by the name of its class, is on top and can be typed at."""

    def ready() -> bool:
        screen = pilot.app.screen
        return type(screen).__name__ == kind and (screen.focused is not None or kind == "Page")

    await until(pilot, ready, f"{kind} is open")


async def at_rest(pilot: Pilot[Any]) -> None:
    """Wait until one drawing is like the one before, with cursors that do not blink."""
    last, alike = "", 0
    for _ in range(TRIES):
        still(pilot.app)
        await pilot.pause()
        drawing = drawn(pilot.app)
        alike = alike + 1 if drawing == last else 0
        last = drawing
        if alike >= ALIKE:
            return
    raise AssertionError("The screen never came to rest.")


def still(app: App[Any]) -> None:
    """Stop cursors from blinking. The one of a text keeps the line as it was drawn before, so it is not shown."""
    for screen in app.screen_stack:
        for field in screen.query(Input):
            field.cursor_blink = False
        for area in screen.query(TextArea):
            area.cursor_blink = area.show_cursor = False


def drawn(app: App[Any]) -> str:
    """What is on the screen, with its colours."""
    return app.export_screenshot(simplify=True)

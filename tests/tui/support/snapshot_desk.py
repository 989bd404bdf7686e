"""Desks for pictures of the console: the clock stands still, nothing moves, and pictures wait for conditions."""

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
from deskterm.tui.settings.preferences import Preferences
from small_desk import at, small_desk

MORNING = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A Monday on which the demo begins."""

MOST_CHECKS = 3000
"""Checks of a condition, some hundredths of a second apart, before a test gives up."""

EQUAL_DRAWINGS = 3
"""Drawings in a row that must be equal before a picture is taken."""


def create_demo_desk(folder: Path) -> str:
    """Create the demo desk in a folder, as sam finds it on its morning; return its URL."""
    store = build_demo_desk(
        f"sqlite:///{folder / 'demo.sqlite3'}", morning=MORNING, real_now=MORNING, admin_login="sam"
    )
    store.close()
    return store.url


def create_empty_desk(folder: Path) -> str:
    """Create a desk without tickets; return its URL."""
    desk = small_desk(f"sqlite:///{folder / 'empty.sqlite3'}")
    desk.store.close()
    return desk.store.url


def create_hostile_desk(folder: Path, payloads: list[str]) -> str:
    """Create a desk with one ticket of which every text attacks the terminal, and one ticket for each attack; return
    its URL."""
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


def make_console(
    url: str,
    login: str = "sam",
    moment: datetime = MORNING + timedelta(seconds=20),
    preferences: Preferences | None = None,
) -> DeskApp:
    """Return the console on a desk, at a moment that does not pass, without animations."""
    app = DeskApp(url, login, lambda: moment, preferences=preferences)
    app.animation_level = "none"
    return app


async def wait_until(pilot: Pilot[Any], condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition. what: named when it never comes true."""
    for _ in range(MOST_CHECKS):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"It never came true: {what}")


async def wait_for_desk(pilot: Pilot[Any], view: str = "") -> DeskScreen:
    """Wait until everything in view has been read: list, ticket, counts, and the tickets that breach next. view: the
    one that must be in view."""
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, DeskScreen), "the desk is on top")
    screen = pilot.app.screen
    assert isinstance(screen, DeskScreen)

    def is_counted() -> bool:
        totals = {line.key: line.total for line in screen.workspace.views}
        query, rows = screen.workspace.queue_query, screen.panes.queue.count
        return (
            any(total is not None for total in totals.values())
            and (not view or view == query.view)
            and (bool(query.match) or totals.get(query.view) in (None, rows))
        )

    def is_ticket_open() -> bool:
        current = screen.panes.queue.current
        if not screen.panes.queue.count:
            return screen.workspace.open_ticket is None
        return (
            current is not None
            and screen.workspace.open_ticket is not None
            and screen.workspace.open_ticket.number == current.number
        )

    def are_breaches_read() -> bool:
        return bool(len(screen.panes.next_breach)) or not any(line.total for line in screen.workspace.views)

    await wait_until(pilot, lambda: bool(screen.workspace.desk_name), "the desk has a name")
    await wait_until(pilot, is_counted, "the list agrees with the number beside its view")
    await wait_until(pilot, is_ticket_open, "the ticket under the cursor is open")
    await wait_until(pilot, are_breaches_read, "the tickets that breach next have been read")
    return screen


async def wait_for_screen(pilot: Pilot[Any], kind: str) -> None:
    """Wait until a screen is on top and takes keys. kind: the name of its class."""

    def ready() -> bool:
        screen = pilot.app.screen
        return type(screen).__name__ == kind and (screen.focused is not None or kind == "Page")

    await wait_until(pilot, ready, f"{kind} is open")


async def wait_for_rest(pilot: Pilot[Any]) -> None:
    """Wait until drawings no longer change, with cursors that do not blink."""
    last, equal = "", 0
    for _ in range(MOST_CHECKS):
        stop_blinking(pilot.app)
        await pilot.pause()
        drawing = draw(pilot.app)
        equal = equal + 1 if drawing == last else 0
        last = drawing
        if equal >= EQUAL_DRAWINGS:
            return
    raise AssertionError("The screen never came to rest.")


def stop_blinking(app: App[Any]) -> None:
    """Stop cursors from blinking. That of a text area caches the line as it was drawn before, so it is hidden."""
    for screen in app.screen_stack:
        for field in screen.query(Input):
            field.cursor_blink = False
        for area in screen.query(TextArea):
            area.cursor_blink = area.show_cursor = False


def draw(app: App[Any]) -> str:
    """Draw the screen, with its colours."""
    return app.export_screenshot(simplify=True)

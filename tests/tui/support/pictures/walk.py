"""The walk of one console through everything that has a picture: it is opened, looked at, and left again."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.events import Key
from textual.keys import _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from deskterm.tui.dialogs.choose import ChoiceList
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.screens.report.screen import ReportScreen
from deskterm.tui.screens.wall.screen import WallScreen
from deskterm.tui.screens.workspace import DeskWorkspace
from tui.support.pictures.canvas import CanvasApp
from tui.support.pictures.text_picture import Shot, read_strips

_PATIENCE = 60.0
"""Seconds before a walk gives up: far more than the slowest machine needs, also one that still compiles modules."""

_EQUAL_ROUNDS = 3
"""Rounds through all that waits in which nothing may change before a picture is taken."""

_MOST_STEPS = 20
"""Steps that it takes at most to leave what is open."""


@dataclass
class Walker:
    """Whoever walks through a console and presses its keys. seen: what pictures were taken of: classes of screens, and
    of the desk its panes, the tabs of its ticket, its lines to type in, and what is written in the composer."""

    app: CanvasApp
    pilot: Pilot[None]
    seen: set[str] = field(default_factory=set)

    @property
    def desk(self) -> DeskScreen:
        """The desk screen, also below a dialog."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DeskScreen)
        return screen

    @property
    def workspace(self) -> DeskWorkspace:
        return self.desk.workspace

    async def wait_for_lists(self) -> None:
        """Wait until everything in sight has been read: list, ticket, counts, and the tickets that breach next."""
        workspace = self.workspace

        def is_read() -> bool:
            totals = {line.key: line.total for line in workspace.views}
            rows = workspace.panes.queue.count
            is_counted = any(total is not None for total in totals.values())
            return (
                bool(workspace.desk_name)
                and is_counted
                and totals.get(workspace.queue_query.view) in (None, rows)
                and (not rows or self._is_current_open())
                and not self._is_reading()
            )

        await self.wait(is_read, "the desk has been read")

    async def show_view(self, key: str) -> None:
        """Show a view, and wait until its list has been read."""
        self.workspace.show_view(key)
        await self.wait(lambda: self.workspace.queue_query.view == key and not self.workspace.browser.list_pending, key)
        await self.wait_for_lists()

    @property
    def choices(self) -> ChoiceList:
        """The choices of the dialog on top."""
        return self.app.screen.query_one(ChoiceList)

    # -- opening -------------------------------------------------------------------------------------------------

    async def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition. what: named when it never comes true."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if condition():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"It never came true: {what}")

    async def press(self, *keys: str) -> None:
        """Press keys, as fast as a terminal sends them."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
            character: str | None
            try:
                character = unicodedata.lookup(_get_unicode_name_from_key(name))
            except KeyError:
                character = key if len(key) == 1 else None
            self.app.post_message(Key(name, character))

    async def wait_for(self, kind: str) -> None:
        """Wait until a screen is on top and takes keys. kind: the name of its class."""

        def is_there() -> bool:
            screen = self.app.screen
            return (
                type(screen).__name__ == kind
                and screen.is_mounted
                and (screen.focused is not None or not screen.focus_chain)
            )

        await self.wait(is_there, f"{kind} is open")

    async def open(self, kind: str, *keys: str) -> None:
        """Press keys until another screen is on top and takes keys. kind: the name of its class."""
        below = self.app.screen
        await self.press(*keys)
        await self.wait(lambda: self.app.screen is not below, f"{keys} open something")
        await self.wait_for(kind)

    async def run(self, kind: str, name: str, argument: str = "") -> None:
        """Run a command that opens a screen. kind: the name of its class."""
        self.workspace.run_command(name, argument)
        await self.wait_for(kind)

    async def open_line(self, *keys: str) -> None:
        """Press keys until the line at the foot is open."""
        await self.press(*keys)
        await self.wait(lambda: self.workspace.prompting and isinstance(self.app.focused, Input), f"{keys}: the line")

    async def open_pane(self, pane: str, *keys: str) -> None:
        """Press keys until a pane has the focus."""
        await self.press(*keys)
        await self.wait(
            lambda: self.workspace.pane == pane and self.app.focused is not None and self.app.focused.id == pane, pane
        )

    async def open_tab(self, tab: str) -> None:
        """Open a tab of the ticket under the cursor."""
        await self.open_pane("conversation", "enter")
        self.workspace.run_command("tab", tab)
        await self.wait(lambda: self.workspace.open_ticket and self.workspace.open_ticket.tab == tab, tab)

    async def open_composer(self, *keys: str) -> None:
        """Press keys until the composer is open and takes words."""
        await self.press(*keys)
        await self.wait(
            lambda: self.workspace.composer is not None and isinstance(self.app.focused, TextArea), f"{keys}: composer"
        )

    async def wait_for_preview(self) -> None:
        """Wait until the dialog shows what the choice under its cursor would do."""
        (preview,) = self.app.screen.query("#preview").results(Static)
        await self.wait(lambda: str(preview.content) not in ("", "…"), "what it would do")

    # -- looking -------------------------------------------------------------------------------------------------

    async def rest(self) -> None:
        """Wait until nothing changes any more."""
        equal, deadline = 0, time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            before = self.app.changes
            self.app.stop_blinking()
            # Where the read thread works, sleep: a loop that never does keeps the interpreter from it
            await self.pilot.pause(0.002 if self._is_reading() else 0)
            typed = self.workspace.type_ahead
            is_busy = self._is_reading() or typed.waiting or typed._rounds or self._is_unfinished()
            is_same = before == self.app.changes and not is_busy
            equal = equal + 1 if is_same else 0
            if equal >= _EQUAL_ROUNDS:
                return
        raise AssertionError("The screen never came to rest.")

    async def shoot(self) -> Shot:
        """Return the picture of what is on the screen."""
        await self.rest()
        # A bar that comes into sight later than its pane was scrolled stays where it was until the next movement
        for widget in self.app.screen.query("*"):
            if widget.show_vertical_scrollbar:
                widget.vertical_scrollbar.position = widget.scroll_y
        await self.rest()
        self._note()
        return read_strips(self.app.draw())

    def _is_reading(self) -> bool:
        requests = self.workspace.browser._reader()._requests
        screen = self.app.screen
        is_counting = isinstance(screen, ReportScreen) and screen.is_counting
        return bool(requests.jobs or requests.running or is_counting)

    def _is_unfinished(self) -> bool:
        """Return whether the screen on top has something to handle or to lay out; the wall shows its first figures with
        its next tick."""
        screen = self.app.screen
        if isinstance(screen, WallScreen) and screen._shown is None:
            return True
        return screen._layout_required or any(node.message_queue_size for node in (screen, *screen.walk_children()))

    def _note(self) -> None:
        screen, workspace = self.app.screen, self.workspace
        self.seen.add(type(screen).__name__)
        if isinstance(screen, DeskScreen):
            self.seen.add(f"pane {workspace.pane}")
            if workspace.open_ticket is not None and workspace.pane == "conversation":
                self.seen.add(f"tab {workspace.open_ticket.tab}")
            if workspace.composer is not None:
                self.seen.add(f"composer {workspace.composer.kind}")
            if workspace.prompting:
                self.seen.add(f"line {workspace.prompts._prompt.kind}")  # type: ignore[union-attr]

    # -- leaving -------------------------------------------------------------------------------------------------

    async def leave(self) -> None:
        """Leave whatever is open, with nothing written, marked or filtered."""
        for _ in range(_MOST_STEPS):
            if not await self.leave_one():
                break
        else:
            raise AssertionError("It cannot be left.")
        self.app.shows_below = False
        await self.clear_notices()
        workspace = self.workspace
        for draft in [*workspace.drafts.every(), *workspace.drafts.lines()]:
            workspace.drafts.discard(draft)

    async def clear_notices(self) -> None:
        """Take all notices away: they go by themselves after some seconds, whatever the clock of the console says."""
        await self.rest()
        self.app._notifications.clear()
        self.app._refresh_notifications()

    async def begin(self) -> None:
        """Leave whatever is open, and go to the thread of the first ticket, with the queue in sight."""
        await self.leave()
        workspace = self.workspace
        workspace.panes.queue.edge(last=False)
        workspace.choose_tab("thread")
        await self.wait(self._is_at_rest, "the first ticket is open")

    def _is_current_open(self) -> bool:
        current, ticket = self.workspace.panes.queue.current, self.workspace.open_ticket
        return current is not None and ticket is not None and ticket.number == current.number

    def _is_at_rest(self) -> bool:
        ticket = self.workspace.open_ticket
        is_thread = ticket is not None and ticket.tab == "thread"
        return self.workspace.panes.queue.cursor == 0 and self._is_current_open() and is_thread

    async def leave_one(self) -> bool:
        """Leave one thing; return whether there was any."""
        workspace, screen = self.workspace, self.app.screen
        if len(self.app.screen_stack) > 1:
            await self.press("escape")
            await self.wait(lambda: self.app.screen is not screen, f"{screen} is left")
        elif workspace.prompting:
            workspace.prompts.leave()
            await self.wait(lambda: not workspace.prompting, "the line is left")
        elif workspace.composer is not None:
            workspace.composer.query_one(TextArea).text = ""
            workspace.composer.action_keep()
            await self.wait(lambda: workspace.composer is None, "the composer is left")
        elif workspace.layout._zoomed:
            workspace.zoom()
        elif (
            workspace.pane != "queue"
            or workspace.panes.queue.marks
            or workspace.queue_query.match
            or self.desk.query("#tour")
        ):
            workspace.go_back()
            await self.pilot.pause(0)
        elif workspace.first_key:
            await self.press("escape")
            await self.wait(lambda: not workspace.first_key, "the first key is forgotten")
        else:
            return False
        return True

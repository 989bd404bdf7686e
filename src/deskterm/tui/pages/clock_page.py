"""The page that explains a clock, counting on while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError
from deskterm.tui.dialogs.page import Page, text_width
from deskterm.tui.pages.clock_text import ClockExplanation, TicketClocks, lay_out, read_clocks

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace

_LIVE = ("running", "paused")


class ClockPages:
    """The clocks of a ticket, one page after the other. The text of a page each second is arithmetic; the history is
    read again only when the ticket or the procedure has another version than before."""

    def __init__(self, workspace: Workspace, number: int) -> None:
        self._workspace, self._number = workspace, number
        self._clocks: TicketClocks | None = None
        self._explanations: list[ClockExplanation] = []
        self._shown: ClockExplanation | None = None
        self._version = self._current_version()
        self._reading = False

    async def show(self) -> None:
        """Show the pages from the chosen clock on, until the agent leaves."""
        await self._read()
        workspace = self._workspace
        order = {(clock.metric, clock.cycle): place for place, clock in enumerate(workspace.clocks)}
        self._explanations.sort(key=lambda one: order.get((one.metric, one.cycle), len(order)))
        chosen = workspace.chosen_clock
        index = 0 if chosen is None else order.get((chosen.metric, chosen.cycle), 0)
        several = len(self._explanations) > 1
        while True:
            self._shown = self._explanations[index % len(self._explanations)]
            content = self._updated() or self._lay_out(self._shown)
            page = Page(f"Why · {self._number}", content, has_next=several, update=self._updated)
            if await workspace.show(page) != "next":
                return
            index += 1

    async def _read(self) -> None:
        now = self._workspace.now()
        self._clocks = await self._workspace.run(lambda desk: read_clocks(desk, self._number, now))
        # Kept from the first time, so that the pages and their order stay while one turns them
        self._explanations = self._explanations or self._clocks.explain(now)

    def _updated(self) -> Content | None:
        """Return the page as it reads now; None when it reads as before."""
        shown = self._shown
        if shown is None or self._clocks is None:
            return None
        unchanged = self._version == self._current_version()
        if not unchanged and not self._reading:
            self._reading = True
            self._workspace.run_worker(self._read_again(), group="explaining")
        if unchanged and shown.state not in _LIVE:
            return None
        now = self._workspace.now()
        current = next(iter(self._clocks.explain(now, shown.metric, shown.cycle)), shown)
        if current == shown:
            return None
        self._shown = current
        return self._lay_out(current)

    async def _read_again(self) -> None:
        # Before reading: what is written meanwhile is then seen as new with the next second
        version = self._current_version()
        try:
            await self._read()
        except DeskError as error:
            self._workspace.notify(str(error), severity="error")
        finally:
            self._reading = False
        if self._shown is not None:
            # the clock may have stopped or gone on meanwhile: as a live one it is laid out anew with the next second
            self._shown = self._shown._replace(state=_LIVE[0])
        self._version = version

    def _current_version(self) -> tuple[int, int]:
        ticket = self._workspace.open_ticket
        version = ticket.version if ticket is not None and ticket.number == self._number else 0
        return version, self._workspace.vocabulary.version

    def _lay_out(self, explanation: ClockExplanation) -> Content:
        return lay_out(explanation.lines, text_width(self._workspace.size.width))

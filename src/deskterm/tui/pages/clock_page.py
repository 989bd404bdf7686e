"""The page that says why a clock is due when it is, and goes on with the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError
from deskterm.tui.dialogs.page import Page
from deskterm.tui.pages.clock_text import Account, Told, ledger, read

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen

_WIDEST = 104
_LIVE = ("running", "paused")


class Explaining:
    """The clocks of a screen's ticket, one page after the other. What a page shows each second is arithmetic; the
    history is read again only when the ticket or the procedure is another than before."""

    def __init__(self, screen: DeskScreen, number: int) -> None:
        self._screen, self._number = screen, number
        self._account: Account | None = None
        self._clocks: list[Told] = []
        self._shown: Told | None = None
        self._seen = self._version()
        self._reading = False

    async def show(self) -> None:
        """From the chosen clock on, until the person leaves."""
        await self._read()
        order = {(clock.metric, clock.cycle): place for place, clock in enumerate(self._screen.clocks.clocks)}
        self._clocks.sort(key=lambda told: order.get((told.metric, told.cycle), len(order)))
        chosen = self._screen.clocks.chosen
        index = 0 if chosen is None else order.get((chosen.metric, chosen.cycle), 0)
        many = len(self._clocks) > 1
        while True:
            self._shown = self._clocks[index % len(self._clocks)]
            content = self._again() or self._page(self._shown)
            page = Page(f"Why · {self._number}", content, following=many, again=self._again)
            if await self._screen.app.push_screen_wait(page) != "next":
                return
            index += 1

    async def _read(self) -> None:
        now = self._screen.instant()
        self._account = await self._screen.clerk.do(lambda desk: read(desk, self._number, now))
        self._clocks = self._clocks or self._account.at(now)

    def _again(self) -> Content | None:
        """The page as it reads now; None when it reads as before."""
        shown = self._shown
        if shown is None or self._account is None:
            return None
        fresh = self._seen == self._version()
        if not fresh and not self._reading:
            self._reading = True
            self._screen.run_worker(self._read_again(), group="explaining")
        if fresh and shown.state not in _LIVE:
            return None
        told = next(iter(self._account.at(self._screen.instant(), shown.metric, shown.cycle)), shown)
        if told == shown:
            return None
        self._shown = told
        return self._page(told)

    async def _read_again(self) -> None:
        seen = self._version()
        try:
            await self._read()
        except DeskError as error:
            self._screen.say(str(error), "error")
        finally:
            self._reading = False
        if self._shown is not None:
            self._shown = self._shown._replace(state=_LIVE[0])  # it may have stopped, or have been taken up again
        self._seen = seen

    def _version(self) -> tuple[int, int]:
        card = self._screen.card
        version = card.version if card is not None and card.number == self._number else 0
        return version, self._screen.vocabulary.version

    def _page(self, told: Told) -> Content:
        return ledger(told.lines, min(_WIDEST, int(self._screen.size.width * 0.9)) - 6)

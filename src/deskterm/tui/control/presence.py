"""Presence in the console: what colleagues see of this agent, and what this console shows of them (C-30)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.present.presence import SIGN, format_mark, format_presence
from deskterm.present.sanitize import Safe
from deskterm.store.presence.entries import Presence

if TYPE_CHECKING:
    from deskterm.tui.control.browsing import Browser
    from deskterm.tui.hosts import PresenceHost
    from deskterm.tui.type_ahead import TypeAhead
    from deskterm.tui.workers.read_worker import ReadWorker

_SETTLING = 0.3
"""Seconds for which a ticket must be open before others see it: not those that the agent only passes by."""

AWAY_AFTER = 900.0
"""Seconds without a key after which the agent counts as away: nobody reads one ticket overnight."""


class PresenceController:
    """The presence of one console. login: of the person at it, where they work in another's name too; reader: gives the
    read thread; clock: that of the type-ahead, seconds that never go back."""

    def __init__(
        self,
        host: PresenceHost,
        browser: Browser,
        login: str,
        reader: Callable[[], ReadWorker],
        type_ahead: TypeAhead,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._browser, self._login, self._reader = host, browser, login, reader
        self._type_ahead, self._clock = type_ahead, clock
        self._others: dict[int, list[Presence]] = {}
        self._shown: Presence | None = None
        """The presence that others see of this console, or will see in a moment."""
        self._timer: asyncio.TimerHandle | None = None
        self._warned: Sequence[Presence] = ()

    def follow(self) -> None:
        """Update what others see of the agent: a letter at once, a ticket once they stay with it."""
        own = self._find_own()
        if own == self._shown:
            return
        self._shown = own
        if self._timer is not None:
            self._timer.cancel()
        delay = 0.0 if own is not None and own.writing else _SETTLING
        self._timer = asyncio.get_running_loop().call_later(delay, self._reader().show_presence, own)
        self._show_in_composer()

    def name_others(self, number: int) -> Safe:
        """Return who else has a ticket open, as a sentence without its full stop; empty for nobody."""
        return format_presence(self._others.get(number, ()))

    def show(self, others: Sequence[Presence]) -> None:
        """Show the colleagues at their tickets."""
        self._others = {}
        for one in others:
            self._others.setdefault(one.number, []).append(one)
        self._host.panes.queue.show_presence({number: format_mark(here) for number, here in self._others.items()})
        self._show_in_composer()
        self._host.update_titles()

    def _find_own(self) -> Presence | None:
        if self._clock() - self._type_ahead.pressed_at > AWAY_AFTER:
            return None
        composer = self._host.composer
        if composer is not None:
            return Presence(self._login, composer.number, composer.kind)
        number = self._browser.shown_number
        in_sight = self._host.in_ticket or not self._host.layout.single
        return Presence(self._login, number) if number is not None and in_sight else None

    def _show_in_composer(self) -> None:
        """Warn the agent that a colleague is writing on the same ticket: once by a notice, and in the border as long as
        it lasts."""
        composer = self._host.composer
        if composer is None:
            self._warned = ()
            return
        writers = [one for one in self._others.get(composer.number, ()) if one.writing]
        sentence = format_presence(writers)
        composer.show_writers(Content.styled(f"{SIGN} {sentence}", "bold $text-warning") if writers else None)
        if set(writers) - set(self._warned):
            self._host.notify(f"{sentence} for {composer.number} too.", severity="warning")
        self._warned = writers

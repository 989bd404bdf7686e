"""The start of a console: the first rows, then the desk, then the command that it was opened with."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from deskterm.tui.screens.workspace import DeskWorkspace
    from deskterm.tui.workers.desk_worker import DeskWorker

_PAINTING_TIME = 0.25
"""Seconds after which the first rows count as painted, whatever else is to be shown."""


class Start:
    """The start of one console. opening: a command that is run once the first rows are shown."""

    def __init__(
        self, screen: Screen[Any], workspace: DeskWorkspace, desk_worker: DeskWorker, opening: str = ""
    ) -> None:
        self._screen, self._workspace, self._desk_worker, self._opening = screen, workspace, desk_worker, opening
        self._are_rows_read = self._is_desk_fetched = False
        # Keys that are pressed before the first rows are shown wait for them
        self._hold = workspace.hold_keys()

    @property
    def is_under_way(self) -> bool:
        """True until the first rows are shown: keys were pressed before, some of them ahead of the program."""
        return self._hold.taken

    def go_on(self) -> None:
        """Go on after the first rows, or the error in their place."""
        self._hold.drop()
        if not self._are_rows_read:
            self._are_rows_read = True
            # Without a ticket beside the rows, no other event says that they have been painted
            self._screen.set_timer(_PAINTING_TIME, self.fetch_desk)
            if self._opening:
                self._workspace.run_command(self._opening)

    def fetch_desk(self) -> None:
        """Fetch the desk, now that the first rows have been painted: its imports would hold them up."""
        if self._is_desk_fetched:
            return
        self._is_desk_fetched = True
        self._desk_worker.start()
        if not gc.isenabled():  # turned off at the start of the program
            gc.freeze()  # what was made until now stays for good
            gc.enable()

"""The console's program: opens the desk's store, shows the desk screen, and ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.tui.crash_log import written_down
from deskterm.tui.palette import DeskCommands
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.themes import DARK, LIGHT
from deskterm.tui.workers.automation_worker import AutomationWorker

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection


_SETTLED = 1.5
"""Seconds after which the first rows are there, and something heavy may be imported beside them."""


class DeskApp(App[None]):
    """One desk, one person. clock: the desk's time, aware; reader: a connection that is open already; automatic: let
    what happens by itself happen here. What ends it unexpectedly is in `ended`, as a sentence."""

    TITLE = "deskterm"
    CSS_PATH: ClassVar[Any] = [Path(__file__).parent / "styles" / "desk.tcss"]
    COMMANDS: ClassVar[set[Any]] = {DeskCommands}

    class Came(Message):
        """Something came by itself."""

        def __init__(self, sentences: Sequence[str]) -> None:
            super().__init__()
            self.sentences = sentences

    def __init__(
        self,
        url: str,
        login: str,
        clock: Callable[[], datetime],
        reader: ReadConnection | None = None,
        *,
        automatic: bool = False,
        behind: str = "",
    ) -> None:
        # NO_COLOR means none: without native colours Textual would paint in greys
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self._desk = (url, login, clock, reader, behind)
        self._keeper = AutomationWorker(url, login, clock, self._came) if automatic else None
        self.ended = ""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        # set so, and not as one does later, the style is not read twice before the first frame
        self.set_reactive(App.theme, LIGHT.name if _light_terminal() else DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables

    def _came(self, sentences: Sequence[str]) -> None:
        """Called in the keeper's thread."""
        self.post_message(self.Came(sentences))

    def get_default_screen(self) -> Screen[None]:
        return DeskScreen(*self._desk)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The palette is for the desk; over a dialog its key belongs to the dialog."""
        return action != "command_palette" or isinstance(self.screen, DeskScreen)

    async def action_quit(self) -> None:
        """Leave as `q` does: not without a word about what was not sent."""
        if isinstance(self.screen, DeskScreen):
            self.screen.action_carry_out("quit")
        else:
            self.bell()

    def on_mount(self) -> None:
        if self._keeper is not None:
            self.set_timer(_SETTLED, self._keep)

    def _keep(self) -> None:
        """Let things happen by themselves once the desk is fetched: not beside its rows being written anew."""
        if self._keeper is None:
            return
        desk = self.screen_stack[0]
        if isinstance(desk, DeskScreen) and not desk.clerk.ready:
            self.set_timer(_SETTLED, self._keep)
        else:
            self._keeper.start()

    def on_unmount(self) -> None:
        if self._keeper is not None:
            self._keeper.stop()

    def on_desk_app_came(self, message: Came) -> None:
        for sentence in message.sentences:
            self.notify(sanitize(sentence), severity="warning", markup=False)

    def _fatal_error(self) -> None:
        """What nobody expected ends the program with a sentence instead of a traceback."""
        if self._exception is not None:
            self.ended = written_down(self._exception)
        self._close_messages_no_wait()


def _light_terminal() -> bool:
    """Whether the terminal says that its background is light (`COLORFGBG=0;15`)."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")


def run(url: str, login: str, now: Callable[[], datetime], *, behind: str = "") -> None:
    """Show the desk at a URL to an agent until they leave. now: the desk's time, aware; behind: the login of whoever
    works in the agent's name. DeskError when there is no desk, or when the console ended unexpectedly."""
    from deskterm.store.db.reader import open_reader

    app = DeskApp(url, login, now, open_reader(url), automatic=True, behind=behind)
    app.run()
    if app.ended:
        raise DeskError(app.ended)

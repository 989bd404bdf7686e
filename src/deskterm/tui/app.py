"""The console's application: opens the desk's store, shows the desk screen, and ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message import Message
from textual.notifications import Notification
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.db.errors import damaged_error, find_damage
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.tui.commands.keymap import Keymap, find_keymap_problems
from deskterm.tui.crash_log import log_crash, log_file, log_line
from deskterm.tui.palette import DeskCommands
from deskterm.tui.preload import PRELOAD
from deskterm.tui.screens.calling_off import CallingOff
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.screens.notices import arrange_notices
from deskterm.tui.screens.suspending import Suspension
from deskterm.tui.settings.preferences import Preferences, load_preferences
from deskterm.tui.stylesheet import RememberingStylesheet
from deskterm.tui.terminal.escapes import install_parser, is_escape_of_alt_enter
from deskterm.tui.terminal.frames import Frames
from deskterm.tui.terminal.lasting_output import LastingOutput
from deskterm.tui.terminal.painter import Frame, Painter
from deskterm.tui.terminal.signals import watch_for_end
from deskterm.tui.terminal.ticks import Part, is_settled, place_parts
from deskterm.tui.themes import DARK, THEMES, find_theme
from deskterm.tui.type_ahead import KeyDone, TypeAhead
from deskterm.tui.workers.automation_worker import AutomationWorker

_SETTLING_TIME = 1.5
"""Seconds until the first rows are read, so that something heavy may be imported beside them."""

_BELL_INTERVAL = 60
"""Fewest seconds between two rings of the bell."""


class DeskApp(App[None]):
    """The console of one agent on one desk. clock: the desk's time, aware; reader: a connection that is open already;
    automatic: process warnings, breaches and timers here; impersonator: the login of whoever works in the agent's name;
    opening: a command that is run once the first rows are shown; preferences: of the person at the console, by default
    the defaults."""

    TITLE = "deskterm"
    CSS_PATH: ClassVar[Any] = [Path(__file__).parent / "styles" / "desk.tcss"]
    COMMANDS: ClassVar[set[Any]] = {DeskCommands}

    class Automated(Message):
        """The automation has processed something; its sentences say what."""

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
        impersonator: str = "",
        opening: str = "",
        preferences: Preferences | None = None,
    ) -> None:
        # NO_COLOR means none: without native colours Textual would paint in greys
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.type_ahead = TypeAhead(self._deliver, self.post_message, self._is_mark_lost)
        self._mark_way: Sequence[DOMNode] = ()
        """The widget that the last mark was posted to, and its ancestors, through which the mark bubbles."""
        self._painter, self._frames = Painter(), Frames(self._write_frame)
        self._is_frame_coming = False
        """True while painted parts wait to be written."""
        self.preferences = preferences or Preferences()
        self.keymap = Keymap(self.preferences.settings.keymap)
        self._desk = (url, login, clock, self.type_ahead, self._frames, reader, impersonator, PRELOAD, opening)
        self._clock, self._rung_at = clock, 0.0
        self._automation = AutomationWorker(url, login, clock, self._report_automation) if automatic else None
        self._desk_screen: DeskScreen | None = None
        self._calling_off = CallingOff(self)
        self._suspension = Suspension(self, self._automation)
        self.ended_by = ""
        """The name of the signal that ended the console, empty for none."""
        self.failure = ""
        """The sentence about what ended the console unexpectedly, empty for nothing."""
        for one in THEMES.values():
            self.register_theme(one)
        theme = find_theme(self.preferences.settings.theme, self.console.color_system)
        # without the watcher, which `self.theme = …` would call: it parses the style once more before the first frame
        self.set_reactive(App.theme, theme.name)
        if theme.ansi:  # leave the terminal's own colours unchanged
            self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet = RememberingStylesheet(variables=self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables

    def get_default_screen(self) -> Screen[None]:
        self._desk_screen = DeskScreen(*self._desk, preferences=self.preferences, keymap=self.keymap)
        return self._desk_screen

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        """Make Textual's driver, with an output that survives its terminal, and our parser of keys."""
        driver = super()._build_driver(headless, inline, mouse, size)
        stream = getattr(driver, "_file", None)  # drivers without a terminal have none
        if stream is not None:
            driver._file = LastingOutput(stream)  # type: ignore[attr-defined]
            install_parser(self.keymap.alt_characters)
        return driver

    # -- frames --------------------------------------------------------------------------------------------------

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write a frame to the terminal: only the cells that have changed (C-44)."""
        writes = self._running and not self._batch_count and not self.is_headless and not self.is_inline
        if isinstance(renderable, CompositorUpdate) and writes:
            self._painter.take(renderable, self.size, self.console)
            self._frames.changed()
        else:
            super()._display(screen, renderable)

    def paint_parts(self, widget: Widget, parts: Sequence[Part]) -> bool:
        """Write the beginnings of some lines of a widget; return False when something covers them."""
        writes = self._running and not self._batch_count and not self.is_headless and not self.is_inline
        if not writes or not self._painter.has(self.size) or not is_settled(self, widget.screen):
            return False
        for x, y, strip in place_parts(widget, parts):
            self._painter.put(x, y, strip, self.console)
        # All panes tick together, and in one frame
        if not self._is_frame_coming:
            self._is_frame_coming = True
            self.call_later(self._write_parts)
        return True

    def _write_parts(self) -> None:
        self._is_frame_coming = False
        self._frames.changed()

    def _paint_anew(self, _: App[Any]) -> None:
        """Write every cell, because another program had the terminal."""
        self._suspension.end()
        self._painter.forget()
        self.refresh(layout=True)

    def _write_frame(self) -> None:
        """Write the changes, unless the console has ended while the frame was held back."""
        if not self._running:
            return
        sequences = self._painter.render()
        if sequences or self.cursor_position != self._previous_cursor_position:
            super()._display(self.screen, Frame(sequences))  # type: ignore[arg-type]

    # -- keys ----------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Take keys and pastes from the terminal in their order; one that has been forwarded bubbles as usual."""
        if isinstance(event, events.Resize):
            self._painter.forget()  # terminals rewrap what they show when their size changes
        if isinstance(event, events.Key) and event.key == "ctrl+j" and self._is_starting:
            # The enter that was pressed before the console had the terminal, which made a line feed of it (C-02)
            event = events.Key("enter", "\r")
        if isinstance(event, events.Key) and not event.is_forwarded and await self._acts_at_once(event):
            return
        if isinstance(event, events.Paste):
            # Whatever it is pasted into paints it as it is
            event.text = sanitize(event.text, multiline=True)
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self.type_ahead.take(event)
            if self.type_ahead.waiting and self._desk_screen is not None:
                self._desk_screen.workspace.saving.update()
        elif self.screen_stack or not isinstance(event, (events.Key, events.Paste)):
            # A key that still bubbles when the last screen has gone finds no bindings to look through
            await super().on_event(event)

    @property
    def _is_starting(self) -> bool:
        return self._desk_screen is None or self._desk_screen.start.is_under_way

    async def _acts_at_once(self, event: events.Key) -> bool:
        """Act on a key that waits for no other one, whatever a command is waiting for (C-08); return whether it is
        one."""
        screen = self._desk_screen
        if screen is None or event.key not in ("ctrl+c", "ctrl+q", "ctrl+z"):
            return False
        if event.key == "ctrl+z":
            self._suspension.suspend(screen, self._driver)
        elif event.key == "ctrl+q":
            screen.run_worker(self._calling_off.quit(screen.workspace), group="quit", exclusive=True)
        elif self._calling_off.has_selection:
            await super().on_event(event)
        else:
            await self._calling_off.cancel(screen.workspace)
        return True

    async def _deliver(self, event: events.Event, serial: int) -> None:
        if not self.screen_stack:
            return  # the program is ending, and no widget is left to take keys
        self._frames.hold("key")
        if isinstance(event, events.Paste) and isinstance(self.focused, Input):
            # Textual's input inserts only the first of several lines
            event.text = sanitize(event.text.strip("\r\n"))
        if is_escape_of_alt_enter(event) and self._is_writing:
            self.notify("To send, press ctrl+s; to leave, escape alone.", severity="warning", markup=False)
        elif isinstance(event, events.Key) and event.key == "escape" and self.screen.selections:
            self.screen.clear_selection()  # one thing at a time: first the selection, then the rest (C-07)
        elif not self._continue_sequence(event):
            await super().on_event(event)
        self._send_mark(KeyDone(serial))

    @property
    def _is_writing(self) -> bool:
        """True while the focus is in a letter or in the form of a new ticket."""
        focused = self.focused
        return focused is not None and any(getattr(node, "is_letter", False) for node in focused.ancestors_with_self)

    def _continue_sequence(self, event: events.Event) -> bool:
        """Return whether a key is the second one of two, which belongs to no widget."""
        screen = self.screen
        if isinstance(screen, DeskScreen) and isinstance(event, events.Key):
            return screen.workspace.sequence.take(event.key)
        return False

    def _send_mark(self, mark: KeyDone) -> None:
        """Send a mark the way of a key: from the focused widget up to the screen."""
        taker = (self.focused or self.screen) if self.screen_stack else None
        self._mark_way = () if taker is None else taker.ancestors_with_self
        if taker is None or not taker.post_message(mark):
            self.post_message(mark)

    def _is_mark_lost(self) -> bool:
        return any(not node.is_running for node in self._mark_way)

    async def on_key_done(self, mark: KeyDone) -> None:
        if self.type_ahead.needs_another_round(mark):
            self._send_mark(KeyDone(mark.serial))
        else:
            self._frames.release("key")
            await self.type_ahead.deliver_next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Open the palette over the desk only: over a dialog its key belongs to the dialog."""
        return action != "command_palette" or isinstance(self.screen, DeskScreen)

    async def action_quit(self) -> None:
        """Leave as `q` does, which asks first when something was not sent."""
        if isinstance(self.screen, DeskScreen):
            self.screen.action_run_command("quit")
        else:
            self.bell()

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._paint_anew, immediate=True)
        if not self.is_headless:
            watch_for_end(self._end)
        if mistakes := self._list_mistakes():
            more = f" (and {len(mistakes) - 1} more: `deskterm config check`)" if len(mistakes) > 1 else ""
            self.notify(sanitize(mistakes[0] + more), severity="warning", timeout=12, markup=False)
        if self._automation is not None:
            self.set_timer(_SETTLING_TIME, self._start_automation)

    def _list_mistakes(self) -> list[str]:
        """Return the sentences about mistakes in the settings, each with its place in the file."""
        file = self.preferences.file
        problems = [*file.problems, *find_keymap_problems(file, self.keymap)]
        return [problem.format(Path(file.path.name)) for problem in problems]

    def _start_automation(self) -> None:
        """Start the automation once the desk has been fetched: not while its rows are being written anew."""
        if self._automation is None:
            return
        # The first one: a dialog may lie over it by now
        screen = self.screen_stack[0]
        if isinstance(screen, DeskScreen) and not screen.desk_worker.ready:
            self.set_timer(_SETTLING_TIME, self._start_automation)
        else:
            self._automation.start()

    def _report_automation(self, sentences: Sequence[str]) -> None:
        """Pass sentences on to the event loop. Called in the automation thread."""
        self.post_message(self.Automated(sentences))

    def on_desk_app_automated(self, message: Automated) -> None:
        now = self._clock().timestamp()
        # One bell for all of them: after a weekend there are dozens
        if message.sentences and self.preferences.settings.bell and not 0 <= now - self._rung_at < _BELL_INTERVAL:
            self._rung_at = now
            self.bell()
        for sentence in message.sentences:
            self.notify(sanitize(sentence), severity="warning", markup=False)

    def _refresh_notifications(self) -> None:
        super()._refresh_notifications()
        self._arrange_notices()

    def _unnotify(self, notification: Notification, refresh: bool = True) -> None:
        super()._unnotify(notification, refresh)
        self._arrange_notices()

    def _arrange_notices(self) -> None:
        if self.screen_stack:
            # After Textual has shown and removed notices, which it calls later too
            self.call_later(arrange_notices, self.screen, self._notifications)

    def on_unmount(self) -> None:
        if self._automation is not None:
            self._automation.stop()

    def _end(self, signal_name: str) -> None:
        """End the console in order because of a signal."""
        self.ended_by = signal_name
        self.exit()

    def finish(self) -> None:
        """Wait for a change that is still being saved, now that the terminal is free. Raises DeskError when it was not
        saved."""
        worker = self._desk_screen.desk_worker if self._desk_screen is not None else None
        if worker is not None:
            if worker.has_unfinished:
                print("Saving the last change …", file=sys.stderr, flush=True)
            worker.finish()

    def _fatal_error(self) -> None:
        """End the console with a sentence instead of Textual's traceback."""
        if self._exception is not None:
            self.failure = log_crash(self._exception)
        self._close_messages_no_wait()


def run(
    url: str,
    login: str,
    now: Callable[[], datetime],
    *,
    impersonator: str = "",
    opening: str = "",
    screen_reader: bool = False,
) -> None:
    """Show a desk to an agent until they leave. now: the desk's time, aware; impersonator: the login of whoever works
    in the agent's name; opening: a command of the console that is run at first; screen_reader: write
    lines for a screen reader, as the settings may say too. Raises DeskError when there is no desk, or when the console
    ended unexpectedly."""
    # Opened here, before the console takes the terminal: a missing desk is an ordinary error of the command line
    preferences = load_preferences()
    application: type[DeskApp] = DeskApp
    linear = screen_reader or preferences.settings.screen_reader
    if linear:
        from deskterm.tui.linear.app import Linear  # noqa: PLC0415 - few consoles are read aloud

        class LinearApp(Linear, DeskApp):
            """The console for screen readers."""

        application = LinearApp
    app = application(
        url,
        login,
        now,
        open_reader(url),
        automatic=True,
        impersonator=impersonator,
        opening=opening,
        preferences=preferences,
    )
    app.run(mouse=preferences.settings.mouse and not linear)
    if app.ended_by:
        log_line(f"ended by {app.ended_by}")
    if not app.failure:
        app.finish()
    if app.ended_by:
        raise DeskError(f"The console was ended by {app.ended_by}; drafts are kept, and {log_file()} has the time.")
    if app.failure:
        # What nobody foresaw is what a damaged file holds, more often than not (D-47)
        damage = find_damage(url)
        raise damaged_error(url, damage) if damage else DeskError(app.failure)

"""The terminal's title: saved, set, and restored. Terminals without that feature ignore it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

_KEEP, _PUT_BACK = "\x1b[22;0t", "\x1b[23;0t"


class TerminalTitle:
    """A temporary title of the terminal. app: the application on that terminal."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._shown = ""

    def show(self, text: str) -> None:
        """Show a title of plain words and numbers; it must contain no text from outside."""
        if text != self._shown:
            self._write(("" if self._shown else _KEEP) + f"\x1b]2;{text}\x07")
            self._shown = text

    def restore(self) -> None:
        """Restore the title that the terminal had."""
        if self._shown:
            self._write(_PUT_BACK)
            self._shown = ""

    def _write(self, sequence: str) -> None:
        driver = self._app._driver
        if driver is not None and not self._app.is_headless:
            driver.write(sequence)
            driver.flush()

"""The terminal as a sheet that lines are written on, one below the other."""

from __future__ import annotations

import textwrap

from textual.drivers.linux_driver import LinuxDriver

_BELL = "\x07"
_LEAST_WIDTH = 40
"""Columns that lines are wrapped to at least, whatever the terminal says."""


class LinearDriver(LinuxDriver):
    """Reads keys as Textual does, and writes nothing that Textual paints or switches on: a screen reader reads what is
    added to the screen, and loses its place whenever something is painted elsewhere."""

    _at_start = True
    """True while the cursor of the terminal is at the beginning of a line."""

    def write(self, data: str) -> None:
        """Let the bell pass, and nothing else."""
        if data == _BELL:
            super().write(data)

    def write_line(self, text: str) -> None:
        """Write a line below those that are there, wrapped between words."""
        width = max(self._get_terminal_size()[0] - 1, _LEAST_WIDTH)
        lines = [wrapped for line in text.split("\n") for wrapped in textwrap.wrap(line, width) or [""]]
        self._put(("" if self._at_start else "\n") + "".join(f"{line}\n" for line in lines))
        self._at_start = True

    def echo(self, text: str) -> None:
        """Write what was typed behind what was typed before, as terminals do by themselves."""
        self._put(text)
        self._at_start = text.endswith("\n")

    def _put(self, data: str) -> None:
        # Meanwhile an editor may have the terminal
        if self._writer_thread is not None:
            super().write(data)
            self.flush()

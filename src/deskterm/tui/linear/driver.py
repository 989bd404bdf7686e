"""A driver that writes lines one below the other."""

from __future__ import annotations

import textwrap

from textual.drivers.linux_driver import LinuxDriver

_BELL = "\x07"
_LEAST_WIDTH = 40
"""Fewest columns that lines are wrapped to, whatever the terminal reports."""


class LinearDriver(LinuxDriver):
    """Reads keys as Textual does, but drops what Textual paints and the modes that it sets: a screen reader reads what
    is added to the screen, and loses its place whenever something is painted elsewhere."""

    _at_start = True
    """True while the cursor of the terminal is at the beginning of a line."""

    def write(self, data: str) -> None:
        """Write the bell, and drop everything else."""
        if data == _BELL:
            super().write(data)

    def write_line(self, text: str) -> None:
        """Write a line at the end, wrapped between words."""
        width = max(self._get_terminal_size()[0] - 1, _LEAST_WIDTH)
        lines = [wrapped for line in text.split("\n") for wrapped in textwrap.wrap(line, width) or [""]]
        self._put(("" if self._at_start else "\n") + "".join(f"{line}\n" for line in lines))
        self._at_start = True

    def echo(self, text: str) -> None:
        """Write what was typed after what was typed before, as terminals do by themselves."""
        self._put(text)
        self._at_start = text.endswith("\n")

    def _put(self, data: str) -> None:
        # An editor may have the terminal now
        if self._writer_thread is not None:
            super().write(data)
            self.flush()

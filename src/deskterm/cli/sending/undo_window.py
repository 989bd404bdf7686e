"""The undo window: letters of a person at a terminal wait for some seconds before they leave, so that they can be
undone (C-20)."""

from __future__ import annotations

import sys

from deskterm.desk.core.session import DeskSession
from deskterm.procedure.channels import MAIL


def delay_letters(desk: DeskSession) -> None:
    """Let the letters of the following commands wait for as long as the setting `undo_send` says. When the output is no
    terminal they leave at once, because nobody watches a script to undo them."""
    if sys.stdout.isatty():
        # Scripts need not wait for the import
        from deskterm.tui.settings.file import find_settings_path, read_settings  # noqa: PLC0415

        desk.undo_window = read_settings(find_settings_path()).settings.undo_send


def print_undo_hint(desk: DeskSession, number: int, channel: str = MAIL) -> None:
    """Say on standard error how to undo a letter that waits. channel: how the message goes out."""
    if desk.undo_window and channel in (MAIL, ""):
        print(f"It leaves in {desk.undo_window} s: `deskterm ticket undo {number}` takes it back.", file=sys.stderr)

"""The agent's text editor."""

from __future__ import annotations

import os
import shlex
import shutil

from deskterm.errors import DeskError


def find_editor() -> list[str]:
    """Return the editor's command: `$VISUAL`, `$EDITOR`, or the first usual one. Raises DeskError where there is none,
    or the one that is set cannot be run."""
    variable = "VISUAL" if os.environ.get("VISUAL") else "EDITOR"
    value = os.environ.get(variable)
    if value:
        try:
            command = shlex.split(value)
        except ValueError as error:
            raise DeskError(f"{variable} is {value!r}, where a quote is not closed: set it to your editor.") from error
        if not command or shutil.which(command[0]) is None:
            raise DeskError(f"{value.strip() or variable} cannot be run: set {variable} to your editor.")
        return command
    path = next((path for path in map(shutil.which, ("nano", "vim", "vi")) if path), None)
    if path is None:
        raise DeskError("No editor was found: set EDITOR to one.")
    return [path]

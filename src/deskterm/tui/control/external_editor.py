"""Writing in the person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from textual.app import SuspendNotSupported

from deskterm.errors import DeskError
from deskterm.present.sanitize import Safe, sanitize


def written(words: str, name: str, suspended: Callable[[], AbstractContextManager[None]]) -> Safe:
    """The words as they stand when the editor is left. name: the file's, which only its owner may read; suspended:
    gives the terminal to the editor. DeskError when there is no editor, or it failed."""
    command = editor()
    with tempfile.TemporaryDirectory(prefix="deskterm-") as folder:
        path = Path(folder) / name
        path.write_text(words, "utf-8")
        path.chmod(0o600)
        # what is raised inside would leave the console without its terminal
        failed: OSError | None = None
        ended = 0
        try:
            with _interrupts_for_the_editor(), suspended():
                try:
                    ended = subprocess.run([*command, str(path)], check=False).returncode
                except OSError as error:
                    failed = error
        except SuspendNotSupported as error:
            raise DeskError("An editor cannot be opened from this terminal: write here.") from error
        if failed is not None:
            raise DeskError(f"{command[0]} cannot be run: set EDITOR to your editor.") from failed
        if ended:
            raise DeskError(f"{command[0]} ended with an error: the words here are unchanged.")
        try:
            left = path.read_text("utf-8", errors="replace")
        except OSError as error:
            raise DeskError(f"{command[0]} left no file behind: the words here are unchanged.") from error
        return sanitize(left.rstrip(), multiline=True)


def editor() -> list[str]:
    """The editor's command: `$VISUAL`, `$EDITOR`, or the first usual one. DeskError where there is none, or the one
    that is set cannot be run."""
    variable = "VISUAL" if os.environ.get("VISUAL") else "EDITOR"
    wanted = os.environ.get(variable)
    if wanted:
        try:
            command = shlex.split(wanted)
        except ValueError as error:
            raise DeskError(f"{variable} is {wanted!r}, where a quote is not closed: set it to your editor.") from error
        if not command or shutil.which(command[0]) is None:
            raise DeskError(f"{wanted.strip() or variable} cannot be run: set {variable} to your editor.")
        return command
    found = next((path for path in map(shutil.which, ("nano", "vim", "vi")) if path), None)
    if found is None:
        raise DeskError("No editor was found: set EDITOR, or write here.")
    return [found]


@contextmanager
def _interrupts_for_the_editor() -> Iterator[None]:
    """Ctrl+C reaches everything on the terminal: here it does nothing. A handler, and not SIG_IGN, because a program
    that is run inherits what is ignored, and the editor may want to act on it."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

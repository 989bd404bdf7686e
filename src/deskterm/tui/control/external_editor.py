"""The agent's own editor, run on the terminal in place of the console."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from textual.app import SuspendNotSupported

from deskterm.errors import DeskError
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.control.editor_choice import find_editor


class EditedText(NamedTuple):
    """A text as an editor left it. problem: a sentence about an editor that failed after it had saved something else,
    empty for none."""

    text: Safe
    problem: str = ""


def edit_text(text: str, name: str, suspend: Callable[[], AbstractContextManager[None]]) -> EditedText:
    """Open a text in the editor, and return what it saved, even if the editor failed afterwards. name: of the file,
    which only its owner may read; suspend: lends the terminal to the editor. Raises DeskError when there is no editor,
    or it failed and has saved nothing new."""
    command = find_editor()
    with tempfile.TemporaryDirectory(prefix="deskterm-") as folder:
        path = Path(folder) / name
        try:
            path.write_text(text, "utf-8")
            path.chmod(0o600)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeskError(f"No file can be written for the editor ({reason}): write here.") from error
        # kept, not raised: an exception inside `suspend` would leave the console without its terminal
        failure: OSError | None = None
        exit_code = 0
        try:
            with _leave_interrupts_to_editor(), suspend():
                try:
                    exit_code = subprocess.run([*command, str(path)], check=False).returncode
                except OSError as error:
                    failure = error
        except SuspendNotSupported as error:
            raise DeskError("An editor cannot be opened from this terminal: write here.") from error
        if failure is not None:
            raise DeskError(f"{command[0]} cannot be run: set EDITOR to your editor.") from failure
        failed = DeskError(f"{command[0]} ended with an error: the words here are unchanged.")
        try:
            # An editor may save in another encoding: a few odd characters are better than a letter that is lost
            edited = path.read_text("utf-8", errors="replace")
        except OSError as error:
            if exit_code:
                raise failed from error
            raise DeskError(f"{command[0]} left no file behind: the words here are unchanged.") from error
        found = sanitize(edited.rstrip(), multiline=True)
        if not exit_code:
            return EditedText(found)
        # An editor that was killed, or whose window was closed, may have saved a long letter before
        if not found or found == sanitize(text.rstrip(), multiline=True):
            raise failed
        return EditedText(found, f"{command[0]} ended with an error. What it had saved stands here now.")


@contextmanager
def _leave_interrupts_to_editor() -> Iterator[None]:
    """Ignore Ctrl+C, which reaches every process on the terminal, while the editor runs. A handler, and not SIG_IGN:
    a child process inherits what is ignored, and the editor may want to act on the key."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

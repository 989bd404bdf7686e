"""Writing in the person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from textual.app import SuspendNotSupported

from deskterm.errors import DeskError
from deskterm.tui.text import Safe, sanitize


def written(words: str, name: str, suspended: Callable[[], AbstractContextManager[None]]) -> Safe:
    """The words as they stand when the editor is left. name: the file's, which only its owner may read; suspended:
    gives the terminal to the editor. DeskError when there is no editor, or it failed."""
    command = editor()
    with tempfile.TemporaryDirectory(prefix="deskterm-") as folder:
        path = Path(folder) / name
        path.write_text(words, "utf-8")
        path.chmod(0o600)
        try:
            with suspended():
                result = subprocess.run([*command, str(path)], check=False)
        except SuspendNotSupported as error:
            raise DeskError("An editor cannot be opened from this terminal: write here.") from error
        except OSError as error:
            raise DeskError(f"{command[0]} cannot be run: set EDITOR to your editor.") from error
        if result.returncode:
            raise DeskError(f"{command[0]} ended with an error: the words here are unchanged.")
        return sanitize(path.read_text("utf-8", errors="replace").rstrip(), multiline=True)


def editor() -> list[str]:
    """The editor's command: `$VISUAL`, `$EDITOR`, or the first usual one. DeskError where there is none."""
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if wanted:
        return shlex.split(wanted)
    found = next((path for path in map(shutil.which, ("nano", "vim", "vi")) if path), None)
    if found is None:
        raise DeskError("No editor was found: set EDITOR, or write here.")
    return [found]

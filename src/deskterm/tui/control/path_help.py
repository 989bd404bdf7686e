"""Completion of the path of a file while it is typed (C-22)."""

from __future__ import annotations

import os

from deskterm.named_files import expand_home
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.prompt import Problem

_MOST_ENTRIES = 20_000
"""Most entries of a folder that are read."""


class PathHelp:
    """Completes paths. only_folders: only those of folders."""

    suggests_in_thread = True

    def __init__(self, *, only_folders: bool = False) -> None:
        self._only_folders = only_folders

    def prepare(self) -> None:
        """Do nothing: paths need no preparation."""

    def find_problem(self, text: str, *, at_once: bool = False) -> Problem | None:
        """Return None: a path is checked when it is entered."""
        return None

    def suggest(self, text: str) -> str | None:
        """Return the path with its last part completed: the first name in its folder that begins so, with a slash
        behind a folder. Hidden files are offered once their dot is typed. Called in a thread."""
        folder, slash, beginning = text.rpartition("/")
        if not beginning:
            return None
        place = expand_home(f"{folder}{slash}" or ".")
        try:
            with os.scandir(place) as entries:
                found = sorted(
                    (entry.name, entry.is_dir())
                    for _, entry in zip(range(_MOST_ENTRIES), entries, strict=False)
                    if entry.name.startswith(beginning)
                )
        except (OSError, ValueError):
            return None
        for name, is_folder in found:
            # Names with control characters are not offered
            if sanitize(name) == name and (is_folder or not self._only_folders):
                return f"{folder}{slash}{name}{'/' if is_folder else ''}"
        return None

"""Help with the path of a file while it is typed: its end is completed by what lies in its folder (C-22)."""

from __future__ import annotations

import os

from deskterm.named_files import expand_home
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.prompt import Problem

_MOST_ENTRIES = 20_000
"""Entries of a folder that are looked at."""


class PathHelp:
    """Completes paths. only_folders: of folders alone."""

    suggests_in_thread = True

    def __init__(self, *, only_folders: bool = False) -> None:
        self._only_folders = only_folders

    def prepare(self) -> None:
        """Get ready: there is nothing to do."""

    def find_problem(self, text: str, *, at_once: bool = False) -> Problem | None:
        """Return None: what is wrong with a path is said once it is entered."""
        return None

    def suggest(self, text: str) -> str | None:
        """Return the path with its last part completed: the first name in its folder that begins so, with a slash
        behind a folder. What begins with a dot is offered once the dot is typed. Called in a thread."""
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
            # A name that a terminal would act on is not written into the line
            if sanitize(name) == name and (is_folder or not self._only_folders):
                return f"{folder}{slash}{name}{'/' if is_folder else ''}"
        return None

"""The settings in force: those of the file, overridden by choices that were made in the console. Choices are stored in
a file of their own in the user's state folder, so that the settings file keeps its form and comments. A choice holds
until its value in the settings file changes: an edit of the file overrides it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from deskterm.tui.settings.declarations import SETTINGS
from deskterm.tui.settings.file import SettingsFile, find_settings_path, read_settings


class Preferences:
    """The settings of one console. state: the file of choices; None: choices are not kept."""

    def __init__(self, file: SettingsFile | None = None, state: Path | None = None) -> None:
        self.file = file or SettingsFile(Path())
        self._file = self.file.settings
        self._state = state
        found = _read_state(state) if state is not None else {}
        views = found.get("views", {})
        self._chosen = {name: one for name, one in found.items() if {"value", "over"} <= one.keys()}
        self._views = {view: chosen for view, chosen in views.items() if isinstance(chosen, dict)}
        values: Any = self._find_choices()
        self.settings = self._file._replace(**values)

    @property
    def looks_path(self) -> Path | None:
        """The file of read marks; None when nothing is kept."""
        return self._state.with_name("looks.json") if self._state is not None else None

    def keep(self, name: str, value: object) -> str:
        """Set a setting that was chosen in the console, and keep it for later consoles; return a sentence when it
        cannot be kept."""
        changed: Any = {name: value}
        self.settings = self.settings._replace(**changed)
        self._chosen[name] = {"value": value, "over": getattr(self._file, name)}
        return self._write()

    def keep_view(self, view: str, name: str, value: object, usual: object = None) -> str:
        """Keep a choice for one view of the queue: its `columns` or its `order`. usual: the view's own value, which the
        choice overrides. Return as `keep` does."""
        chosen = self._views.setdefault(view, {})
        chosen.update({name: value} | ({} if usual is None else {f"over_{name}": usual}))
        return self._write()

    def forget_view(self, view: str) -> str:
        """Forget the choices for a view, which are part of the view now. Return as `keep` does."""
        return self._write() if self._views.pop(view, None) is not None else ""

    def list_columns(self, view: str, usual: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the columns that were chosen for a view, or else its usual ones, or those of the settings; empty for
        those that suit the width."""
        found = self._find_choice(view, "columns", [*usual])
        return tuple(map(str, found)) if isinstance(found, list) else tuple(usual) or self.settings.columns

    def find_order(self, view: str, usual: str = "order") -> str:
        """Return the order that was chosen for a view, or else its usual one."""
        return str(self._find_choice(view, "order", usual) or usual)

    def _find_choice(self, view: str, name: str, usual: object) -> Any:
        """Return the choice for a view, as long as the view's own value is the same as when the choice was made."""
        chosen = self._views.get(view, {})
        over = chosen.get(f"over_{name}")
        return chosen.get(name) if over is None or over == usual else None

    def is_chosen(self, name: str) -> bool:
        """Return whether a choice that was made in the console is in force instead of the file's value."""
        return name in self._find_choices()

    def _find_choices(self) -> dict[str, Any]:
        """Return the choices that hold: of known settings, with valid values, and whose value in the file has not
        changed since."""
        return {
            name: choice["value"]
            for name, choice in self._chosen.items()
            if name in SETTINGS
            and choice["value"] in SETTINGS[name].choices
            and choice["over"] == getattr(self._file, name)
        }

    def _write(self) -> str:
        if self._state is None:
            return ""
        new = self._state.with_name(f".{self._state.name}.{os.getpid()}")
        try:
            self._state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written atomically, because another console may read it at any time
            new.write_text(
                json.dumps(self._chosen | ({"views": self._views} if self._views else {}), indent=1) + "\n", "utf-8"
            )
            new.replace(self._state)
        except OSError as error:
            with suppress(OSError):
                new.unlink()
            return f"That holds until you leave: {self._state} cannot be written ({error.strerror})."
        return ""


def load_preferences() -> Preferences:
    """Load the settings of whoever runs the console. Nothing is created."""
    return Preferences(read_settings(find_settings_path()), find_state_path())


def find_state_path() -> Path:
    """Return the path of the file of choices."""
    return platformdirs.user_state_path("deskterm", appauthor=False) / "console.json"


def _read_state(path: Path) -> dict[str, dict[str, Any]]:
    """Read the choices; none when there is no file or it is invalid: choices are quickly made again, so this is no
    error."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: choice for name, choice in found.items() if isinstance(choice, dict)}

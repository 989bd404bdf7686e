"""The settings file: where it is, and how it is read. A mistake in it never stops the console: it is reported with its
line, and the default holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import platformdirs

from deskterm.present.sanitize import sanitize
from deskterm.tui.settings.declarations import SETTINGS, Settings

MOST_SECONDS = 3600
"""The highest value of a setting in seconds."""


class Problem(NamedTuple):
    """A mistake in the settings file. line: from 1, 0 for the file as a whole."""

    line: int
    sentence: str

    def format(self, path: Path) -> str:
        """Return the sentence with file and line before it."""
        return f"{path}:{self.line}: {self.sentence}" if self.line else f"{path}: {self.sentence}"


class SettingsFile(NamedTuple):
    """A settings file that was read. text: empty when there is no file, or it is no TOML."""

    path: Path
    settings: Settings = Settings()
    problems: tuple[Problem, ...] = ()
    given: frozenset[str] = frozenset()
    """The settings with a valid value in the file."""
    text: str = ""

    def find_line(self, *keys: str | int) -> int:
        """Return the line of a value, by the keys that lead to it."""
        return find_line(self.text, *keys)


def find_settings_path() -> Path:
    """Return the path of the settings file, whether or not it is there."""
    return platformdirs.user_config_path("deskterm", appauthor=False) / "settings.toml"


def read_settings(path: Path) -> SettingsFile:
    """Read a settings file. Without a file, and for every invalid value, the default holds; `problems` lists the
    invalid ones."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return SettingsFile(path)
    except OSError as error:
        return SettingsFile(path, problems=(Problem(0, f"cannot be read ({error.strerror}). The defaults hold."),))
    import tomllib  # noqa: PLC0415 - most agents have no such file, and their first frame need not wait for it

    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return SettingsFile(path, problems=(Problem(line, "is not UTF-8 text: save it as that. The defaults hold."),))
    except tomllib.TOMLDecodeError as error:
        return SettingsFile(path, problems=(_describe_syntax(error, text),))
    except RecursionError:
        return SettingsFile(path, problems=(Problem(0, "is nested too deeply. The defaults hold."),))
    reader = _Reader(text)
    values = {name: value for name in document if (value := reader.read(name, document[name])) is not None}
    return SettingsFile(path, Settings(**values), tuple(reader.problems), frozenset(values), text)


def find_line(text: str, *keys: str | int) -> int:
    """Return the line of a value in a TOML text, by the keys that lead to it."""
    # Needed only for a mistake, and it imports the parser of positions
    from deskterm.procedure.checking.toml_positions import TomlPositions  # noqa: PLC0415

    return TomlPositions(text).find_line(keys)


def _describe_syntax(error: ValueError, text: str) -> Problem:
    # "Expected '=' after a key in a key/value pair (at line 3, column 5)": the exception has the line in its text only
    words, _, place = str(error).rpartition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    line = int(number) if number.isdecimal() else text.count("\n") + 1
    return Problem(line, sanitize(f"{words or str(error)}. The defaults hold for all settings."))


class _Reader:
    """Reads the values of one file, and collects their problems. text: of the file, to find lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Problem] = []

    def read(self, name: str, value: object) -> Any:
        """Return the value of a setting as `Settings` holds it; None when it is invalid, or the setting unknown."""
        setting = SETTINGS.get(name)
        if setting is None:
            similar = get_close_matches(name, SETTINGS, n=1)
            hint = f": did you mean {similar[0]!r}?" if similar else "."
            return self._note(f"there is no setting {name!r}{hint}", name)
        match setting.kind:
            case "switch":
                return value if isinstance(value, bool) else self._note_choice(name, value, "true", "false")
            case "word":
                return value if value in setting.choices else self._note_choice(name, value, *setting.choices)
            case "seconds":
                return self._read_seconds(name, value)
            case "names":
                return self._read_names(name, value, setting.choices)
            case _:
                return self._read_keys(name, value)

    def _read_seconds(self, name: str, value: object) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_SECONDS:
            return value
        default = SETTINGS[name].default
        self._note(
            f"{name} is a whole number of seconds from 0 to {MOST_SECONDS}, and not {_quote(value)}. The default,"
            f" {default}, holds.",
            name,
        )
        return None

    def _read_names(self, name: str, value: object, choices: Sequence[str]) -> tuple[str, ...] | None:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._note(f"{name} is a list of names: {SETTINGS[name].example.partition(' = ')[2]}.", name)
            return None
        wrong = [one for one in value if one not in choices]
        if wrong:
            self._note(f"{name} has {_quote(wrong[0])}: choose from {', '.join(choices)}. The default holds.", name)
            return None
        return tuple(dict.fromkeys(value))

    def _read_keys(self, name: str, value: object) -> Mapping[str, tuple[str, ...]] | None:
        if not isinstance(value, dict):
            self._note(f'{name} is a table: a line [{name}], and below it lines such as resolve = "R".', name)
            return None
        found: dict[str, tuple[str, ...]] = {}
        for command, keys in value.items():
            listed = [keys] if isinstance(keys, str) else keys
            if isinstance(listed, list) and all(isinstance(key, str) for key in listed):
                found[command] = tuple(key for key in listed if key)
            else:
                self._note(
                    f'the keys of {command} are a word or a list of words, "R" or ["R", "f2"], and not '
                    f"{_quote(keys)}. It keeps its own.",
                    name,
                    command,
                )
        return MappingProxyType(found)

    def _note_choice(self, name: str, value: object, *choices: str) -> None:
        default = _quote(SETTINGS[name].default)
        self._note(f"{name} is {_join(choices)}, and not {_quote(value)}. The default, {default}, holds.", name)

    def _note(self, sentence: str, *keys: str) -> None:
        self.problems.append(Problem(find_line(self._text, *keys), sanitize(sentence)))


def _join(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _quote(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"

"""Loading of procedure files, with all of their checks.

Everything that is wrong with a file is found in one go. Each problem is a line of the error, with the file, the line in
it, and what is expected.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from deskterm.errors import DeskError
from deskterm.procedure.calendar_feeds import resolve_feeds
from deskterm.procedure.checking.consistency import find_inconsistencies
from deskterm.procedure.checking.problems import Problem, problems_from_validation
from deskterm.procedure.checking.references import find_broken_references
from deskterm.procedure.checking.toml_positions import TomlPositions, describe_syntax_error
from deskterm.procedure.schema import Procedure

_LARGEST = 4_000_000
"""Most bytes of a procedure file."""


@dataclass(frozen=True, slots=True)
class LoadedProcedure:
    """A procedure with the text that it was written in. path: its file, or the name of the text."""

    procedure: Procedure
    source: str
    path: Path


def load(path: Path) -> LoadedProcedure:
    """Load the procedure in a file. Raises DeskError when the file cannot be read, or with all of its problems, one a
    line."""
    try:
        # Asked before reading: a path that was mistyped may name a disk image
        if path.stat().st_size > _LARGEST:
            raise DeskError(f"{path} is too large to be a procedure file.")
        # Editors on Windows put a byte-order mark in front, which TOML does not allow
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except OSError as error:
        raise DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DeskError(f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8.") from error
    return loads(text, str(path))


def loads(text: str, name: str) -> LoadedProcedure:
    """Load the procedure in a text. name: the name of the text in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeskError(describe_syntax_error(error, text, name)) from error
    except RecursionError as error:
        raise DeskError(f"{name} is nested too deeply to be a procedure file.") from error
    try:
        procedure = Procedure.model_validate(data)
    except ValidationError as error:
        raise _refusal_error(problems_from_validation(error, data, Procedure), text, name) from error
    # Before the checks: whether a calendar ever opens depends on its closed dates
    if any(part.ics for part in procedure.calendars.values()):
        procedure, feeds = resolve_feeds(procedure, Path(name).parent)
        if feeds:
            raise _refusal_error(feeds, text, name)
    # The second check looks keys up, so it is made only when every key is known
    if found := list(find_broken_references(procedure)) or list(find_inconsistencies(procedure)):
        raise _refusal_error(found, text, name)
    return LoadedProcedure(procedure, text, Path(name))


def _refusal_error(problems: Iterable[Problem], text: str, name: str) -> DeskError:
    positions = TomlPositions(text)
    located = sorted((positions.find_line(problem.path), problem.sentence) for problem in problems)
    return DeskError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in located))

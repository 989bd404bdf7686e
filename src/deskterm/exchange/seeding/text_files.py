"""Files that people write: their text, and TOML that is validated by a model, with every mistake by file and line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from deskterm.devices import refuse_device
from deskterm.errors import DeskError
from deskterm.procedure.checking.characters import find_escaped_characters, find_raw_characters
from deskterm.procedure.checking.problems import problems_from_validation
from deskterm.procedure.checking.toml_positions import TomlPositions, describe_syntax_error

MAX_BYTES = 8_000_000
"""Size in bytes beyond which nobody has written a file by hand."""

M = TypeVar("M", bound=BaseModel)


def read_text_file(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark. Raises DeskError when it cannot be read as such,
    or has characters that a terminal acts on or nobody sees."""
    refuse_device(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DeskError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB: give a file of hand-written size.")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give a file in it.") from error
    except OSError as error:
        raise DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DeskError(f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8.") from error
    if hidden := list(find_raw_characters(text)):
        raise DeskError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in hidden))
    return text


def load_toml(path: Path, shape: type[M]) -> tuple[M, TomlPositions]:
    """Load a TOML file and validate it; return the model and the lines of its parts. Raises DeskError with a line for
    each mistake."""
    text = read_text_file(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeskError(describe_syntax_error(error, text, str(path))) from error
    except RecursionError as error:
        raise DeskError(f"{path} is nested too deeply.") from error
    lines = TomlPositions(text)
    if hidden := [(lines.find_line(problem.path), problem.sentence) for problem in find_escaped_characters(data)]:
        raise DeskError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in sorted(hidden)))
    try:
        return shape.model_validate(data), lines
    except ValidationError as error:
        mistakes = sorted(
            (lines.find_line(problem.path), problem.sentence)
            for problem in problems_from_validation(error, data, shape)
        )
        raise DeskError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in mistakes)) from error

"""Files that people write: their text, and TOML that is validated by a model, with every mistake by file and line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from deskterm.errors import DeskError
from deskterm.named_files import read_text_file
from deskterm.procedure.checking.characters import find_escaped_characters, find_raw_characters
from deskterm.procedure.checking.problems import problems_from_validation
from deskterm.procedure.checking.toml_positions import TomlPositions, describe_syntax_error

MAX_BYTES = 8_000_000
"""Size in bytes beyond which nobody has written a file by hand."""

M = TypeVar("M", bound=BaseModel)


def read_text(path: Path) -> str:
    """Read a UTF-8 file that somebody wrote. Raises DeskError when it cannot be read as such, or has characters that a
    terminal acts on or nobody sees."""
    text = read_text_file(
        path, MAX_BYTES, f"is larger than {MAX_BYTES // 1_000_000} MB: give a file of hand-written size."
    )
    if hidden := list(find_raw_characters(text)):
        raise DeskError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in hidden))
    return text


def load_toml(path: Path, shape: type[M]) -> tuple[M, TomlPositions]:
    """Load a TOML file and validate it; return the model and the lines of its parts. Raises DeskError with a line for
    each mistake."""
    text = read_text(path)
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

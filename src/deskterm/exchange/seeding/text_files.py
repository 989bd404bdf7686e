"""Files that people write: their text, and TOML that is validated by a model, with every mistake by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from deskterm.named_files import read_text_file
from deskterm.procedure.checking.characters import find_raw_characters
from deskterm.procedure.checking.problems import problems_from_validation
from deskterm.procedure.checking.toml_positions import TomlPositions
from deskterm.procedure.checking.toml_text import make_located_error, make_refusal, parse_toml

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
        raise make_located_error(hidden, str(path))
    return text


def load_toml(path: Path, shape: type[M]) -> tuple[M, TomlPositions]:
    """Load a TOML file and validate it; return the model and the lines of its parts. Raises DeskError with a line for
    each mistake."""
    text = read_text(path)
    data = parse_toml(text, str(path), "a seed file")
    try:
        return shape.model_validate(data), TomlPositions(text)
    except ValidationError as error:
        raise make_refusal(problems_from_validation(error, data, shape), text, str(path)) from error

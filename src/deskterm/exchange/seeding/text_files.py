"""Files that people write: their text, and TOML in the shape of a model, with every fault told by file and line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from deskterm.errors import DeskError
from deskterm.procedure.checking.problems import problems_from_validation
from deskterm.procedure.checking.toml_positions import TomlPositions

MAX_BYTES = 8_000_000
"""Bytes beyond which a file is none that somebody wrote by hand."""

M = TypeVar("M", bound=BaseModel)


def read_text_file(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark. DeskError when it cannot be read as such."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DeskError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB: give a file of hand-written size.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give a file in it.") from error
    except OSError as error:
        raise DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DeskError(f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8.") from error


def load_toml(path: Path, shape: type[M]) -> tuple[M, TomlPositions]:
    """What a TOML file says, and the lines it says it on. DeskError: a line for each thing that is wrong."""
    text = read_text_file(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeskError(_broken(str(error), text, path)) from error
    except RecursionError as error:
        raise DeskError(f"{path} is nested too deeply.") from error
    lines = TomlPositions(text)
    try:
        return shape.model_validate(data), lines
    except ValidationError as error:
        told = sorted(
            (lines.find_line(fault.path), fault.sentence) for fault in problems_from_validation(error, data, shape)
        )
        raise DeskError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in told)) from error


def _broken(message: str, text: str, path: Path) -> str:
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(found[1]) if found else text.count("\n") + 1
    what = message[: found.start()] if found else message.removesuffix(" (at end of document)")
    return f"{path}:{line}: this is no TOML: {what[:1].lower()}{what[1:]}."

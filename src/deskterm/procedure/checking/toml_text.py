"""TOML that people write: what stands in it, and its mistakes by file and line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from deskterm.errors import DeskError
from deskterm.procedure.checking.characters import find_escaped_characters, find_raw_characters
from deskterm.procedure.checking.problems import Problem
from deskterm.procedure.checking.toml_positions import TomlPositions, describe_syntax_error


def parse_toml(text: str, name: str, kind: str) -> dict[str, Any]:
    """Return the data of a text. name: of the text in errors; kind: what it is to be, as `a mail file`. Raises
    DeskError when it is no TOML, or with each line that has a character that a terminal acts on or nobody sees, as it
    is or as an escape: the sentences of later checks repeat what is in the file."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeskError(describe_syntax_error(error, text, name)) from error
    except RecursionError as error:
        raise DeskError(f"{name} is nested too deeply to be {kind}.") from error
    if hidden := [*find_raw_characters(text)]:
        raise make_located_error(hidden, name)
    if escaped := [*find_escaped_characters(data)]:
        raise make_refusal(escaped, text, name)
    return data


def make_refusal(problems: Iterable[Problem], text: str, name: str) -> DeskError:
    """Return the error that names problems of a text, in the order of its lines. name: of the text."""
    positions = TomlPositions(text)
    return make_located_error(sorted((positions.find_line(one.path), one.sentence) for one in problems), name)


def make_located_error(located: Iterable[tuple[int, str]], name: str) -> DeskError:
    """Return the error with these sentences, each behind the name of the text and its line."""
    return DeskError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in located))

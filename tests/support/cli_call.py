"""Calls of the program in tests: the answer of one call, and all commands there are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deskterm.cli.main import build_program


@dataclass(frozen=True)
class Answer:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]

_PROGRAM = "import sys; from deskterm.__main__ import main; login = sys.argv.pop(1); main(login)"


def program_as(login: str, *words: object) -> list[str]:
    """Return the command of a process that runs the program as somebody, whoever owns the process."""
    return [sys.executable, "-c", _PROGRAM, login, *(str(word) for word in words)]


def every_command() -> Iterator[tuple[list[str], Any]]:
    """Yield the words that name a command, and the command."""

    def below(command: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
        inner = getattr(command, "commands", None)
        if not inner:
            yield path, command.loaded
            return
        for name, part in inner.items():
            yield from below(part, [*path, name])

    return below(build_program(), [])

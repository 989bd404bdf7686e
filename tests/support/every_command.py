"""All commands of the command line, for tests that hold of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deskterm.cli.main import build_program


def every_command() -> Iterator[tuple[list[str], Any]]:
    """The words that name a command, and the command."""

    def below(command: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
        inner = getattr(command, "commands", None)
        if not inner:
            yield path, command.loaded
            return
        for name, part in inner.items():
            yield from below(part, [*path, name])

    return below(build_program(), [])

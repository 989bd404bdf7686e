"""The desk that most tests of the console work on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_call import program_as
from tui.four_tickets import create_desk_of_four_tickets, create_desk_of_six_faults
from tui.real_terminal import NOW, Start, Terminal

if TYPE_CHECKING:
    from tui.support.pictures.gallery import Gallery


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a desk with four tickets. Modules that need another desk define a fixture of this name."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(place)
    return place


@pytest.fixture
def simulated_url(tmp_path: Path) -> str:
    """Return the URL of a desk with six faults that programs open at a time of its own."""
    place = f"sqlite:///{tmp_path / 'simulated.sqlite3'}"
    create_desk_of_six_faults(place)
    return place


@pytest.fixture
def gallery(request: pytest.FixtureRequest) -> Gallery:
    """The pictures of the module that asks; `--snapshot-update` keeps them as they are now."""
    from tui.support.pictures.gallery import Gallery  # textual is slow to import

    folder = request.path.parent / "__snapshots__" / request.path.stem
    named: str | None = request.config.getoption("--snapshot-update")
    return Gallery(folder, keep=named is not None, only=frozenset(filter(None, (named or "").split(","))))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Environment variables of ann's shell: a terminal with colours, and no desk."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEXTUAL", "DESKTERM", "PYTEST"))
    }
    for name in ("NO_COLOR", "COLORFGBG", "FORCE_COLOR", "COLUMNS", "LINES", "VISUAL", "EDITOR"):
        inherited.pop(name, None)
    settings = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(tmp_path)}
    return inherited | settings | {"LC_ALL": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none"}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Start the program on a desk, on a terminal; programs that still run are ended after the test."""
    started: list[Terminal] = []

    def start_program(
        url: str,
        *,
        size: tuple[int, int] = (120, 40),
        keyboard: bool = True,
        login: str = "ann",
        now: tuple[str, ...] = NOW,
        words: tuple[str, ...] = (),
        **variables: str,
    ) -> Terminal:
        terminal = Terminal(
            program_as(login, *now, *words),
            environment | {"DESKTERM_DATABASE": url} | variables,
            size,
            keyboard=keyboard,
        )
        started.append(terminal)
        return terminal

    yield start_program
    for terminal in started:
        terminal.close()

"""What the command line can do to a ticket the console can do too (C-13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from deskterm.cli.commands import PROGRAM
from deskterm.cli.runtime.loading import GroupEntry
from deskterm.tui.commands.table import BY_NAME

pytestmark = pytest.mark.law("C-13")

GROUPS = ("ticket", "item", "release", "feedback")
"""Groups of the command line that are about tickets."""

NAMES: Mapping[str, str] = {
    "ticket show": "goto",
    "ticket list": "view",
    "ticket search": "filter",
    "ticket suggestions": "suggested",
    "ticket order": "place",
    "ticket take": "cover",
    "ticket release-hold": "hold",
    "item raise": "raise",
    "item join": "join-item",
    "item move": "item",
    "item decide": "decide",
    "item schedule": "schedule-item",
    "item end": "end-item",
    "release out": "release",
    "feedback review": "review-feedback",
    "outbox": "outbox",
}
"""Command of the command line → command of the console, where the two have other names."""

SPLIT: Mapping[str, tuple[str, ...]] = {
    "ticket set": ("status", "severity", "priority", "impact", "urgency", "type", "client", "subject", "tag"),
    "ticket escalate": ("escalate", "escalate-to"),
}
"""Command of the command line → the commands of the console that do what its options do."""

EXCEPTIONS: Mapping[str, str] = {
    "ticket participants": "the ticket pane shows who is on CC, among the facts",
    "ticket thanks": "a list over the whole desk; :reopen takes up the ticket of one of its messages",
    "item list": "a list over the whole desk; a ticket's items are in its tab Links",
    "release list": "a list over the whole desk; a ticket's releases are in its tab Links",
    "feedback list": "a list over the whole desk; a ticket's answers are among its facts",
}
"""Command of the command line that the console has no command for → the reason."""


def list_commands() -> Iterator[str]:
    yield "outbox"
    for group in GROUPS:
        entry = PROGRAM.commands[group]
        assert isinstance(entry, GroupEntry)
        yield from (f"{group} {name}" for name in entry.commands)


def find_names(command: str) -> tuple[str, ...]:
    """Return the commands of the console that do what a command of the command line does."""
    return SPLIT.get(command) or (NAMES.get(command) or command.rpartition(" ")[2],)


@pytest.mark.parametrize("command", sorted(set(list_commands()) - EXCEPTIONS.keys()))
def test_what_the_command_line_does_to_a_ticket_the_console_does_too(command: str) -> None:
    """A new command of the command line needs one of the console, or a reason among the exceptions."""
    for name in find_names(command):
        assert name in BY_NAME, f"`deskterm {command}` has no command in the console"
        assert BY_NAME[name].in_palette, f":{name} is not in the palette"


def test_no_exception_outlives_its_reason() -> None:
    known = set(list_commands())
    assert known >= EXCEPTIONS.keys() | NAMES.keys() | SPLIT.keys()
    assert not [command for command in EXCEPTIONS if command in NAMES or command.rpartition(" ")[2] in BY_NAME]

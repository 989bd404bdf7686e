"""The way to a command: help in sections, words that other desks use, and `deskterm help`."""

from __future__ import annotations

import shlex

import pytest

from cli_call import Call
from deskterm.cli.command_words import MEANINGS, TICKET_SECTIONS, find_meaning
from deskterm.cli.commands import PROGRAM
from deskterm.cli.main import build_program
from deskterm.cli.runtime.loading import Section

TICKET = build_program().commands["ticket"]


@pytest.mark.law("C-54")
def test_every_command_on_tickets_is_in_one_section_of_the_help() -> None:
    """C-54."""
    named = [name for section in TICKET_SECTIONS for name in section.commands]
    assert sorted(named) == sorted(TICKET.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("section", TICKET_SECTIONS, ids=lambda section: section.heading)
def test_examples_are_calls_that_the_program_takes(section: Section) -> None:
    program, group, name, *words = shlex.split(section.example)
    assert (program, group, name in section.commands) == ("deskterm", "ticket", True)
    TICKET.commands[name].make_context(name, words)  # type: ignore[attr-defined]


@pytest.mark.parametrize("group", MEANINGS)
def test_words_of_other_desks_lead_to_commands_that_there_are(group: str) -> None:
    for word in MEANINGS[group]:
        command: object = build_program()
        assert word not in (TICKET.commands if group else PROGRAM.commands)  # type: ignore[attr-defined]
        for part in find_meaning(group, word).split()[1:]:
            command = command.commands[part]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("ticket", "view", 1001), "deskterm ticket show"),
        (("ticket", "comment", 1001), "deskterm ticket note"),
        (("ticket", "edit", 1001), "deskterm ticket set"),
        (("ticket", "create"), "deskterm ticket new"),
        (("search", "printer"), "deskterm ticket search"),
        (("close", 1001), "deskterm ticket close"),
    ],
)
def test_a_wrong_verb_is_answered_by_its_meaning(deskterm: Call, words: tuple[str, ...], meant: str) -> None:
    answer = deskterm(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith(f"here: you may mean `{meant}`.\n")


def test_help_explains_a_command(deskterm: Call) -> None:
    assert deskterm("help", "ticket", "reply").out == deskterm("ticket", "reply", "--help").out
    assert deskterm("help").out == deskterm("--help").out
    assert "For example: deskterm ticket reply" in deskterm("help", "ticket").out

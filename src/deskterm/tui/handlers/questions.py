"""Questions that handlers have in common: for a line of text, another ticket, or one of the procedure's choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.procedure.schema import Choice as ProcedureChoice
from deskterm.tui.control.asked_words import CURRENT_WORDS

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

TextCommand = Callable[[DeskSession, int, str, datetime], CommandResult]
"""A command of the desk as a handler calls it: with the ticket, the text, and the instant."""

LinkCommand = Callable[[DeskSession, int, int, datetime], CommandResult]
"""A command about a ticket and another one, by their numbers."""

NOTHING = "-"
"""The answer for no words, for nobody, or for the end of what was set."""

_MOST_DIGITS = 18
"""Digits of a ticket number at most: a longer one may not fit into the store's integers."""


async def run_with_text(
    console: Console,
    target: Target,
    argument: str,
    question: str,
    command: TextCommand,
    *,
    done: Callable[[str], str] | None = None,
) -> None:
    """Run a command that takes a line of text on the tickets. argument: the text, asked for where it is empty;
    question: as for `format_question`; done: makes of the text the sentence about several tickets, as for
    `Console.run_on`."""
    text = argument or await console.ask(format_question(question, target))
    if text:
        # After the question: an answer may take minutes, and the command happens when it is given
        now = console.now()
        await console.run_on(
            target.numbers, lambda desk, number: command(desk, number, text, now), done(text) if done else ""
        )


async def run_with_ticket(
    console: Console, target: Target, argument: str, question: str, command: LinkCommand, done: str
) -> None:
    """Run a command that names another ticket on the tickets. done: the sentence about several tickets, as for
    `Console.run_on`; the other's number follows. Raises UsageError for what is no ticket number."""
    text = argument or await console.ask(format_question(question, target))
    if text:
        other, now = parse_ticket_number(text), console.now()
        await console.run_on(target.numbers, lambda desk, number: command(desk, number, other, now), f"{done} {other}")


async def run_with_note(console: Console, target: Target, argument: str, question: str, command: TextCommand) -> None:
    """Run a command on the tickets as `run_with_text` does, with words that may be left out: a dash stands for none,
    and the question says so."""
    await run_with_text(
        console,
        target,
        argument,
        f"{question} ({NOTHING} for no words)",
        lambda desk, number, text, now: command(desk, number, read_note(text), now),
    )


def end_answer_with_comma() -> None:
    """Note that a comma ends the last answer in the line that is kept of the command (C-05)."""
    if (words := CURRENT_WORDS.get()) is not None:
        words.end_part()


def read_note(text: str) -> str:
    """Return the words of an answer; empty for a dash."""
    note = text.strip()
    return "" if note == NOTHING else note


def format_question(question: str, target: Target) -> str:
    """Fill in the tickets that a question is about, at its first `{}`."""
    # Only the first one, and not by `format`: the rest may be words of the procedure with braces in them
    return question.replace("{}", target.name, 1)


def parse_ticket_number(text: str) -> int:
    """Parse a ticket number, with or without `#`. Raises UsageError for what is none."""
    digits = text.strip().removeprefix("#")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        raise UsageError(f"{text!r} is no ticket number: write it as 1042.")
    return int(digits)


async def choose_from_procedure(
    console: Console, question: str, find_choices: Callable[[DeskSession], Sequence[ProcedureChoice]]
) -> str | None:
    """Ask for one of the procedure's choices; return its key, empty where the procedure has none, None when the
    question was called off."""
    found = await console.run(find_choices)
    if not found:
        return ""
    choices = [Choice(one.key, sanitize(one.label), sanitize(one.definition)) for one in found]
    return await console.choose(question, choices)

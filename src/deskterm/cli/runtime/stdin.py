"""Words that a call takes: as an argument, or from standard input; and what a letter lacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from deskterm.errors import UsageError

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import CommandResult


def read_words(words: str | None) -> str:
    """The words, or what standard input holds when they are left out or `-`. UsageError for what is no UTF-8."""
    if words is not None and words != "-":
        return words
    if sys.stdin.isatty():
        print("Write, and end with Ctrl+D on a line of its own:", file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError("Standard input is not UTF-8 text: convert it first.") from error


def lacking(done: CommandResult) -> None:
    """Say on standard error what a resolution letter lacks (S2-19); it goes out all the same."""
    from deskterm.cli.runtime import output

    if done.lacks:
        print(f"deskterm: the letter lacks {output.safe(done.lacks)}", file=sys.stderr)

"""The command line: its global options, its commands, and how errors end it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.core import TyperGroup

from deskterm import __version__
from deskterm.cli.commands import PROGRAM
from deskterm.cli.console import open_console
from deskterm.cli.runtime.argv import Arguments, parse
from deskterm.cli.runtime.command import Group
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import INTERRUPTED, report_error, report_unforeseen
from deskterm.cli.runtime.loading import build_commands
from deskterm.errors import DeskError, UsageError
from deskterm.present.sanitize import sanitize


def build_program() -> TyperGroup:
    """Make the program: the global options, and the table of commands below them."""
    app = typer.Typer(
        name="deskterm",
        cls=Group,
        help=PROGRAM.help,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(take_options)
    group = typer.main.get_group(app)
    # Not registered with typer, which would need the functions, and so import every module
    assert isinstance(group, Group)
    group.commands.update(build_commands(PROGRAM.commands))
    group.find_meaning = PROGRAM.find_meaning
    return group


def take_options(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            help="The desk: a file, or a postgresql:// URL without a password. Also DESKTERM_DATABASE.",
            metavar="FILE|URL",
        ),
    ] = None,
    acting: Annotated[str | None, typer.Option("--as", help="Work as another agent (admins).", metavar="LOGIN")] = None,
    now: Annotated[
        str | None, typer.Option(help="The time to take for now, on a simulated desk.", metavar="INSTANT")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="The clock is right, however long the desk has rested.")
    ] = False,
    screen_reader: Annotated[
        bool, typer.Option("--screen-reader", help="Open the console in lines, for a screen reader.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> None:
    """Take the options before every command; without a command, open the console.

    debug is here for the help: it is read from the words, because it must hold before typer has parsed them.
    """
    if version:
        typer.echo(f"deskterm {__version__}")
        raise typer.Exit
    cli = CliContext(database, acting, now, context.obj, anyway, screen_reader=screen_reader)
    context.obj = cli
    if context.invoked_subcommand is None:
        open_console(cli)


def run(words: Sequence[str], login: str | None = None) -> int:
    """Run the command line with the words after the program's name, and return its exit code. login: as for
    `run_arguments`."""
    return run_arguments(parse(words), login)


def run_arguments(arguments: Arguments, login: str | None = None) -> int:
    """Run the command line, and return its exit code: 0 done, 1 a check or rule said no, 2 wrong usage, 130
    interrupted. With `--debug` errors that nobody foresaw, and those of the desk and the system, are raised.

    login: of whoever calls, where the calling program knows it; None: read from the system (D-20)."""
    if arguments.command[:1] == ["help"]:
        arguments = arguments._replace(command=[*arguments.command[1:], "--help"])
    if not arguments.is_text:
        return report_error(UsageError("The words of the command are not UTF-8 text: convert them first."))
    try:
        result = build_program().main(args=arguments.words, prog_name="deskterm", standalone_mode=False, obj=login)
        # A reader that has left shows here at the latest, and not only when the interpreter ends
        sys.stdout.flush()
        if result == INTERRUPTED:  # typer turns an interrupt into this result
            return report_error(KeyboardInterrupt())
        return result if isinstance(result, int) else 0
    except typer.Exit as error:
        return error.exit_code
    except (DeskError, BrokenPipeError, typer.Abort, KeyboardInterrupt) as error:
        # Before the others, because BrokenPipeError is an error of the system too
        if arguments.debug and isinstance(error, DeskError):
            raise
        return report_error(error)
    except typer.TyperException as error:
        return _report_misuse(error)
    except Exception as error:
        if arguments.debug:
            raise
        return report_unforeseen(error, arguments.values.get("--database"))


def _report_misuse(error: typer.TyperException) -> int:
    """Print how a call does not fit its command, and return the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":  # a group without a command: its help
        print(error.format_message(), file=sys.stderr)
        return UsageError.exit_code
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "deskterm"
    sentence = error.format_message().rstrip(".").removesuffix("?")
    # The sentence of the library that checks types is one for programmers
    sentence = re.sub(
        r"^Invalid value for '(.+)': Input should be a valid integer.*",
        r"\1 is a number: write it in digits, such as 1001",
        sentence,
    )
    if type(error).__name__ == "NoSuchOption" and not sentence.partition(": ")[2].startswith("--"):
        sentence += "; words that begin with a dash go behind --"
    print(sanitize(f"deskterm: {sentence}. Try `{command} --help`."), file=sys.stderr)
    return error.exit_code

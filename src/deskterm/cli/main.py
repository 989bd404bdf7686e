"""The command line: its global options, its commands, and how errors end it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated

import typer

from deskterm.cli.console import WITH_VALUE, open_console
from deskterm.cli.runtime.argv import dashed, sheltered
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import INTERRUPTED, ended
from deskterm.errors import DeskError, UsageError

NOUNS = {
    "demo": "admin.demo",
    "init": "admin.init",
    "doctor": "admin.doctor",
    "run": "admin.run",
    "seed": "admin.seed",
    "procedure": "admin.procedure",
    "ticket": "ticket.main",
    "escalations": "admin.outbox",
    "notices": "admin.outbox",
    "outbox": "admin.outbox",
    "people": "admin.people",
    "rule": "admin.rules",
    "handover": "admin.handover",
    "item": "ticket.development",
    "release": "ticket.development",
    "quotes": "ticket.billing",
    "feedback": "ticket.survey",
    "articles": "ticket.survey",
    "sla": "sla.due",
    "import": "admin.import_export",
    "export": "admin.import_export",
    "audit": "admin.audit",
    "retention": "ticket.retention",
    "purge": "ticket.retention",
    "erase": "ticket.retention",
}
"""Command → the file it is in. Only what a call names is imported: a list should not wait for what it does not use."""

_HELP = "The support desk that lives in a terminal. Without a command it opens the console."


def program(nouns: Iterable[str] = NOUNS) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="deskterm",
        help=_HELP,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(options)
    for noun in nouns:
        import_module(f"deskterm.cli.{NOUNS[noun]}").register(app, noun)
    return app


def options(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(help="The desk: a file, or a postgresql:// URL. Also DESKTERM_DATABASE.", metavar="FILE|URL"),
    ] = None,
    acting: Annotated[str | None, typer.Option("--as", help="Work as another agent (admins).", metavar="LOGIN")] = None,
    now: Annotated[
        str | None, typer.Option(help="The time to take for now, on a simulated desk.", metavar="INSTANT")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> None:
    """The options before every command; without a command, the console."""
    if version:
        from deskterm import __version__

        typer.echo(f"deskterm {__version__}")
        raise typer.Exit
    invocation = CliContext(database, acting, now, debug)
    context.obj = invocation
    if context.invoked_subcommand is None:
        open_console(invocation)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The same words with the global options in front, wherever they were written: `deskterm ticket list --as sam`
    is `deskterm --as sam ticket list`. What follows `--` stays."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in WITH_VALUE:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word == "--debug" or word.startswith(tuple(f"{name}=" for name in WITH_VALUE)):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _named(words: Sequence[str]) -> Iterable[str]:
    """The commands that a call can need: the one it names; none for the console; all to list or to miss one."""
    rest = iter(words)
    for word in rest:
        if word in WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return [word] if word in NOUNS else NOUNS
        elif word != "--debug" and not word.startswith(tuple(f"{name}=" for name in WITH_VALUE)):
            return NOUNS
    return ()


def run(arguments: Sequence[str]) -> int:
    """Run the command line; its exit code: 0 done, 1 a check or rule said no, 2 wrong usage, 130 interrupted."""
    debug = "--debug" in arguments
    unwritable = next((word for word in arguments if not word.isprintable() and _broken(word)), None)
    if unwritable is not None:
        return ended(UsageError("The words of the command are not UTF-8 text: convert them first."))
    try:
        words = hoisted(arguments)
        app = program(_named(words))
        if dashed(words):
            words = sheltered(typer.main.get_command(app), words)
        result = app(args=words, prog_name="deskterm", standalone_mode=False)
        sys.stdout.flush()
        if result == INTERRUPTED:
            return ended(KeyboardInterrupt())
        return result if isinstance(result, int) else 0
    except typer.Exit as error:
        return error.exit_code
    except (DeskError, BrokenPipeError, typer.Abort, KeyboardInterrupt) as error:
        if debug and isinstance(error, DeskError):
            raise
        return ended(error)
    except OSError as error:
        if debug:
            raise
        place = f"{error.filename}: " if error.filename else ""
        return ended(DeskError(f"The system refused: {place}{(error.strerror or str(error)).lower()}."))
    except typer.TyperException as error:
        return _misused(error)
    except Exception as error:
        if debug:
            raise
        print(
            f"deskterm: unexpected {type(error).__name__}: {error}. Run it again with --debug and report it.",
            file=sys.stderr,
        )
        return 1


def _broken(word: str) -> bool:
    """Whether a word came as bytes that are no UTF-8: Python keeps those as lone surrogates."""
    return any("\ud800" <= character <= "\udfff" for character in word)


def _misused(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "deskterm"
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)
        return UsageError.exit_code
    sentence = error.format_message().rstrip(".")
    if type(error).__name__ == "NoSuchOption" and not sentence.partition(": ")[2].startswith("--"):
        sentence += "; words that begin with a dash go behind --"
    print(f"deskterm: {sentence}. Try `{command} --help`.", file=sys.stderr)
    return error.exit_code

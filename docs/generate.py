"""Write the documents that are made from the code, or with --check say which of them are stale."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

DOCS = Path(__file__).parent
os.environ.update(
    COLUMNS="100", TERMINAL_WIDTH="100", TZ="UTC", NO_COLOR="", COLORTERM="truecolor", TEXTUAL_ANIMATIONS="none"
)


def help_of(words: list[str]) -> str:
    """What `deskterm WORDS --help` prints."""
    return _help_of(tuple(words))


@cache
def _help_of(words: tuple[str, ...]) -> str:
    from deskterm.cli.main import run

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([*words, "--help"])
    return out.getvalue().rstrip()


def commands() -> Iterator[list[str]]:
    """Every command of the program, its groups before their members."""
    from deskterm.cli.main import build_program

    def below(command: object, path: list[str]) -> Iterator[list[str]]:
        yield path
        for name, member in getattr(command, "commands", {}).items():
            yield from below(member, [*path, name])

    yield from below(build_program(), [])


def command_line() -> str:
    """docs/cli.md: the help of every command."""
    parts = [
        "# The command line",
        "",
        "What `--help` says, for every command. Exit codes: 0 done, 1 a check or rule said",
        "no, or the desk knows of no such ticket, person or name, 2 wrong usage. Data goes to",
        "standard output, everything else to standard error. A word that begins with a dash",
        "and is no option, such as `-5` or `- a list`, is a word; `--` makes one of all that",
        "follows.",
    ]
    for words in commands():
        title = " ".join(["deskterm", *words])
        parts += ["", f"## `{title}`", "", "```text", help_of(words), "```"]
    return "\n".join(parts) + "\n"


def man_page() -> str:
    """docs/deskterm.1: the help of every command as a manual page (C-54)."""

    def escape(text: str) -> str:
        lines = (line.replace("\\", "\\e").replace("-", "\\-") for line in text.split("\n"))
        return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in lines)

    parts = [
        '.TH DESKTERM 1 "" deskterm "User commands"',
        ".SH NAME",
        "deskterm \\- the support desk that lives in a terminal",
        ".SH DESCRIPTION",
        "Exit codes: 0 done, 1 a check or rule said no, 2 wrong usage, 130 interrupted. Data goes to standard output,",
        "everything else to standard error.",
        ".SH COMMANDS",
    ]
    for words in commands():
        parts += [f".SS {escape(' '.join(['deskterm', *words]))}", ".nf", escape(help_of(words)), ".fi"]
    parts += [
        ".SH ENVIRONMENT",
        ".TP",
        "DESKTERM_DATABASE",
        "The desk: a file, or a postgresql:// URL.",
        ".TP",
        "NO_COLOR",
        "No colours.",
    ]
    return "\n".join(parts) + "\n"


def keys() -> str:
    """docs/keys.md: the console's keys."""
    from deskterm.tui.commands.keys import format_key_table

    return (
        "# Keys of the console\n\n`?` shows them in the console, `ctrl+p` finds them by name.\n\n"
        + format_key_table()
        + "\n"
    )


def settings() -> str:
    """docs/settings.md: the settings of the console."""
    from deskterm.tui.settings.manual import format_manual

    return format_manual()


def procedures() -> str:
    """docs/procedures.md, with its forms of targets and its reference of every table anew."""
    from deskterm.procedure.manual import renew

    return renew((DOCS / "procedures.md").read_text(encoding="utf-8"))


def json_documents() -> str:
    """docs/json.md, with its table of every command's document anew."""
    from json_documents import renew

    return renew((DOCS / "json.md").read_text(encoding="utf-8"))


def filters() -> str:
    """docs/filters.md, with its tables of fields and values anew."""
    from filter_fields import renew

    return renew((DOCS / "filters.md").read_text(encoding="utf-8"))


def reports() -> str:
    """docs/reports.md, with its tables of parts and measures anew."""
    from report_tables import renew

    return renew((DOCS / "reports.md").read_text(encoding="utf-8"))


def picture() -> str:
    """docs/console.svg: the console on the demo desk."""
    from picture import console_picture

    return console_picture()


def console_laws() -> str:
    """docs/console.md: the rules of the console, and the tests that show them."""
    from console_laws import document

    return document()


def mail_rules() -> str:
    """docs/mail-rules.md: the rules of mail, and the tests that show them."""
    from mail_rules import document

    return document()


def requirements() -> str:
    """docs/requirements.md: what the source procedures ask for, and the tests that show it."""
    from requirements import document

    return document()


MADE: dict[str, Callable[[], str]] = {
    "cli.md": command_line,
    "deskterm.1": man_page,
    "console.md": console_laws,
    "filters.md": filters,
    "json.md": json_documents,
    "keys.md": keys,
    "mail-rules.md": mail_rules,
    "procedures.md": procedures,
    "reports.md": reports,
    "requirements.md": requirements,
    "settings.md": settings,
    "console.svg": picture,
}


def main() -> int:
    stale = []
    for name, make in MADE.items():
        path = DOCS / name
        try:
            wanted = make()
        except ValueError as error:
            print(f"docs/{name}: {error}", file=sys.stderr)
            return 1
        if path.exists() and path.read_text(encoding="utf-8") == wanted:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(wanted, encoding="utf-8")
            print(f"wrote docs/{name}")
    if stale and "--check" in sys.argv:
        print(f"stale: {', '.join(f'docs/{name}' for name in stale)}; run `make docs`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
